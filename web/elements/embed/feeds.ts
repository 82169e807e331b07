// The streams of a page: elements with the same address and token share one.

import type { ClientState } from "../../client/src/state";
import { Line } from "./line";
import { apart, together, type Group, type Member } from "./members";

/** The streams of one address and token. They follow from the members: none without any. */
class Feed {
  readonly #members = new Set<Member>();
  #lines: Line[] = [];
  #isApart = false;
  #isScheduled = false;
  #wasLive = false;

  constructor(
    private readonly base: URL,
    private readonly token: string | null,
    private readonly onTurn: () => void,
    private readonly onEmpty: () => void,
  ) {}

  /** Takes a member in; returns what lets it go. */
  join(member: Member): () => void {
    this.#members.add(member);
    this.#schedule();
    return () => {
      this.#members.delete(member);
      this.#schedule();
    };
  }

  get isLive(): boolean {
    return this.#lines.some(({ state }) => state.name === "live" || state.name === "polling");
  }

  // After all elements that are made or taken away at once, so that they cost one request.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#settle();
    });
  }

  #settle(): void {
    const groups = this.#groups();
    const keep = new Map<string, Line>();
    for (const line of this.#lines) {
      const isWanted = groups.some((group) => keyOf(group) === keyOf(line));
      if (isWanted) keep.set(keyOf(line), line);
      else line.close();
    }
    this.#lines = groups.map((group) => keep.get(keyOf(group)) ?? this.#open(group));
    groups.forEach(({ members }, index) => this.#lines[index]?.serve(members));
    if (groups.length === 0) this.onEmpty();
  }

  #groups(): Group[] {
    const members = [...this.#members];
    return this.#isApart ? apart(members) : together(members, this.#lines[0]?.parts ?? null);
  }

  #open({ parts }: Group): Line {
    return new Line(this.base, this.token, parts, (state) => this.#takeState(state));
  }

  #takeState({ name }: ClientState): void {
    // The server says yes or no to all sections of a stream at once.
    const isRefused = name === "signed-out" || name === "stopped";
    if (isRefused && !this.#isApart && new Set([...this.#members].map(({ section }) => section)).size > 1) {
      this.#isApart = true;
      this.#schedule();
    }
    if (this.isLive === this.#wasLive) return;
    this.#wasLive = this.isLive;
    this.onTurn();
  }
}

export class Feeds {
  readonly #feeds = new Map<string, Feed>();
  readonly #listeners = new Set<(base: URL) => void>();

  join(base: URL, token: string | null, member: Member): () => void {
    const key = JSON.stringify([base.href, token]);
    let feed = this.#feeds.get(key);
    if (feed === undefined) {
      const tell = (): void => {
        for (const listener of [...this.#listeners]) listener(base);
      };
      feed = new Feed(base, token, tell, () => this.#feeds.delete(key));
      this.#feeds.set(key, feed);
    }
    return feed.join(member);
  }

  /** Whether samples of this address arrive, over whichever stream. */
  isLive(base: URL): boolean {
    return [...this.#feeds].some(([key, feed]) => (JSON.parse(key) as string[])[0] === base.href && feed.isLive);
  }

  /** Calls back when samples of an address begin to arrive, or no longer do; returns what ends that. */
  onTurn(listener: (base: URL) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function keyOf({ parts }: { parts: readonly string[] }): string {
  return parts.join(",");
}

/** The page's. The browser makes the elements and hands them nothing, so that they can only meet in the module. */
export const feeds = new Feeds();
