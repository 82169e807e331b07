// One stream and the elements that it serves.

import { MetricsClient } from "../../client/src/client";
import type { Sample } from "../../client/src/contract";
import type { ClientState } from "../../client/src/state";
import type { Section } from "../sections";
import type { Member } from "./members";
import { whyUnreadable } from "./unreadable";
import { MOST_SECONDS } from "./window-attribute";

// A refusal may pass, as when a token is made or a proxy is set up; a page on a wall has nobody to load it again.
const RETRY_REFUSED_MILLISECONDS = 300_000;
/** What no chart can show is not fetched: a machine that slept for a night would ask for all of it. */
export const TIMING = { resumableMs: 1000 * MOST_SECONDS };

export interface LineListener {
  /** After its members have got one. */
  onSample(): void;
  onState(state: ClientState): void;
}

export class Line {
  readonly members = new Set<Member>();
  readonly #base: URL;
  readonly #client: MetricsClient;
  readonly #listener: LineListener;
  #why: string | null = null;
  #isAsked = false;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(base: URL, token: string | null, readonly parts: readonly Section[], listener: LineListener) {
    this.#base = base;
    this.#listener = listener;
    this.#client = new MetricsClient({ url: base, token: token ?? undefined, sections: parts, timing: TIMING });
    this.#client.addEventListener("sample", ({ detail }) => {
      this.#each((member) => member.takeSample(detail));
      listener.onSample();
    });
    this.#client.addEventListener("gap", ({ detail }) => this.#each((member) => member.takeGap(detail)));
    this.#client.addEventListener("state", ({ detail }) => this.#takeState(detail));
  }

  start(): void {
    if (this.#client.state.name === "idle") this.#client.start();
  }

  get isLive(): boolean {
    const { name } = this.#client.state;
    return name === "live" || name === "polling";
  }

  get latest(): Sample | null {
    return this.#client.latest;
  }

  /** Sets who is served; who is new gets what is known at once. */
  serve(members: readonly Member[]): void {
    const added = members.filter((member) => !this.members.has(member));
    this.members.clear();
    for (const member of members) this.members.add(member);
    const { latest, state } = this.#client;
    for (const member of added) {
      member.takeState(state, this.#why);
      if (latest !== null) member.takeSample(latest);
    }
  }

  close(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.members.clear();
    this.#client.close();
  }

  #each(tell: (member: Member) => void): void {
    for (const member of [...this.members]) tell(member);
  }

  #takeState(state: ClientState): void {
    if (this.isLive) {
      this.#why = null;
      this.#isAsked = false;
    }
    this.#each((member) => member.takeState(state, this.#why));
    if (state.name === "reconnecting" && !this.#isAsked) void this.#findOut();
    if (state.name === "signed-out" || state.name === "stopped") {
      this.#retry = setTimeout(() => this.#client.start(), RETRY_REFUSED_MILLISECONDS);
    }
    this.#listener.onState(state);
  }

  // Once an outage: what keeps a page from reading does not change from one attempt to the next.
  async #findOut(): Promise<void> {
    this.#isAsked = true;
    const why = await whyUnreadable(this.#base);
    const { state } = this.#client;
    if (why === null || state.name !== "reconnecting") return;
    this.#why = why;
    this.#each((member) => member.takeState(state, why));
  }
}
