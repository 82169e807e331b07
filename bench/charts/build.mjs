// node build.mjs OUT PAGE.ts...: bundles the chart pages. esbuild, Chart.js and the elements are those of web/.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const web = new URL("../../web/", import.meta.url);
const { build } = createRequire(new URL("package.json", web))("esbuild");
const [outdir, ...pages] = process.argv.slice(2);

await build({
  entryPoints: pages,
  outdir,
  absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
  nodePaths: [fileURLToPath(new URL("node_modules", web))],
  tsconfig: fileURLToPath(new URL("tsconfig.json", web)),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  logLevel: "warning",
});
