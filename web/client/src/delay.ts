/** How long the quickest of late is remembered: long enough to be a good one, short enough to follow a clock that was set. */
const WINDOW_MS = 300_000;

/**
 * The way from the server to here, told apart from clocks that do not agree: each event says when it was sent, by the
 * server's clock, and the difference to the time of its arrival is the way plus an unknown constant. The constant is
 * that of the quickest event of the last minutes, so what is left is by how much one came later than that.
 */
export class DelayMeter {
  // The least difference of this half of the window and of the half before: a sliding minimum in two numbers.
  #leastMs = Infinity;
  #leastBeforeMs = Infinity;
  #halfBeganAtMs = -Infinity;

  /** `sentAtMs` by the server's clock, `receivedAtMs` by one of this machine that never jumps. Answers the delay. */
  note(sentAtMs: number, receivedAtMs: number): number {
    const halves = Math.floor((receivedAtMs - this.#halfBeganAtMs) / (WINDOW_MS / 2));
    if (halves > 0) {
      this.#leastBeforeMs = halves === 1 ? this.#leastMs : Infinity;
      this.#leastMs = Infinity;
      this.#halfBeganAtMs = receivedAtMs;
    }
    const differenceMs = receivedAtMs - sentAtMs;
    this.#leastMs = Math.min(this.#leastMs, differenceMs);
    return differenceMs - Math.min(this.#leastMs, this.#leastBeforeMs);
  }
}
