import type { SessionContext } from "../context.js";
import { poll } from "../polling.js";
import type { Member } from "./member.js";
import type { Recent } from "./recent.js";

/**
 * Gives a tab what it lacks since its position: from the recent samples if they reach back so far, else the server is
 * asked, until they do. What the stream brings meanwhile waits among the recent ones. When the server does not answer,
 * the tab stays behind, and it is to be tried again with the next sample.
 */
export async function catchUp(member: Member, recent: Recent, context: SessionContext): Promise<void> {
  if (member.isCatchingUp) return;
  member.isCatchingUp = true;
  member.isCurrent = await isBroughtUp(member, recent, context);
  member.isCatchingUp = false;
}

async function isBroughtUp(member: Member, recent: Recent, { endpoint, clock }: SessionContext): Promise<boolean> {
  for (;;) {
    const position = member.position;
    if (position === null) return true;
    const entries = recent.after(position);
    if (entries) {
      for (const entry of entries) member.tell(entry);
      return true;
    }
    const answer = await poll(endpoint, position, 0, clock, member.life);
    if (answer.kind !== "samples") return false;
    if (answer.gap) member.tell({ type: "gap", gap: answer.gap });
    for (const sample of answer.samples) member.tell({ type: "sample", id: sample.id, sample });
    // Nothing is newer: the stream will bring what comes next, and what it brings twice the tab drops.
    if (member.position === position) return true;
  }
}
