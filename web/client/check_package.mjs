// Packs the package as it would be published, which builds it, and checks what people who install it get: publint looks
// at the manifest, attw at the types, as each way of resolving modules sees them. It is an ES module only.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const client = dirname(fileURLToPath(import.meta.url));
const attw = join(dirname(client), "node_modules/@arethetypeswrong/cli/dist/index.js");

const folder = await mkdtemp(join(tmpdir(), "zeropoint-client-"));
try {
  const tarball = await pack();
  await checkManifest(tarball);
  run(process.execPath, [attw, tarball, "--profile", "esm-only"]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true });
}

async function pack() {
  const [npm, ...first] = npmCommand();
  const stdout = run(npm, [...first, "pack", "--json", "--silent", "--pack-destination", folder], "pipe");
  const [{ filename }] = Object.values(JSON.parse(stdout));
  return join(folder, filename);
}

async function checkManifest(tarball) {
  const { buffer } = Uint8Array.from(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  for (const message of messages) console.error(`publint: ${formatMessage(message, pkg)}`);
  if (messages.length > 0) throw new Error("the manifest is not clean");
  console.log("publint: the manifest is clean");
}

/** The npm that belongs to this Node, which need not be on the PATH. */
function npmCommand() {
  const script = join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js");
  return existsSync(script) ? [process.execPath, script] : ["npm"];
}

function run(command, options, stdout = "inherit") {
  // The package's own scripts say `node`.
  const PATH = dirname(process.execPath) + delimiter + process.env.PATH;
  const stdio = ["ignore", stdout, "inherit"];
  const finished = spawnSync(command, options, { cwd: client, stdio, encoding: "utf8", env: { ...process.env, PATH } });
  if (finished.error) throw finished.error;
  if (finished.status !== 0) throw new Error(`${[command, ...options].join(" ")} ended with ${finished.status}`);
  return finished.stdout;
}
