import type { Clock } from "../src/clock.js";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Timer>();
  #onTimer = () => {};

  /** 2026-11-24T00:00:00Z at the start. */
  epochMs = () => 1_795_478_400_000 + this.#nowMs;
  monotonicMs = () => this.#nowMs;

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    this.#onTimer();
    return () => this.#timers.delete(timer);
  }

  /** Timers that have not gone off and were not cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Ends as soon as there is a timer that falls due in exactly this time. */
  async untilTimer(inMs: number): Promise<void> {
    const isThere = () => [...this.#timers].some(({ dueMs }) => dueMs === this.#nowMs + inMs);
    while (!isThere()) await new Promise<void>((resolve) => (this.#onTimer = resolve));
  }

  /** Moves on, and lets each timer that falls due act before the next one. */
  async advance(ms: number): Promise<void> {
    await settle();
    const endMs = this.#nowMs + ms;
    for (let timer = this.#nextUntil(endMs); timer; timer = this.#nextUntil(endMs)) {
      this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
      this.#timers.delete(timer);
      timer.callback();
      await settle();
    }
    this.#nowMs = endMs;
  }

  #nextUntil(endMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= endMs && (!next || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}

/** Ends when all promises that could go on have gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
