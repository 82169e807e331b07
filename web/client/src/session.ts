import { childController } from "./abort.js";
import { Attempt } from "./attempt.js";
import type { SessionContext } from "./context.js";
import type { Delivery } from "./delivery.js";
import type { Feed } from "./feed.js";
import { type Failed, isStreamAlone, type Refused } from "./outcome.js";
import type { PageEvent } from "./page.js";
import { PollLoop } from "./poll_loop.js";
import { Retries } from "./retries.js";
import type { ClientState } from "./state.js";
import { Status } from "./status.js";
import type { StreamEnd } from "./stream.js";

/**
 * Keeps samples coming: over a stream, and over polls while the page is hidden or after too many failures of the
 * stream, which is then tried now and then. It decides which, and counts the failures.
 */
export class Session implements Feed {
  readonly #status: Status;
  readonly #retries: Retries;
  readonly #polls: PollLoop;
  /** Aborts when the session ends, and with it all that is under way. Null while it does not run. */
  #life: AbortController | null = null;
  #attempt: Attempt | null = null;
  #failures = 0;
  /** How the last stream failed that has not become good. */
  #fault: Failed | null = null;

  constructor(
    private readonly context: SessionContext,
    private readonly delivery: Delivery,
    tellState: (state: ClientState) => void,
  ) {
    this.#status = new Status(tellState, context.isOnline);
    this.#retries = new Retries(context, this.#status);
    this.#polls = new PollLoop(context, delivery, this.#status, this.#retries, {
      onRefused: (refusal) => this.#refuse(refusal),
      onBack: () => this.#retries.wake(), // its stream is worth a try at once
    });
  }

  start(): void {
    if (this.#life) return;
    const life = new AbortController();
    this.#life = life;
    this.#failures = 0;
    this.#fault = null;
    this.#status.set("connecting", null);
    void this.#run(life.signal);
  }

  follow(event: PageEvent): void {
    if (event === "hidden") this.#attempt?.finish({ kind: "hidden" });
    if (event === "visible") this.#check("the page became visible", false);
    if (event === "online") this.#check("the network came back", true);
    if (event === "restored") this.#check("the page came back", true);
  }

  close(): void {
    this.#life?.abort();
    this.#life = null;
  }

  /** Makes sure that a connection which looks open is. `force`: what it ran over is known to be gone. */
  #check(reason: string, force: boolean): void {
    const attempt = this.#attempt;
    if (force || attempt?.isSuspect) attempt?.finish({ kind: "renewed", reason });
    if (force) this.#polls.renew();
    this.#retries.wake();
  }

  async #run(life: AbortSignal): Promise<void> {
    while (!life.aborted) {
      const mustPoll = !this.context.isVisible() || this.#hasFailedTooOften;
      const end = mustPoll ? await this.#pollUntilStreamIsGood(life) : await this.#readStream(life);
      if (!life.aborted) await this.#recover(end, life);
    }
  }

  get #hasFailedTooOften(): boolean {
    return this.#failures >= this.context.timing.failuresBeforePolling;
  }

  get #whyPolling(): string | null {
    return this.context.isVisible() ? (this.#fault?.reason ?? null) : "the page is hidden";
  }

  async #readStream(life: AbortSignal, onGood?: () => void): Promise<StreamEnd> {
    const handlers = {
      onGood: () => {
        this.#fault = null;
        onGood?.();
        this.#status.set("live", null);
      },
      onRetry: (retryMs: number) => (this.#retries.retryMs = retryMs),
    };
    const needsProof = this.#fault?.cause === "buffered";
    const attempt = new Attempt(this.context, this.delivery, needsProof, handlers, life);
    this.#attempt = attempt;
    const end = await attempt.run();
    if (life.aborted) return end;
    this.#attempt = null;
    this.#count(end, attempt.wasGoodForLong);
    return end;
  }

  #count(end: StreamEnd, wasGoodForLong: boolean): void {
    if (end.kind === "bye") this.#failures = 1; // no fault of the stream, but there is a wait to come
    if (end.kind !== "failed") return;
    this.#failures = (wasGoodForLong ? 0 : this.#failures) + 1;
    // The next one would find the same proxy on its way.
    if (end.cause === "buffered") this.#failures = Math.max(this.#failures, this.context.timing.failuresBeforePolling);
    this.#fault = end;
    if (this.#status.name === "polling") this.#status.set("polling", this.#whyPolling);
  }

  /** What has to be before the next attempt: for the most part, a wait. */
  async #recover(end: StreamEnd, life: AbortSignal): Promise<void> {
    if (end.kind === "closed" || end.kind === "hidden") return;
    if (end.kind === "refused") return this.#refuse(end);
    const isServerWell = end.kind === "failed" && isStreamAlone(end) && this.#hasFailedTooOften;
    if (end.kind === "renewed" || isServerWell) return this.#status.setReconnecting(end.reason, null);
    // Polls have a backoff of their own, so the wait before the first of them need not grow with each return to it.
    const failures = Math.min(this.#failures, this.context.timing.failuresBeforePolling);
    await this.#retries.wait(end, failures, life);
  }

  /** Polls, and tries the stream beside that; answers how the first stream ended that was good. */
  async #pollUntilStreamIsGood(life: AbortSignal): Promise<StreamEnd> {
    const fault = this.#hasFailedTooOften ? this.#fault : null;
    const polling = childController(life);
    const wasAway = fault !== null && !isStreamAlone(fault);
    const polls = this.#polls.run(() => this.#whyPolling, wasAway, polling.signal);
    try {
      let asked = fault?.retryAfterMs ?? null;
      for (let attempts = 0; ; attempts += 1) {
        // Somebody who begins to look is not kept waiting, unless the server asked for it.
        const isFirstLook = await this.#untilVisible(life);
        if (!isFirstLook || asked !== null) await this.#retries.waitToProbe(attempts, asked, life);
        if (!this.context.isVisible() && !life.aborted) continue;
        // Polling goes on until the stream has shown that it works: one that is held back must not stop the page.
        const end = await this.#readStream(life, () => polling.abort());
        if (polling.signal.aborted || end.kind === "refused") return end;
        asked = end.kind === "failed" ? end.retryAfterMs : end.kind === "renewed" ? 0 : null;
      }
    } finally {
      polling.abort();
      await polls;
    }
  }

  /** Answers whether it had to wait for that. */
  async #untilVisible(life: AbortSignal): Promise<boolean> {
    const isHidden = !this.context.isVisible();
    while (!this.context.isVisible() && !life.aborted) await this.#retries.untilWoken(life);
    return isHidden;
  }

  #refuse(refusal: Refused): void {
    this.close(); // first, so that a listener may start it again
    this.#status.set(refusal.state, refusal.reason);
  }
}
