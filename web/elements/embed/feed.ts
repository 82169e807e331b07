// The streams of one appliance and token, as the elements that want samples need them.

import type { ClientState } from "../../client/src/state";
import { isAfter } from "../gaps";
import { Line } from "./line";
import { apart, together, type Group, type Member } from "./members";

export class Feed {
  readonly #members = new Set<Member>();
  #groups: Group[] = [];
  /** The line of each group. */
  #lines: Line[] = [];
  /** Lines that another one takes over from. They go on until that one has come as far, so that nothing is lost. */
  #old: Line[] = [];
  #isApart = false;
  #isScheduled = false;
  #wasLive = false;

  constructor(
    private readonly base: URL,
    private readonly token: string | null,
    /** Samples begin to arrive, or no longer do. */
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
    return [...this.#lines, ...this.#old].some((line) => line.isLive);
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
    const members = [...this.#members];
    this.#groups = this.#isApart ? apart(members) : together(members, this.#lines[0]?.parts ?? null);
    const standing = new Map([...this.#old, ...this.#lines].map((line) => [keyOf(line), line]));
    this.#lines = this.#groups.map((group) => standing.get(keyOf(group)) ?? this.#open(group));
    this.#old = [...standing.values()].filter((line) => !this.#lines.includes(line));
    this.#serve();
    for (const line of this.#lines) line.start();
    if (members.length === 0) this.onEmpty();
  }

  #open({ parts }: Group): Line {
    return new Line(this.base, this.token, parts, {
      onSample: () => {
        if (this.#old.length > 0) this.#serve();
      },
      onState: (state) => this.#takeState(state),
    });
  }

  /** Gives each member its line: the old one for as long as that is ahead. */
  #serve(): void {
    const isDone = new Set(this.#old.filter((line) => !this.#isNeeded(line)));
    this.#old = this.#old.filter((line) => !isDone.has(line));
    const held = new Set(this.#old.flatMap((line) => [...line.members]));
    this.#groups.forEach(({ members }, index) => this.#lines[index]?.serve(members.filter((member) => !held.has(member))));
    for (const line of isDone) line.close();
  }

  #isNeeded(old: Line): boolean {
    old.serve([...old.members].filter((member) => this.#members.has(member)));
    if (!old.isLive || old.latest === null || old.members.size === 0) return false;
    const reached = old.latest.id;
    const heirs = this.#lines.filter((_, index) => this.#groups[index]?.members.some((member) => old.members.has(member)));
    return heirs.some(({ latest }) => latest === null || isAfter(latest.id, reached));
  }

  #takeState({ name }: ClientState): void {
    // The server says yes or no to all sections of a stream at once.
    const isRefused = name === "signed-out" || name === "stopped";
    if (isRefused && !this.#isApart && new Set([...this.#members].map(({ section }) => section)).size > 1) {
      this.#isApart = true;
      this.#schedule();
    }
    if (this.#old.length > 0) this.#serve();
    if (this.isLive === this.#wasLive) return;
    this.#wasLive = this.isLive;
    this.onTurn();
  }
}

function keyOf({ parts }: { parts: readonly string[] }): string {
  return parts.join(",");
}
