/** How long the quickest is remembered: long enough to be a good one, short enough to follow a clock that was set. */
const QUICKEST_WINDOW_MS = 300_000;
/** How long the slowest is: events that come in bunches are late in turn, and the last of a bunch is hardly late. */
const SLOWEST_WINDOW_MS = 10_000;

/**
 * The way from the server to here, told apart from clocks that do not agree: each event says when it was sent, by the
 * server's clock, and the difference to the time of its arrival is the way plus an unknown constant. The constant is
 * that of the quickest event of the last minutes, so what is left is by how much one came later than that.
 */
export class DelayMeter {
  readonly #quickest = new RecentLeast(QUICKEST_WINDOW_MS);
  readonly #slowest = new RecentLeast(SLOWEST_WINDOW_MS);

  /**
   * `sentAtMs` by the server's clock, `receivedAtMs` by one of this machine that never jumps. Answers by how much the
   * slowest event of the last seconds came later than the quickest of the last minutes.
   */
  note(sentAtMs: number, receivedAtMs: number): number {
    const differenceMs = receivedAtMs - sentAtMs;
    const delayMs = differenceMs - this.#quickest.note(differenceMs, receivedAtMs);
    return -this.#slowest.note(-delayMs, receivedAtMs);
  }
}

/** A sliding minimum in two numbers: of this half of the window, and of the half before. */
class RecentLeast {
  #least = Infinity;
  #leastBefore = Infinity;
  #halfBeganAtMs = -Infinity;

  constructor(private readonly windowMs: number) {}

  note(value: number, nowMs: number): number {
    const halves = Math.floor((nowMs - this.#halfBeganAtMs) / (this.windowMs / 2));
    if (halves > 0) {
      this.#leastBefore = halves === 1 ? this.#least : Infinity;
      this.#least = Infinity;
      this.#halfBeganAtMs = nowMs;
    }
    this.#least = Math.min(this.#least, value);
    return Math.min(this.#least, this.#leastBefore);
  }
}
