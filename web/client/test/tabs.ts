import { afterEach, beforeEach, expect } from "vitest";
import type { Clock } from "../src/clock.js";
import { resolveBase } from "../src/endpoint.js";
import type { FeedSink } from "../src/feed.js";
import { Host } from "../src/shared/host.js";
import type { WorkerHandle } from "../src/shared/link.js";
import type { Port } from "../src/shared/protocol.js";
import { SharedFeed } from "../src/shared/shared_feed.js";
import type { ClientState, StateName } from "../src/state.js";
import { DEFAULT_TIMING } from "../src/timing.js";
import { type Bench, useBench } from "./harness.js";
import { settle } from "./manual_clock.js";

/** What the shared worker does, in this thread; tabs reach it over real MessagePorts. */
export class Worker {
  readonly host: Host;
  readonly #ports: MessagePort[] = [];
  readonly #life = new AbortController();
  readonly #timers = new Set<() => void>();

  constructor(clock: Clock) {
    const fetchWhileAlive: typeof fetch = (input, init) =>
      fetch(input, { ...init, signal: AbortSignal.any([init!.signal!, this.#life.signal]) });
    const after: Clock["after"] = (delayMs, callback) => {
      if (this.#life.signal.aborted) return () => {};
      const cancel = clock.after(delayMs, callback);
      this.#timers.add(cancel);
      return cancel;
    };
    this.host = new Host({ fetch: fetchWhileAlive, clock: { ...clock, after }, random: () => 0.5 });
  }

  /** As `new SharedWorker()` does. */
  readonly open = (): WorkerHandle => {
    const { port1, port2 } = new MessageChannel();
    this.#ports.push(port1, port2);
    this.host.connect(port2);
    return { port: port1, onerror: null };
  };

  /** Its process ends, and nobody is told. */
  kill(): void {
    for (const port of this.#ports) port.close();
    this.#life.abort();
    for (const cancel of this.#timers) cancel();
  }
}

/** The port of a worker that says only what a test lets it say. */
export class MutePort implements Port {
  onmessage: ((event: MessageEvent) => void) | null = null;
  readonly heard: unknown[] = [];
  isClosed = false;
  postMessage = (message: unknown) => void this.heard.push(message);
  close = () => void (this.isClosed = true);

  say(message: unknown): void {
    this.onmessage?.({ data: message } as MessageEvent);
  }
}

interface TabOptions {
  token?: string;
  sections?: string[];
  host?: string;
  path?: string;
  open?: () => WorkerHandle;
  /** Answers the request for the newest sample that a tab makes itself while its worker starts. Default: nothing does. */
  headStart?: typeof fetch;
}

const never = () => new Promise<Response>(() => {});

/** A tab: a feed over the worker, and what it was told, as short lines like those of Recorder. */
export class Tab {
  readonly lines: string[] = [];
  readonly states: ClientState[] = [];
  readonly feed: SharedFeed;
  isOnline = true;
  isVisible = true;
  delayMs: number | null = null;
  onLine = (_line: string) => {};
  #onChange = () => {};

  constructor(bench: Bench, open: () => WorkerHandle, { token, sections = [], host, path = "", headStart = never }: TabOptions) {
    const base = resolveBase(bench.peer.url + path, "");
    const isHeadStart = ({ pathname, searchParams }: URL) => pathname.endsWith("/json") && !searchParams.has("since");
    const ownFetch: typeof fetch = (input, init) =>
      isHeadStart(input as URL) ? headStart(input, init) : fetch(input, init);
    const context = {
      endpoint: { base, sections, host, token: token ?? null, fetch: ownFetch },
      timing: DEFAULT_TIMING,
      clock: bench.clock,
      random: () => 0.5,
      isOnline: () => this.isOnline,
      isVisible: () => this.isVisible,
    };
    const sink: FeedSink = {
      state: (state) => {
        this.states.push(state);
        this.#note(`state ${state.name}`);
      },
      hello: (hello) => this.#note(`hello ${hello.newest_id}`),
      sample: (_, id) => this.#note(`sample ${id}`),
      gap: (gap) => this.#note(`gap ${gap.lost} ${gap.reason}`),
      bye: (bye) => this.#note(`bye ${bye.reason}`),
      delay: (delayMs) => (this.delayMs = delayMs),
    };
    this.feed = new SharedFeed(context, open, sink);
  }

  get state(): ClientState {
    return this.states.at(-1)!;
  }

  get sampleIds(): string[] {
    return this.lines.filter((line) => line.startsWith("sample ")).map((line) => line.slice("sample ".length));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#onChange = resolve));
  }

  async untilSample(id: string): Promise<void> {
    await this.until(() => this.sampleIds.includes(id));
  }

  async untilState(name: StateName): Promise<void> {
    await this.until(() => this.state.name === name);
  }

  #note(line: string): void {
    this.lines.push(line);
    this.onLine(line);
    this.#onChange();
  }
}

export interface TabBench extends Bench {
  worker: Worker;
  /** Opens a tab and starts it. */
  tab(options?: TabOptions): Tab;
}

/** As useBench(), with a worker and tabs. Afterwards all tabs have gone, and the worker keeps nothing of them. */
export function useTabs(): TabBench {
  const bench = useBench() as TabBench;
  let tabs: Tab[] = [];
  beforeEach(() => {
    bench.worker = new Worker(bench.clock);
    bench.tab = (options = {}) => {
      const tab = new Tab(bench, options.open ?? (() => bench.worker.open()), options);
      tabs.push(tab);
      tab.feed.start();
      return tab;
    };
  });
  afterEach(async () => {
    for (const tab of tabs) tab.feed.close();
    tabs = [];
    await until(() => bench.worker.host.statistics().members === 0);
    expect(bench.worker.host.statistics()).toEqual({ streams: 0, members: 0 });
  });
  return bench;
}

/** Ends when the condition holds, looking again whenever messages may have come; the test's time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}
