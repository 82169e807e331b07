import type { Clock } from "./clock.js";

/** Waits that a wake-up can cut short. */
export class Pauses {
  readonly #sleepers = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** Ends after `delayMs`, when `signal` aborts, or, unless `firm`, with the next `wake()`; whichever is first. */
  wait(delayMs: number, signal: AbortSignal, { firm = false } = {}): Promise<void> {
    return this.#sleep(signal, firm, (end) => this.clock.after(delayMs, end));
  }

  /** Ends with the next `wake()`, or when `signal` aborts. */
  untilWoken(signal: AbortSignal): Promise<void> {
    return this.#sleep(signal, false, () => () => {});
  }

  #sleep(signal: AbortSignal, firm: boolean, arm: (end: () => void) => () => void): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#sleepers.delete(end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const cancel = arm(end);
      signal.addEventListener("abort", end, { once: true });
      if (!firm) this.#sleepers.add(end);
    });
  }

  wake(): void {
    for (const end of [...this.#sleepers]) end();
  }
}
