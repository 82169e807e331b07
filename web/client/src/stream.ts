import type { Clock } from "./clock.js";
import { ask, type Endpoint, endpointUrl, requestHeaders } from "./endpoint.js";
import { type EventHandlers, EventDecoder } from "./events.js";
import { type Failed, failed, judgeContentType, judgeError, judgeStatus, type Refused } from "./outcome.js";
import type { Timing } from "./timing.js";
import { Watchdog } from "./watchdog.js";

export type StreamEnd =
  | Failed
  | Refused
  /** The server said goodbye. */
  | { readonly kind: "bye"; readonly reason: string }
  /** Given up from this side although nothing failed: for a fresh one, or for good. */
  | { readonly kind: "renewed"; readonly reason: string }
  /** Given up since nobody can see the page. */
  | { readonly kind: "hidden" }
  | { readonly kind: "closed" };

/** One attempt to read /metrics/sse: from the request to the end of the stream. */
export class Stream {
  readonly #controller = new AbortController();
  readonly #close = () => this.finish({ kind: "closed" });
  readonly #watchdog: Watchdog;
  #end: StreamEnd | null = null;
  #events = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly handlers: EventHandlers,
    private readonly clock: Clock,
    timing: Timing,
    private readonly signal: AbortSignal,
  ) {
    this.#watchdog = new Watchdog(clock, timing.silenceMinMs, (silentMs) => this.finish(this.#silence(silentMs)));
    signal.addEventListener("abort", this.#close);
  }

  /** Whether anything has come through. */
  get isLive(): boolean {
    return this.#events > 0;
  }

  get silentMs(): number {
    return this.#watchdog.silentMs;
  }

  get silenceLimitMs(): number {
    return this.#watchdog.limitMs;
  }

  setSilenceLimit(limitMs: number): void {
    this.#watchdog.setLimit(limitMs);
  }

  /** Ends it now; no event comes after this. The first end given stands. */
  finish(end: StreamEnd): void {
    this.#end ??= end;
    this.#watchdog.stop();
    this.#controller.abort();
    this.signal.removeEventListener("abort", this.#close);
  }

  async run(resumeId: string | null): Promise<StreamEnd> {
    if (this.signal.aborted) this.#close();
    try {
      this.finish(await this.#read(resumeId));
    } catch (error) {
      this.finish(judgeError(error, "ended"));
    }
    return this.#end!;
  }

  async #read(resumeId: string | null): Promise<StreamEnd> {
    const response = await this.#request(resumeId);
    if ("kind" in response) return response;
    const refusal =
      judgeStatus(response, this.clock.epochMs()) ?? judgeContentType(response, "text/event-stream");
    if (refusal) return refusal;
    if (!response.body) return failed("content", "the answer has no body");

    const decoder = new EventDecoder({
      onEvent: (event) => {
        if (this.#controller.signal.aborted) return;
        this.#events += 1;
        this.handlers.onEvent(event);
      },
      onRetry: (retryMs) => this.handlers.onRetry(retryMs),
      onBareId: (id) => {
        if (!this.#controller.signal.aborted) this.handlers.onBareId(id);
      },
    });
    const reader = response.body.getReader();
    // fetch does that itself; one that was given in its place may not.
    this.#controller.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}), { once: true });
    while (!this.#controller.signal.aborted) {
      const { done, value } = await reader.read();
      if (done) return failed("ended", "the connection ended");
      decoder.feed(value);
      // Before the first event, bytes prove nothing: what a proxy pads a stream with that it holds back is no sample.
      if (this.isLive) this.#watchdog.feed();
    }
    return { kind: "closed" };
  }

  async #request(resumeId: string | null): Promise<Response | StreamEnd> {
    const { signal } = this.#controller;
    if (signal.aborted) return { kind: "closed" };
    const headers = requestHeaders(this.endpoint, "text/event-stream");
    const query: Record<string, string> = {};
    if (resumeId !== null) {
      // A header can carry printable ASCII alone; ids of the appliance are that.
      if (/^[!-~]+$/.test(resumeId)) headers.set("Last-Event-ID", resumeId);
      else query["last_event_id"] = resumeId;
    }
    try {
      const url = endpointUrl(this.endpoint, "metrics/sse", query);
      return await ask(this.endpoint, url, headers, signal);
    } catch (error) {
      return judgeError(error, "unreachable");
    }
  }

  #silence(silentMs: number): Failed {
    const seconds = Math.round(silentMs / 1_000);
    return failed(
      "silent",
      this.isLive
        ? `nothing arrived for ${seconds} s`
        : `nothing came through for ${seconds} s: something on the way may be holding the stream back`,
    );
  }
}
