/** An event that says when it was sent. The clocks need not agree: only differences of each are looked at. */
export interface Arrival {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/**
 * - `bunched`: events come late and all at once, again and again: something on the way collects them.
 * - `timely`: they have come as they were sent for a while. `undecided`: neither can be told yet.
 */
export type Verdict = "bunched" | "timely" | "undecided";

/** Events came together if the time between them shrank to less than this part of it. */
const TOGETHER = 1 / 4;
/** Once may be a page that was busy, twice a network that hung; this often it is a habit. */
const BUNCHES = 3;

interface Bunch {
  readonly first: Arrival;
  last: Arrival;
}

/**
 * Tells whether something on the way holds a stream back in parts: a proxy that fills a buffer before it sends. Its
 * first event has waited longest then, its last one hardly, so the bunch itself says for how long it was held.
 */
export class Bunching {
  #bunch: Bunch | null = null;
  /** Of late, before the bunch that is coming in; a short one between them, as when one comes in two pieces, does not count. */
  #heldBunches = 0;
  #longestMs = 0;
  /** When the first event was sent of those that came as they were sent. */
  #timelySinceMs: number | null = null;
  #limitMs = Infinity;

  /** As long as a bunch of three is held, less its jitter; and shorter than this bothers nobody. */
  static limitMs(intervalSeconds: number | null): number {
    return Math.max(1_800, 1_800 * (intervalSeconds ?? 1));
  }

  /** The longest that a bunch was held back. */
  get longestMs(): number {
    return this.#longestMs;
  }

  note(arrival: Arrival, intervalSeconds: number | null): Verdict {
    this.#limitMs = Bunching.limitMs(intervalSeconds);
    if (this.#bunch && cameTogether(this.#bunch.last, arrival)) this.#bunch.last = arrival;
    else this.#begin(arrival);
    return this.#judge(this.#bunch!);
  }

  #begin(arrival: Arrival): void {
    if (this.#bunch && this.#isHeld(this.#bunch)) this.#heldBunches += 1;
    this.#bunch = { first: arrival, last: arrival };
  }

  #judge(bunch: Bunch): Verdict {
    if (this.#isHeld(bunch)) {
      this.#timelySinceMs = null;
      this.#longestMs = Math.max(this.#longestMs, heldMs(bunch));
      return this.#heldBunches + 1 >= BUNCHES ? "bunched" : "undecided";
    }
    this.#timelySinceMs ??= bunch.first.sentAtMs;
    // Up to this bunch, which may yet grow into one that was held.
    if (bunch.first.sentAtMs - this.#timelySinceMs < 2 * this.#limitMs) return "undecided";
    this.#heldBunches = this.#longestMs = 0;
    return "timely";
  }

  #isHeld(bunch: Bunch): boolean {
    return heldMs(bunch) >= this.#limitMs;
  }
}

function cameTogether(before: Arrival, after: Arrival): boolean {
  return after.receivedAtMs - before.receivedAtMs <= TOGETHER * Math.max(0, after.sentAtMs - before.sentAtMs);
}

function heldMs({ first, last }: Bunch): number {
  return last.sentAtMs - first.sentAtMs - (last.receivedAtMs - first.receivedAtMs);
}
