import { childController } from "./abort";
import type { SessionContext } from "./context";
import { Delivery } from "./delivery";
import type { StreamEvent } from "./events";
import type { Feed, FeedSink } from "./feed";
import { type Failed, isStreamAlone, type Refused } from "./outcome";
import { PollLoop } from "./poll_loop";
import { Retries } from "./retries";
import { Status } from "./status";
import { Stream, type StreamEnd } from "./stream";
import { silenceLimitMs } from "./watchdog";

/**
 * Keeps samples coming: over a stream, and after too many failures of it over polls, beside which the stream is tried
 * now and then. It decides which, and counts the failures.
 */
export class Session implements Feed {
  readonly #delivery: Delivery;
  readonly #status: Status;
  readonly #retries: Retries;
  readonly #polls: PollLoop;
  /** Aborts when the session ends, and with it all that is under way. Null while it does not run. */
  #life: AbortController | null = null;
  #stream: Stream | null = null;
  #failures = 0;
  #lastFailure: Failed | null = null;

  constructor(
    private readonly context: SessionContext,
    sink: FeedSink,
  ) {
    this.#delivery = new Delivery(sink);
    this.#status = new Status((state) => sink.state(state), context.isOnline);
    this.#retries = new Retries(context, this.#status);
    this.#polls = new PollLoop(context, this.#delivery, this.#status, this.#retries, {
      onRefused: (refusal) => this.#refuse(refusal),
      onBack: () => this.#retries.wake(), // its stream is worth a try at once
    });
  }

  start(): void {
    if (this.#life) return;
    const life = new AbortController();
    this.#life = life;
    this.#failures = 0;
    this.#status.set("connecting", null);
    void this.#run(life.signal);
  }

  check(reason: string, force: boolean): void {
    const stream = this.#stream;
    // Half of what the watchdog allows is suspicious enough when somebody has just begun to look.
    const isSuspect = stream !== null && stream.isLive && stream.silentMs > stream.silenceLimitMs / 2;
    if (force || isSuspect) stream?.finish({ kind: "renewed", reason });
    if (force) this.#polls.renew();
    this.#retries.wake();
  }

  close(): void {
    this.#life?.abort();
    this.#life = null;
  }

  async #run(life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      const end = this.#mustPoll ? await this.#pollUntilStreamIsLive(life) : await this.#readStream(life);
      if (!life.aborted) await this.#recover(end, life);
    }
  }

  get #mustPoll(): boolean {
    return this.#failures >= this.context.timing.failuresBeforePolling;
  }

  /** One stream, from its request to its end. `onLive`: its first event came. */
  async #readStream(life: AbortSignal, onLive?: () => void): Promise<StreamEnd> {
    const { endpoint, clock, timing } = this.context;
    let liveSinceMs: number | null = null;
    const handlers = {
      onEvent: (event: StreamEvent) => {
        if (liveSinceMs === null) {
          liveSinceMs = clock.monotonicMs();
          onLive?.();
          this.#status.set("live", null);
        }
        if (life.aborted) return; // a listener closed the client
        if (event.name === "bye") stream.finish({ kind: "bye", reason: "the server is shutting down" });
        this.#delivery.takeEvent(event);
        stream.setSilenceLimit(silenceLimitMs(this.#delivery.intervalSeconds, timing));
      },
      onRetry: (retryMs: number) => (this.#retries.retryMs = retryMs),
      onBareId: (id: string) => this.#delivery.takePosition(id),
    };
    const stream = new Stream(endpoint, handlers, clock, timing, life);
    this.#stream = stream;
    const end = await stream.run(this.#delivery.resumeId);
    if (life.aborted) return end;
    this.#stream = null;
    this.#count(end, liveSinceMs !== null && clock.monotonicMs() - liveSinceMs >= timing.goodConnectionMs);
    return end;
  }

  #count(end: StreamEnd, wasGood: boolean): void {
    if (end.kind === "bye") this.#failures = 1; // no fault of the stream, but there is a wait to come
    if (end.kind !== "failed") return;
    this.#failures = (wasGood ? 0 : this.#failures) + 1;
    this.#lastFailure = end;
    if (this.#status.name === "polling") this.#status.set("polling", end.reason);
  }

  /** What has to be before the next attempt: for the most part, a wait. */
  async #recover(end: StreamEnd, life: AbortSignal): Promise<void> {
    if (end.kind === "closed") return;
    if (end.kind === "refused") return this.#refuse(end);
    const isServerWell = end.kind === "failed" && isStreamAlone(end) && this.#mustPoll;
    if (end.kind === "renewed" || isServerWell) return this.#status.setReconnecting(end.reason, null);
    // Polls have a backoff of their own, so the wait before the first of them need not grow with each return to it.
    const failures = Math.min(this.#failures, this.context.timing.failuresBeforePolling);
    await this.#retries.wait(end, failures, life);
  }

  /** Polls, and tries the stream beside that; answers how the first stream ended that was live. */
  async #pollUntilStreamIsLive(life: AbortSignal): Promise<StreamEnd> {
    const fault = this.#lastFailure;
    const polling = childController(life);
    const wasAway = fault !== null && !isStreamAlone(fault);
    const polls = this.#polls.run(() => this.#lastFailure, wasAway, polling.signal);
    try {
      let asked = fault?.retryAfterMs ?? null;
      for (let attempts = 0; ; attempts += 1) {
        await this.#retries.waitToProbe(attempts, asked, life);
        // Polling goes on until something has come through: a stream that is held back must not stop the page.
        const end = await this.#readStream(life, () => polling.abort());
        if (polling.signal.aborted || end.kind === "refused") return end;
        asked = end.kind === "failed" ? end.retryAfterMs : end.kind === "renewed" ? 0 : null;
      }
    } finally {
      polling.abort();
      await polls;
    }
  }

  #refuse(refusal: Refused): void {
    this.close(); // first, so that a listener may start it again
    this.#status.set(refusal.state, refusal.reason);
  }
}
