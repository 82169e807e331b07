// One stream and the elements that it serves.

import { MetricsClient } from "../../client/src/client";
import type { ClientState } from "../../client/src/state";
import type { Section } from "../sections";
import type { Member } from "./members";
import { whyUnreadable } from "./unreadable";

export class Line {
  readonly members = new Set<Member>();
  readonly #base: URL;
  readonly #client: MetricsClient;
  readonly #onState: (state: ClientState) => void;
  #why: string | null = null;
  #isAsked = false;

  constructor(base: URL, token: string | null, readonly parts: readonly Section[], onState: (state: ClientState) => void) {
    this.#base = base;
    this.#onState = onState;
    this.#client = new MetricsClient({ url: base, token: token ?? undefined, sections: parts });
    this.#client.addEventListener("sample", ({ detail }) => this.#each((member) => member.takeSample(detail)));
    this.#client.addEventListener("gap", ({ detail }) => this.#each((member) => member.takeGap(detail)));
    this.#client.addEventListener("state", ({ detail }) => this.#takeState(detail));
    this.#client.start();
  }

  get state(): ClientState {
    return this.#client.state;
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
    this.members.clear();
    this.#client.close();
  }

  #each(tell: (member: Member) => void): void {
    for (const member of [...this.members]) tell(member);
  }

  #takeState(state: ClientState): void {
    if (state.name === "live" || state.name === "polling") {
      this.#why = null;
      this.#isAsked = false;
    }
    this.#each((member) => member.takeState(state, this.#why));
    if (state.name === "reconnecting" && !this.#isAsked) void this.#findOut();
    this.#onState(state);
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
