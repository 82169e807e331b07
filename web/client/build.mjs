// Builds the package into dist/: a module for bundlers and Node, the worker's script, and the types of both.
import { spawnSync } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packagesIn, withLicences } from "../licences.mjs";
import { WORKER, workerVersionDefine } from "./worker_version.mjs";

const client = dirname(fileURLToPath(import.meta.url));
const web = dirname(client);
const dist = join(client, "dist");

const plain = {
  bundle: true,
  target: "es2022",
  charset: "utf8",
  absWorkingDir: web,
  tsconfig: join(web, "tsconfig.json"),
  metafile: true,
  write: false,
  legalComments: "none",
  logLevel: "warning",
  outdir: dist,
};
const common = { ...plain, define: await workerVersionDefine(plain) };

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await copyFile(join(web, "..", "LICENSE"), join(dist, "LICENSE"));
// What the package depends on is left to who installs it; a worker's script must hold all that it needs.
await bundle({ entryPoints: { index: "client/src/index.ts" }, format: "esm", packages: "external" });
await bundle({ ...WORKER, minify: true });
types();

async function bundle(options) {
  const { outputFiles, metafile } = await build({ ...common, ...options });
  const packages = packagesIn(metafile);
  for (const { path, text } of outputFiles) {
    await writeFile(path, packages.length === 0 ? text : await withLicences(text, packages));
  }
}

function types() {
  const compiler = join(web, "node_modules/typescript/bin/tsc");
  const { status } = spawnSync(process.execPath, [compiler, "--project", join(client, "tsconfig.build.json")], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the types could not be built");
}
