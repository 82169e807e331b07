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

/**
 * Settles as `work` does, and rejects as soon as `signal` aborts. What works with the signal does that by itself; a
 * fetch that a page brings along may not, and may never answer. `onLate` gets what comes after all.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal, onLate: (value: T) => void = () => {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    const settled = () => signal.removeEventListener("abort", abort);
    work.then((value) => (signal.aborted ? onLate(value) : resolve(value)), reject).finally(settled);
  });
}
