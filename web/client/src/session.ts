import { childController } from "./abort";
import { backoffMs, probeMs, type Random } from "./backoff";
import type { Clock } from "./clock";
import { Delivery } from "./delivery";
import type { Endpoint } from "./endpoint";
import type { Feed, FeedSink } from "./feed";
import type { Failed, Refused } from "./outcome";
import { Pauses } from "./pauses";
import { poll, type PollAnswer } from "./polling";
import type { ClientState, StateName } from "./state";
import { Stream, type StreamEnd } from "./stream";
import type { Timing } from "./timing";
import { silenceLimitMs } from "./watchdog";

export interface SessionContext {
  readonly endpoint: Endpoint;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly random: Random;
  /** False where it is known that there is no network. */
  isOnline(): boolean;
}

/**
 * Keeps samples coming: over a stream, and after too many failures of it over polls, beside which the stream is tried
 * now and then. It owns the state, the waits and the count of failures; what came is Delivery's.
 */
export class Session implements Feed {
  readonly #delivery: Delivery;
  readonly #pauses: Pauses;
  /** Aborts when the session ends, and with it all that is under way. Null while it does not run. */
  #life: AbortController | null = null;
  #stream: Stream | null = null;
  #asking: AbortController | null = null;
  #state: ClientState = { name: "idle", reason: null, retryAt: null };
  #failures = 0;
  #lastFailure: Failed | null = null;
  #retryMs: number | null = null;

  constructor(
    private readonly context: SessionContext,
    private readonly sink: FeedSink,
  ) {
    this.#delivery = new Delivery(sink);
    this.#pauses = new Pauses(context.clock);
  }

