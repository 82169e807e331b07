/**
 * A controller that also aborts when `parent` does. Abort it when its work is over: that is what takes its listener
 * off the parent. (AbortSignal.any would do, but is missing in Node 20.0 and in browsers of early 2024.)
 */
export function childController(parent: AbortSignal): AbortController {
  const child = new AbortController();
  const abort = () => child.abort(parent.reason);
  if (parent.aborted) abort();
  else {
    parent.addEventListener("abort", abort, { once: true });
    child.signal.addEventListener("abort", () => parent.removeEventListener("abort", abort), { once: true });
  }
  return child;
}
