// Which elements of a page share a stream.

import type { Gap, Sample } from "../../client/src/contract";
import type { ClientState } from "../../client/src/state";
import { covers, union, type Section } from "../sections";

/** One element that wants samples. */
export interface Member {
  readonly section: Section;
  takeSample(sample: Sample): void;
  takeGap(gap: Gap): void;
  /** `why`: what was found out about a server that can't be read from. */
  takeState(state: ClientState, why: string | null): void;
}

/** Members of one stream, and the parts that it asks for (none: all). */
export interface Group {
  readonly parts: readonly Section[];
  readonly members: readonly Member[];
}

/**
 * One stream for all members, of the union of their sections. `standing` are the parts of the stream that runs: it goes
 * on while it has all that is wanted, so that a chart which is taken away does not restart the others.
 */
export function together(members: readonly Member[], standing: readonly Section[] | null): Group[] {
  if (members.length === 0) return [];
  if (standing !== null && members.every((member) => covers(standing, member.section))) return [{ parts: standing, members }];
  return [{ parts: union(members.map((member) => member.section)), members }];
}

/** A stream for each section: where the server refuses one of them, the others still get theirs. */
export function apart(members: readonly Member[]): Group[] {
  const sections = new Set(members.map((member) => member.section));
  return [...sections].map((section) => ({
    parts: union([section]),
    members: members.filter((member) => member.section === section),
  }));
}
