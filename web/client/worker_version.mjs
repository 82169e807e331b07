// The version of the worker that all tabs share: a digest of its code. Tabs start the worker under a name that holds it,
// so that those with an old script and those with a new one never talk to each other's.
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The worker's entry as options of esbuild. A classic script: module workers are younger than shared ones. */
export const WORKER = {
  entryPoints: { metrics_worker: join(dirname(fileURLToPath(import.meta.url)), "src/shared/worker.ts") },
  format: "iife",
};

/** The `define` option for the worker and for all that start it. `common`: the options that both are built with. */
export async function workerVersionDefine(common) {
  const define = (version) => ({ METRICS_WORKER_VERSION: JSON.stringify(version) });
  const { outputFiles } = await build({ ...common, ...WORKER, define: define(""), outdir: "out", write: false });
  const digest = createHash("sha256").update(outputFiles[0].contents).digest("hex");
  return define(digest.slice(0, 12));
}
