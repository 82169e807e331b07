// Reads the fleet: all of it once, then each second what has changed. A tab that nobody sees reads nothing.

import { answerIn, type Machine } from "./machine";

/** A little under a second: a machine that the hub calls silent after 4 s is shown so within 5. */
const EVERY_MILLISECONDS = 900;
const LONGEST_WAIT_MILLISECONDS = 15_000;

export interface FeedState {
  readonly name: "connecting" | "live" | "reconnecting" | "signed-out";
  readonly reason: string | null;
}

export class FleetFeed {
  /** By id. */
  readonly machines = new Map<string, Machine>();
  state: FeedState = { name: "connecting", reason: null };
  readonly #ask: (query: Record<string, string>, signal: AbortSignal) => Promise<Response>;
  readonly #tell: () => void;
  #closed = new AbortController();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #version: string | null = null;
  #failures = 0;
  #isAsking = false;

  constructor(ask: (query: Record<string, string>, signal: AbortSignal) => Promise<Response>, tell: () => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  start(): void {
    this.#closed = new AbortController();
    document.addEventListener("visibilitychange", () => this.#look(), { signal: this.#closed.signal });
    this.#look();
  }

  close(): void {
    this.#closed.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #look(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#isAsking || document.hidden || this.#closed.signal.aborted) return;
    this.#isAsking = true;
    const { signal } = this.#closed;
    void this.read(signal)
      .then(() => this.#tell())
      .finally(() => {
        this.#isAsking = false;
        if (signal.aborted || this.state.name === "signed-out") return;
        const wait = Math.min(LONGEST_WAIT_MILLISECONDS, EVERY_MILLISECONDS * 2 ** this.#failures);
        this.#timer = setTimeout(() => this.#look(), wait);
      });
  }

  /** Asks once, and takes the answer. */
  async read(signal: AbortSignal): Promise<void> {
    try {
      const response = await this.#ask(this.#version === null ? {} : { since: this.#version }, signal);
      if (response.status === 401 || response.status === 403) {
        this.machines.clear();
        this.#version = null;
        this.state = { name: "signed-out", reason: response.status === 401 ? null : "the token does not reach to the machines; it needs the scope read" };
        return;
      }
      const answer = response.ok ? answerIn(await response.json()) : null;
      if (answer === null) throw new Error(response.ok ? "the hub's answer is not understood" : `the hub answered ${response.status}`);
      if (answer.isWhole) this.machines.clear();
      for (const machine of answer.machines) this.machines.set(machine.id, machine);
      // Something was missed: all anew.
      this.#version = this.machines.size === answer.count ? answer.version : null;
      this.#failures = 0;
      this.state = { name: "live", reason: null };
    } catch (error) {
      if (signal.aborted) return;
      this.#failures += 1;
      this.state = { name: "reconnecting", reason: error instanceof TypeError ? "the hub does not answer" : String((error as Error).message) };
    }
  }
}