  start(): void {
    if (this.#life) return;
    const life = new AbortController();
    this.#life = life;
    this.#failures = 0;
    this.#setState("connecting", null);
    void this.#run(life.signal);
  }

  check(reason: string, force: boolean): void {
    const stream = this.#stream;
    // Half of what the watchdog allows is suspicious enough when somebody has just begun to look.
    const isSuspect = stream !== null && stream.isLive && stream.silentMs > stream.silenceLimitMs / 2;
    if (force || isSuspect) stream?.finish({ kind: "renewed", reason });
    if (force) this.#asking?.abort();
    this.#pauses.wake();
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
    const stream = new Stream(
      endpoint,
      {
        onEvent: (event) => {
          if (liveSinceMs === null) {
            liveSinceMs = clock.monotonicMs();
            onLive?.();
            this.#setState("live", null);
          }
          if (life.aborted) return; // a listener closed the client
          if (event.name === "bye") stream.finish({ kind: "bye", reason: "the server is shutting down" });
          this.#delivery.takeEvent(event);
          stream.setSilenceLimit(silenceLimitMs(this.#delivery.intervalSeconds, timing));
        },
        onRetry: (retryMs) => (this.#retryMs = retryMs),
        onBareId: (id) => this.#delivery.takePosition(id),
      },
      clock,
      timing,
      life,
    );
    this.#stream = stream;
    const end = await stream.run(this.#delivery.resumeId);
    if (this.#stream === stream) this.#stream = null;
    const wasGood = liveSinceMs !== null && clock.monotonicMs() - liveSinceMs >= timing.goodConnectionMs;
    this.#count(end, wasGood);
    return end;
  }

  #count(end: StreamEnd, wasGood: boolean): void {
    if (end.kind === "bye") this.#failures = 1; // no fault of the stream, but there is a wait to come
    if (end.kind !== "failed") return;
    this.#failures = (wasGood ? 0 : this.#failures) + 1;
    this.#lastFailure = end;
    if (this.#state.name === "polling") this.#setState("polling", end.reason);
  }

  /** What has to be before the next attempt: for the most part, a wait. */
  async #recover(end: StreamEnd, life: AbortSignal): Promise<void> {
    if (end.kind === "closed") return;
    if (end.kind === "refused") return this.#refuse(end);
    if (end.kind === "renewed") return this.#setReconnecting(end.reason, null);
    // A server of which only the stream is of no use can be polled at once.
    if (this.#mustPoll && this.#isStreamToBlame) return this.#setReconnecting(end.reason, null);
    // Polls have a backoff of their own, so the wait before the first of them need not grow with each return to it.
    const failures = Math.min(this.#failures, this.context.timing.failuresBeforePolling);
    await this.#waitToRetry(end, failures, life);
  }

  /** Whether the stream is what fails, and not the server as a whole. */
  get #isStreamToBlame(): boolean {
    return this.#lastFailure?.cause === "silent" || this.#lastFailure?.cause === "content";
  }

  async #waitToRetry(after: { reason: string; retryAfterMs?: number | null }, failures: number, signal: AbortSignal) {
    const { clock, timing, random } = this.context;
    const asked = after.retryAfterMs ?? null;
    const backoff = { baseMs: timing.backoffBaseMs, capMs: timing.backoffCapMs };
    const delayMs = asked ?? backoffMs(failures, this.#retryMs, backoff, random);
    this.#setReconnecting(after.reason, clock.epochMs() + delayMs);
    // What the server asked for holds, whoever comes back to the page meanwhile.
    await this.#pauses.wait(delayMs, signal, { firm: asked !== null });
    if (!signal.aborted) this.#setReconnecting(after.reason, null);
  }

  /** Polls, and tries the stream beside that; answers how the first stream ended that was live. */
  async #pollUntilStreamIsLive(life: AbortSignal): Promise<StreamEnd> {
    const { timing, random } = this.context;
    const backoff = { baseMs: timing.probeBaseMs, capMs: timing.probeCapMs };
    const polling = childController(life);
    const polls = this.#pollOn(polling.signal);
    try {
      let asked = this.#lastFailure?.retryAfterMs ?? null;
      let delayMs = asked ?? probeMs(0, backoff, random);
      for (let attempts = 1; ; attempts += 1) {
        await this.#pauses.wait(delayMs, life, { firm: asked !== null });
        // Polling goes on until something has come through: a stream that is held back must not stop the page.
        const end = await this.#readStream(life, () => polling.abort());
        if (polling.signal.aborted || end.kind === "refused") return end;
        asked = end.kind === "failed" ? end.retryAfterMs : null;
        delayMs = end.kind === "renewed" ? 0 : (asked ?? probeMs(attempts, backoff, random));
      }
    } finally {
      polling.abort();
      await polls;
    }
  }

  async #pollOn(signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.context;
    let failures = 0;
    // Where the server itself was away, its first answer says that the stream is worth a try.
    let wasAway = !this.#isStreamToBlame;
    while (!signal.aborted) {
      const askedAtMs = clock.monotonicMs();
      const answer = await this.#ask(signal);
      if (signal.aborted) return;
      if (answer.kind === "refused") return this.#refuse(answer);
      if (answer.kind === "failed") {
        failures += 1;
        wasAway = true;
        await this.#waitToRetry(answer, timing.failuresBeforePolling + failures, signal);
      }
      if (answer.kind === "samples") {
        failures = 0;
        this.#setState("polling", this.#lastFailure?.reason ?? null);
        const news = this.#take(answer, signal);
        if (wasAway) this.#pauses.wake();
        wasAway = false;
        // Something on the way, or an old server, does not wait as asked: then the pace is ours to keep.
        const tookMs = clock.monotonicMs() - askedAtMs;
        if (news === 0 && tookMs < (timing.pollWaitSeconds * 1_000) / 2) {
          await this.#pauses.wait((this.#delivery.intervalSeconds ?? 1) * 1_000, signal);
        }
      }
    }
  }

  async #ask(signal: AbortSignal): Promise<PollAnswer> {
    const { endpoint, timing, clock } = this.context;
    const asking = childController(signal);
    this.#asking = asking;
    const answer = await poll(endpoint, this.#delivery.resumeId, timing.pollWaitSeconds, clock, asking.signal);
    asking.abort();
    return answer;
  }

  /** Answers how many of the samples were news. */
  #take(answer: Extract<PollAnswer, { kind: "samples" }>, signal: AbortSignal): number {
    if (answer.gap) this.#delivery.takeGap(answer.gap);
    let news = 0;
    for (const sample of answer.samples) {
      if (signal.aborted) break; // a listener closed the client
      if (this.#delivery.takeSample(sample)) news += 1;
    }
    return news;
  }

  #refuse(refusal: Refused): void {
    this.close(); // first, so that a listener may start it again
    this.#tellState({ name: refusal.state, reason: refusal.reason, retryAt: null });
  }

  #setReconnecting(reason: string, retryAt: number | null): void {
    this.#setState(this.context.isOnline() ? "reconnecting" : "offline", reason, retryAt);
  }

  #setState(name: StateName, reason: string | null, retryAt: number | null = null): void {
    if (this.#life === null) return;
    const { name: oldName, reason: oldReason, retryAt: oldRetryAt } = this.#state;
    if (name === oldName && reason === oldReason && retryAt === oldRetryAt) return;
    this.#tellState({ name, reason, retryAt });
  }

  #tellState(state: ClientState): void {
    this.#state = state;
    this.sink.state(state);
  }
}
