import type { Gap, Hello, Sample } from "./contract.js";
import { Delivery } from "./delivery.js";
import type { Feed, FeedSink } from "./feed.js";
import { GuardedEventTarget } from "./listeners.js";
import { type MetricsClientOptions, resolveOptions } from "./options.js";
import type { Page } from "./page.js";
import { Session } from "./session.js";
import { SharedFeed } from "./shared/shared_feed.js";
import type { Bye, ClientState } from "./state.js";

export interface ClientEventMap {
  /** One sample, each once, in order. */
  sample: CustomEvent<Sample>;
  /** Samples that will not come, told where they are missing. */
  gap: CustomEvent<Gap>;
  state: CustomEvent<ClientState>;
  hello: CustomEvent<Hello>;
  bye: CustomEvent<Bye>;
}

export type ClientEventListener<Name extends keyof ClientEventMap> =
  | ((event: ClientEventMap[Name]) => void)
  | { handleEvent(event: ClientEventMap[Name]): void };

/** A live feed of Samples, whatever the connection does meanwhile. Nothing is asked for before `start()`. */
export class MetricsClient extends GuardedEventTarget {
  readonly #feed: Feed;
  readonly #page: Page | null;
  #unwatchPage: (() => void) | null = null;
  #state: ClientState = { name: "idle", reason: null, retryAt: null };
  #latest: Sample | null = null;
  #hello: Hello | null = null;
  #delayMs: number | null = null;

  /** Throws TypeError for options that no request could be made with. */
  constructor(options: MetricsClientOptions = {}) {
    super();
    const { context, page, openWorker } = resolveOptions(options, import.meta.url);
    this.#page = page;
    const sink = this.#sink();
    this.#feed = openWorker
      ? new SharedFeed(context, openWorker, sink)
      : new Session(context, new Delivery(sink, context.clock, context.timing.resumableMs), sink.state);
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The newest Sample that came; null before the first. */
  get latest(): Sample | null {
    return this.#latest;
  }

  /** What the server told of itself when the newest stream began; null before the first stream. */
  get hello(): Hello | null {
    return this.#hello;
  }

  /**
   * By how many milliseconds the slowest event of the last seconds came later than the quickest of the last minutes:
   * hardly any on a good way, more when something holds the feed back. The clocks of the two machines need not agree.
   * Null before the first.
   */
  get delayMs(): number | null {
    return this.#delayMs;
  }

  /** Connects. Also after `signed-out` or `stopped`; it goes on after the last sample that came. */
  start(): void {
    if (this.#state.name === "closed") throw new Error("this MetricsClient is closed; make another one");
    this.#unwatchPage ??= this.#page?.watch((event) => this.#feed.follow(event)) ?? null;
    this.#feed.start();
  }

  /** Ends everything at once and for good: no event and no request comes after it. */
  close(): void {
    this.muted = true;
    this.#state = { name: "closed", reason: null, retryAt: null };
    this.#stopWatching();
    this.#feed.close();
  }

  override addEventListener<Name extends keyof ClientEventMap>(
    type: Name,
    listener: ClientEventListener<Name> | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  override removeEventListener<Name extends keyof ClientEventMap>(
    type: Name,
    listener: ClientEventListener<Name> | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options);
  }

  #sink(): FeedSink {
    const tell = <Name extends keyof ClientEventMap>(type: Name, detail: ClientEventMap[Name]["detail"]) => {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    };
    return {
      state: (state) => {
        this.#state = state;
        if (state.name === "signed-out" || state.name === "stopped") this.#stopWatching();
        tell("state", state);
      },
      hello: (hello) => {
        this.#hello = hello;
        tell("hello", hello);
      },
      sample: (sample) => {
        this.#latest = sample;
        tell("sample", sample);
      },
      delay: (delayMs) => {
        this.#delayMs = delayMs;
      },
      gap: (gap) => tell("gap", gap),
      bye: (bye) => tell("bye", bye),
    };
  }

  #stopWatching(): void {
    this.#unwatchPage?.();
    this.#unwatchPage = null;
  }
}
