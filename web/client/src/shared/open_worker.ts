import type { WorkerHandle } from "./link.js";
import { WORKER_VERSION } from "./protocol.js";

const SCRIPT = "./metrics_worker.js";

/**
 * How the shared worker is started; null where there is none to share: outside of a page, in browsers without
 * SharedWorker, and where this module, the page and the appliance are not of one origin. A browser starts a worker from
 * its page's origin alone, and what the worker may ask is said by the appliance's policy: its own origin.
 */
export function workerOpener(moduleUrl: string, base: URL): (() => WorkerHandle) | null {
  const { SharedWorker, location } = globalThis;
  if (!SharedWorker || !location || !URL.canParse(SCRIPT, moduleUrl)) return null;
  const script = new URL(SCRIPT, moduleUrl);
  if (script.origin !== location.origin || base.origin !== location.origin) return null;
  return () => new SharedWorker(script, { name: `zeropoint-metrics-${WORKER_VERSION}` });
}
