// Builds the package as it would be published, and checks what people who install it get: publint looks at the
// manifest, attw at the types, as each module resolution sees them. It is an ES module only.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const client = dirname(fileURLToPath(import.meta.url));
const modules = join(dirname(client), "node_modules");

const CHECKS = [
  ["publint/src/cli.js", client, "--strict"],
  ["@arethetypeswrong/cli/dist/index.js", "--pack", client, "--profile", "esm-only"],
];

// Both call npm to pack it, which builds it; the one that belongs to this Node need not be on the PATH.
const PATH = dirname(process.execPath) + delimiter + process.env.PATH;
for (const [script, ...options] of CHECKS) {
  const { status } = spawnSync(process.execPath, [join(modules, script), ...options], {
    stdio: "inherit",
    env: { ...process.env, PATH },
  });
  if (status !== 0) process.exit(status ?? 1);
}
