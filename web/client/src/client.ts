import type { Gap, Hello, Sample } from "./contract";
import type { Bye, ClientState } from "./state";

export interface MetricsClientOptions {
  /** Base URL of the appliance. Default: what this module was loaded from, BASE/static/metrics_client.js -> BASE/. */
  url?: string | URL;
  /** Parts of the Sample to ask for, like `["system.cpu", "ai"]`. Default: all. */
  sections?: readonly string[];
  /** Sent as `Authorization: Bearer`, never in a URL. */
  token?: string;
  fetch?: typeof fetch;
}

export interface ClientEventMap {
  sample: CustomEvent<Sample>;
  gap: CustomEvent<Gap>;
  state: CustomEvent<ClientState>;
  hello: CustomEvent<Hello>;
  bye: CustomEvent<Bye>;
}

export type ClientEventListener<Name extends keyof ClientEventMap> =
  | ((event: ClientEventMap[Name]) => void)
  | { handleEvent(event: ClientEventMap[Name]): void };

export interface MetricsClient {
  addEventListener<Name extends keyof ClientEventMap>(
    type: Name,
    listener: ClientEventListener<Name> | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<Name extends keyof ClientEventMap>(
    type: Name,
    listener: ClientEventListener<Name> | null,
    options?: EventListenerOptions | boolean,
  ): void;
}

/** A live feed of Samples: each one once, in order, whatever the connection does meanwhile. */
export class MetricsClient extends EventTarget {
  #state: ClientState = { name: "idle", reason: null, retryAt: null };
  #latest: Sample | null = null;
  #hello: Hello | null = null;

  constructor(readonly options: MetricsClientOptions = {}) {
    super();
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The newest Sample that was delivered. */
  get latest(): Sample | null {
    return this.#latest;
  }

  /** What the server said of itself when the newest stream began; null before the first stream. */
  get hello(): Hello | null {
    return this.#hello;
  }

  start(): void {
    this.#state = { name: "connecting", reason: null, retryAt: null };
  }

  close(): void {
    this.#state = { name: "closed", reason: null, retryAt: null };
  }
}
