import type { Clock } from "./clock.js";
import type { Timing } from "./timing.js";

/**
 * Silence that means a dead stream: three intervals, but not below the least, and at most 2.5 heartbeats, since
 * with slow sampling it is the heartbeat that keeps a good stream from being silent.
 */
export function silenceLimitMs(intervalSeconds: number | null, timing: Timing): number {
  const intervals = 3 * (intervalSeconds ?? 0) * 1_000;
  return Math.min(Math.max(timing.silenceMinMs, intervals), 2.5 * timing.heartbeatMs);
}

/** Calls back once when it was not fed for longer than its limit. */
export class Watchdog {
  #fedAtMs: number;
  #limitMs: number;
  #cancel: (() => void) | null = null;

  constructor(
    private readonly clock: Clock,
    limitMs: number,
    private readonly onSilence: (silentMs: number) => void,
  ) {
    this.#limitMs = limitMs;
    this.#fedAtMs = clock.monotonicMs();
    this.#arm();
  }

  /** Cheap, since it is called for every chunk: the timer is not touched, it looks at the time when it goes off. */
  feed(): void {
    this.#fedAtMs = this.clock.monotonicMs();
  }

  get silentMs(): number {
    return this.clock.monotonicMs() - this.#fedAtMs;
  }

  get limitMs(): number {
    return this.#limitMs;
  }

  setLimit(limitMs: number): void {
    if (this.#cancel === null || limitMs === this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#cancel();
    this.#arm();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(): void {
    this.#cancel = this.clock.after(Math.max(0, this.#limitMs - this.silentMs), () => {
      // A timer of a hidden tab or of a machine that slept goes off late: what counts is the time of the last byte.
      if (this.silentMs < this.#limitMs) return this.#arm();
      this.#cancel = null;
      this.onSilence(this.silentMs);
    });
  }
}
