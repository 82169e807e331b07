import { childController } from "./abort.js";
import type { Delivery } from "./delivery.js";
import type { Refused } from "./outcome.js";
import { poll, type PollAnswer } from "./polling.js";
import type { Retries } from "./retries.js";
import type { SessionContext } from "./context.js";
import type { Status } from "./status.js";

export interface PollHandlers {
  onRefused(refusal: Refused): void;
  /** The first answer after the server was away. */
  onBack(): void;
}

/** Polls one after the other, with the pace and the waits between them. */
export class PollLoop {
  #asking: AbortController | null = null;

  constructor(
    private readonly context: SessionContext,
    private readonly delivery: Delivery,
    private readonly status: Status,
    private readonly retries: Retries,
    private readonly handlers: PollHandlers,
  ) {}

  /** Gives up the poll under way and asks anew. */
  renew(): void {
    this.#asking?.abort();
  }

  /** Polls until `signal` aborts or the server refuses. `why` says why there is no stream; `wasAway`: no server either. */
  async run(why: () => string | null, wasAway: boolean, signal: AbortSignal): Promise<void> {
    const { clock, timing } = this.context;
    let isBack = !wasAway;
    let failures = 0;
    while (!signal.aborted) {
      const askedAtMs = clock.monotonicMs();
      const answer = await this.#ask(signal);
      if (signal.aborted) return;
      if (answer.kind === "refused") return this.handlers.onRefused(answer);
      if (answer.kind === "failed") {
        failures += 1;
        isBack = false;
        await this.retries.wait(answer, timing.failuresBeforePolling + failures, signal);
      }
      if (answer.kind === "samples") {
        failures = 0;
        this.status.set("polling", why());
        const news = this.#take(answer, signal);
        if (!isBack) this.handlers.onBack();
        isBack = true;
        await this.#keepPace(news, clock.monotonicMs() - askedAtMs, signal);
      }
    }
  }

  async #ask(signal: AbortSignal): Promise<PollAnswer> {
    const { endpoint, clock } = this.context;
    const asking = childController(signal);
    this.#asking = asking;
    const answer = await poll(endpoint, this.delivery.resumePoint(), this.#waitSeconds, clock, asking.signal);
    asking.abort();
    return answer;
  }

  /** Answers how many of the samples were news. */
  #take(answer: Extract<PollAnswer, { kind: "samples" }>, signal: AbortSignal): number {
    if (answer.gap) this.delivery.takeGap(answer.gap);
    let news = 0;
    for (const sample of answer.samples) {
      if (signal.aborted) break; // a listener closed the client
      if (this.delivery.takePolled(sample, sample === answer.samples.at(-1))) news += 1;
    }
    return news;
  }

  /** How long the server may hold an answer back for the next sample: with it a connection, of which a browser has six. */
  get #waitSeconds(): number {
    return this.context.isVisible() ? this.context.timing.pollWaitSeconds : 0;
  }

  /** The server waits for the next sample. Where it, or something on the way, does not, the pace is ours to keep. */
  async #keepPace(news: number, tookMs: number, signal: AbortSignal): Promise<void> {
    const { timing, isVisible } = this.context;
    if (!isVisible()) return this.retries.pause(timing.hiddenPollMs, signal);
    const hasWaited = tookMs >= (timing.pollWaitSeconds * 1_000) / 2;
    if (news > 0 || hasWaited) return;
    await this.retries.pause((this.delivery.intervalSeconds ?? 1) * 1_000, signal);
  }
}
