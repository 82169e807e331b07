// Builds the browser's files into src/zeropoint/web/static/.  `node web/build.mjs`, from any directory, after `npm ci`.
import { access, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const PAGE_CODE_LIMIT_BYTES = 150 * 1024;

const web = dirname(fileURLToPath(import.meta.url));
const dashboard = join(web, "dashboard");
const out = join(web, "..", "src", "zeropoint", "web", "static");

const common = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  // Paths in the output (comments, legal texts) are written relative to this directory, wherever the checkout lies.
  absWorkingDir: web,
  tsconfig: join(web, "tsconfig.json"),
  metafile: true,
  write: false,
  logLevel: "warning",
};

/** The library as other websites load it: readable, since it is also what people read to learn the protocol. */
const library = {
  ...common,
  entryPoints: { metrics_client: "client/src/index.ts" },
  legalComments: "inline",
};

const page = {
  ...common,
  entryPoints: { dashboard: "dashboard/main.ts" },
  minify: true,
  legalComments: "none",
};

const PAGE_FILES = ["index.html", "favicon.svg"];

try {
  await main();
} catch (error) {
  console.error(`web build failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main() {
  const sources = [...PAGE_FILES, ...(await styleSheets())].map((name) => join(dashboard, name));
  for (const path of [join(dashboard, "main.ts"), ...sources]) await mustExist(path);

  const files = new Map();
  const scripts = [];
  for (const options of [library, page]) {
    const result = await build({ ...options, outdir: out });
    for (const file of result.outputFiles) files.set(basename(file.path), file.contents);
    scripts.push(result.metafile);
  }
  for (const path of sources) files.set(basename(path), await readFile(path));
  files.set("licenses.txt", Buffer.from(await licenceTexts(scripts)));

  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  for (const [name, contents] of files) await writeFile(join(out, name), contents);
  report(files);
}

async function styleSheets() {
  return (await readdir(dashboard)).filter((name) => name.endsWith(".css")).sort();
}

async function mustExist(path) {
  await access(path).catch(() => {
    throw new Error(`${relative(join(web, ".."), path)} is missing`);
  });
}

/** The licence of every package that went into the scripts, once each, in the order of names. */
async function licenceTexts(metafiles) {
  const packages = new Set();
  for (const metafile of metafiles) {
    for (const input of Object.keys(metafile.inputs)) {
      const match = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (match) packages.add(match[1]);
    }
  }
  const parts = [];
  for (const name of [...packages].sort()) {
    const folder = join(web, "node_modules", name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    if (!file) throw new Error(`${name} ships no licence text; find it before it is bundled`);
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    parts.push(`${name} ${version}\n\n${text}\n`);
  }
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

function report(files) {
  let pageCode = 0;
  for (const name of [...files.keys()].sort()) {
    const contents = files.get(name);
    const gzipped = gzipSync(contents, { level: 9 }).length;
    console.log(`${name.padEnd(24)} ${String(contents.length).padStart(8)} bytes ${String(gzipped).padStart(8)} gzip`);
    if (isPageCode(name)) pageCode += gzipped;
  }
  console.log(`${"the page's code".padEnd(24)} ${"".padStart(14)} ${String(pageCode).padStart(8)} gzip of ${PAGE_CODE_LIMIT_BYTES}`);
  if (pageCode > PAGE_CODE_LIMIT_BYTES) {
    throw new Error(`the page's code is ${pageCode} bytes gzip, over the limit of ${PAGE_CODE_LIMIT_BYTES}`);
  }
}

/** What a visitor of the page loads: its scripts, styles and markup; not the library for other sites. */
function isPageCode(name) {
  return /\.(js|css|html|svg)$/.test(name) && name !== "metrics_client.js";
}
