// Builds the browser's files into src/zeropoint/web/static/.  `node web/build.mjs`, from any directory, after `npm ci`.
import { access, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { WORKER, workerVersionDefine } from "./client/worker_version.mjs";
import { licences, packagesIn, withLicences } from "./licences.mjs";

const PAGE_CODE_LIMIT_BYTES = 150 * 1024;

const web = dirname(fileURLToPath(import.meta.url));
const dashboard = join(web, "dashboard");
const fleet = join(web, "fleet");
const out = join(web, "..", "src", "zeropoint", "web", "static");

const plain = {
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

const common = { ...plain, define: await workerVersionDefine(plain) };

const LIBRARY = "metrics_client.js";
const WORKER_SCRIPT = "metrics_worker.js";
const ELEMENTS = "zeropoint_elements.js";
const PAGE = "dashboard.js";
const FLEET = "fleet.js";
const FLEET_PAGE = "fleet.html";
const LICENCES = "licenses.txt";

/** The library as other websites load it: readable, since it is also what people read to learn the protocol. */
const library = { ...common, entryPoints: { metrics_client: "client/src/index.ts" }, legalComments: "none" };

/** What the library starts once for all tabs of the appliance's own pages. */
const worker = { ...common, ...WORKER, legalComments: "none", minify: true };

/** The custom elements as other websites load them. */
const elements = {
  ...common,
  entryPoints: { zeropoint_elements: "elements/embed/index.ts" },
  legalComments: "none",
  minify: true,
};

const page = { ...common, entryPoints: { dashboard: "dashboard/main.ts" }, legalComments: "none", minify: true };

/** The page of a hub, which alone loads it: what a machine's page weighs is not to grow by it. */
const fleetPage = { ...common, entryPoints: { fleet: "fleet/main.ts" }, legalComments: "none", minify: true };

const PAGE_FILES = ["index.html", "favicon.svg"];

try {
  await main();
} catch (error) {
  console.error(`web build failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main() {
  const sources = [...PAGE_FILES, ...(await styleSheets())].map((name) => join(dashboard, name));
  for (const path of [join(dashboard, "main.ts"), join(fleet, "main.ts"), join(fleet, FLEET_PAGE), ...sources]) await mustExist(path);

  const [libraryCode, libraryPackages] = await bundle(library);
  const [workerCode, workerPackages] = await bundle(worker);
  const [elementsCode, elementsPackages] = await bundle(elements);
  const [pageCode, pagePackages] = await bundle(page);
  // Its packages are among the page's.
  const [fleetCode] = await bundle(fleetPage);
  const files = new Map();
  // What other websites load, or a browser by itself, travels alone, so it carries its licences; the page has a file of
  // them beside it.
  files.set(LIBRARY, await withLicences(libraryCode, libraryPackages));
  files.set(WORKER_SCRIPT, await withLicences(workerCode, workerPackages));
  files.set(ELEMENTS, await withLicences(elementsCode, elementsPackages));
  files.set(PAGE, `/*! Zeropoint, Apache-2.0. Licences of what it contains: ${LICENCES} */\n${pageCode}`);
  files.set(FLEET, `/*! Zeropoint, Apache-2.0. Licences of what it contains: ${LICENCES} */\n${fleetCode}`);
  files.set(FLEET_PAGE, await readFile(join(fleet, FLEET_PAGE)));
  files.set(LICENCES, await licences(pagePackages));
  for (const path of sources) files.set(basename(path), await readFile(path));

  await mkdir(out, { recursive: true });
  for (const [name, contents] of files) await writeFile(join(out, name), contents);
  for (const name of await readdir(out)) if (!files.has(name)) await rm(join(out, name), { recursive: true });
  report(files);
}

/** One entry point as code, and the names of the packages that went into it. */
async function bundle(options) {
  const { outputFiles, metafile } = await build({ ...options, outdir: out });
  return [outputFiles[0].text, packagesIn(metafile)];
}

async function styleSheets() {
  return (await readdir(dashboard)).filter((name) => name.endsWith(".css")).sort();
}

async function mustExist(path) {
  await access(path).catch(() => {
    throw new Error(`${relative(join(web, ".."), path)} is missing`);
  });
}

function report(files) {
  let pageBytes = 0;
  const row = (name, bytes, gzipped) =>
    console.log(`${name.padEnd(20)} ${String(bytes).padStart(8)} bytes ${String(gzipped).padStart(8)} gzip`);
  for (const name of [...files.keys()].sort()) {
    const contents = Buffer.from(files.get(name));
    const gzipped = gzipSync(contents, { level: 9 }).length;
    row(name, contents.length, gzipped);
    if (isLoadedByPage(name)) pageBytes += gzipped;
  }
  console.log(`the page's code: ${pageBytes} bytes gzip, at most ${PAGE_CODE_LIMIT_BYTES}`);
  if (pageBytes > PAGE_CODE_LIMIT_BYTES) {
    throw new Error(`the page's code is ${pageBytes} bytes gzip, over the limit of ${PAGE_CODE_LIMIT_BYTES}`);
  }
}

/** Not the licences, not what a hub's page loads, and not what is for other sites: the page has its own copy inside. */
function isLoadedByPage(name) {
  return name !== FLEET && name !== FLEET_PAGE && name !== LIBRARY && name !== ELEMENTS && name !== LICENCES;
}
