/** Time, as an argument, so that tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970, for times that people see. It may jump. */
  epochMs(): number;
  /** Milliseconds from some start that never jump, for durations. */
  monotonicMs(): number;
  /** Calls back once after `delayMs`; the answer cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** setTimeout takes a longer delay for 0. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
