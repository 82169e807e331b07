import { afterEach, beforeEach, expect } from "vitest";
import { type ClientState, MetricsClient, type MetricsClientOptions, type StateName } from "../src/index.js";
import { ManualClock, settle } from "./manual_clock.js";
import { Peer } from "./peer.js";

/** What a client has told, in order, as short lines: "sample e-1", "gap 3 beyond-replay", "state live". */
export class Recorder {
  readonly lines: string[] = [];
  readonly states: ClientState[] = [];
  #onChange = () => {};

  constructor(readonly client: MetricsClient) {
    client.addEventListener("sample", ({ detail }) => this.#note(`sample ${detail.id}`));
    client.addEventListener("gap", ({ detail }) => this.#note(`gap ${detail.lost} ${detail.reason}`));
    client.addEventListener("hello", ({ detail }) => this.#note(`hello ${detail.newest_id}`));
    client.addEventListener("bye", ({ detail }) => this.#note(`bye ${detail.reason}`));
    client.addEventListener("state", ({ detail }) => {
      this.states.push(detail);
      this.#note(`state ${detail.name}`);
    });
  }

  get sampleIds(): string[] {
    return this.lines.filter((line) => line.startsWith("sample ")).map((line) => line.slice("sample ".length));
  }

  /** Ends as soon as `condition` holds, looking again after each event; the test's time limit ends it otherwise. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (this.#onChange = resolve));
  }

  async untilSample(id: string): Promise<void> {
    await this.until(() => this.client.latest?.id === id);
    await settle();
  }

  async untilState(name: StateName, { waiting }: { waiting?: boolean } = {}): Promise<ClientState> {
    const holds = (state: ClientState) =>
      state.name === name && (waiting === undefined || (state.retryAt !== null) === waiting);
    await this.until(() => holds(this.client.state));
    await settle();
    return this.client.state;
  }

  #note(line: string): void {
    this.lines.push(line);
    this.#onChange();
  }
}

export interface Bench {
  peer: Peer;
  clock: ManualClock;
  /** Makes a client of `peer` on `clock`, whose draws are all 0.5. Not started. */
  connect(options?: MetricsClientOptions): Recorder;
}

/** A peer and a clock for each test of the file. Afterwards nothing may be left: no timer, no connection, no request. */
export function useBench(): Bench {
  const bench = {} as Bench;
  let clients: MetricsClient[] = [];
  beforeEach(async () => {
    bench.peer = await Peer.start();
    bench.clock = new ManualClock();
    bench.connect = (options = {}) => {
      const client = new MetricsClient({
        url: bench.peer.url,
        clock: bench.clock,
        random: () => 0.5,
        page: null,
        ...options,
      });
      clients.push(client);
      return new Recorder(client);
    };
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    clients = [];
    await bench.peer.untilNothingIsOpen();
    const requests = bench.peer.requestsCount;
    await bench.clock.advance(3_600_000);
    expect({ timers: bench.clock.pending, requests: bench.peer.requestsCount }).toEqual({ timers: 0, requests });
    await bench.peer.stop();
  });
  return bench;
}
