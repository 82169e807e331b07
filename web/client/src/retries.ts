import { backoffMs, probeMs } from "./backoff.js";
import type { SessionContext } from "./context.js";
import { Pauses } from "./pauses.js";
import type { Status } from "./status.js";

/** The waits between attempts. */
export class Retries {
  readonly #pauses: Pauses;
  /** The `retry` that the server last named. */
  retryMs: number | null = null;

  constructor(
    private readonly context: SessionContext,
    private readonly status: Status,
  ) {
    this.#pauses = new Pauses(context.clock);
  }

  /** Waits after the last of `failures` failed attempts, and tells until when. */
  async wait(after: { reason: string; retryAfterMs?: number | null }, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, timing, random } = this.context;
    const asked = after.retryAfterMs ?? null;
    const backoff = { baseMs: timing.backoffBaseMs, capMs: timing.backoffCapMs };
    const delayMs = asked ?? backoffMs(failures, this.retryMs, backoff, random);
    this.status.setReconnecting(after.reason, clock.epochMs() + delayMs);
    // What the server asked for holds, whoever comes back to the page meanwhile.
    await this.#pauses.wait(delayMs, signal, { firm: asked !== null });
    if (!signal.aborted) this.status.setReconnecting(after.reason, null);
  }

  /** Waits before the stream is tried beside polls, the `attempts`th time; `askedMs` is what the server asked for. */
  async waitToProbe(attempts: number, askedMs: number | null, signal: AbortSignal): Promise<void> {
    const { timing, random } = this.context;
    const backoff = { baseMs: timing.probeBaseMs, capMs: timing.probeCapMs };
    await this.#pauses.wait(askedMs ?? probeMs(attempts, backoff, random), signal, { firm: askedMs !== null });
  }

  async pause(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.#pauses.wait(delayMs, signal);
  }

  async untilWoken(signal: AbortSignal): Promise<void> {
    await this.#pauses.untilWoken(signal);
  }

  /** Ends the waits that the server has not asked for. */
  wake(): void {
    this.#pauses.wake();
  }
}
