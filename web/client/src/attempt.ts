import type { SessionContext } from "./context.js";
import type { Delivery } from "./delivery.js";
import type { StreamEvent } from "./events.js";
import { Stream, type StreamEnd } from "./stream.js";
import { StreamHealth } from "./stream_health.js";
import { silenceLimitMs } from "./watchdog.js";

export interface AttemptHandlers {
  /** It does what a stream should. Told once, before the event that shows it is handed on. */
  onGood(): void;
  onRetry(retryMs: number): void;
}

/** One stream, from its request to its end: what comes is handed on, and whether it is of use is judged. */
export class Attempt {
  readonly #stream: Stream;
  readonly #health: StreamHealth;
  #goodSinceMs: number | null = null;
  #wasGoodForLong = false;

  /** `needsProof`: the stream before was held back, so that a first event alone does not show that this one is not. */
  constructor(
    private readonly context: SessionContext,
    private readonly delivery: Delivery,
    needsProof: boolean,
    private readonly handlers: AttemptHandlers,
    private readonly life: AbortSignal,
  ) {
    this.#health = new StreamHealth(needsProof);
    const streamHandlers = {
      onEvent: (event: StreamEvent) => this.#take(event),
      onRetry: (retryMs: number) => handlers.onRetry(retryMs),
      onBareId: (id: string) => delivery.takePosition(id),
    };
    this.#stream = new Stream(context.endpoint, streamHandlers, context.clock, context.timing, life);
  }

  /** Half of what the watchdog allows is suspicious enough when somebody has just begun to look. */
  get isSuspect(): boolean {
    const { isLive, silentMs, silenceLimitMs } = this.#stream;
    return isLive && silentMs > silenceLimitMs / 2;
  }

  /** Whether it was good for so long that failures before it do not count any more. */
  get wasGoodForLong(): boolean {
    return this.#wasGoodForLong;
  }

  finish(end: StreamEnd): void {
    this.#stream.finish(end);
  }

  async run(): Promise<StreamEnd> {
    const { clock, timing } = this.context;
    const end = await this.#stream.run(this.delivery.resumePoint());
    const goodSinceMs = this.#goodSinceMs;
    this.#wasGoodForLong = goodSinceMs !== null && clock.monotonicMs() - goodSinceMs >= timing.goodConnectionMs;
    return end;
  }

  #take(event: StreamEvent): void {
    const { delivery } = this;
    const { clock, timing } = this.context;
    this.#health.noteLife();
    this.#tellIfGood();
    if (this.life.aborted) return; // a listener closed the client
    if (event.name === "bye") this.finish({ kind: "bye", reason: "the server is shutting down" });
    if (event.name === "gap") this.#health.forgive();
    const sentAtMs = delivery.takeEvent(event, this.#goodSinceMs !== null);
    this.#stream.setSilenceLimit(silenceLimitMs(delivery.intervalSeconds, timing));
    if (sentAtMs === null) return;
    this.#health.noteArrival({ sentAtMs, receivedAtMs: clock.monotonicMs() }, delivery.intervalSeconds);
    if (this.#health.fault) this.finish(this.#health.fault);
    this.#tellIfGood();
  }

  #tellIfGood(): void {
    if (this.#goodSinceMs !== null || !this.#health.isGood || this.life.aborted) return;
    this.#goodSinceMs = this.context.clock.monotonicMs();
    this.handlers.onGood();
  }
}
