// What the charts mark of the components: each change of a state.

import type { Component, Sample } from "../client/src/contract";
import type { Mark } from "../elements/marks";
import { componentTitle } from "./component-fields";

const MOST_KEPT = 200;
// The appliance sees all states for the first time when it starts; that is no change of theirs.
const START_MILLISECONDS = 5_000;

export class StatusMarks {
  marks: readonly Mark[] = [];
  readonly #known = new Map<string, Component["status"]>();

  /** Takes the next sample; true when a mark came with it. */
  follow(sample: Sample): boolean {
    const now = Date.parse(sample.timestamp);
    let changed = false;
    for (const [name, { status, since }] of Object.entries(sample.ai.components)) {
      const known = this.#known.get(name);
      if (known === status) continue;
      this.#known.set(name, status);
      const changedAt = since === null ? now : Date.parse(since);
      if (known === undefined && !isOlderNews(sample, now, changedAt)) continue;
      const label = `${componentTitle(name)}: ${status}${known === undefined ? "" : ` (was ${known})`}`;
      changed = true;
      this.marks = [...this.marks, { milliseconds: changedAt, kind: "change" as const, label, alarming: status === "failed" }].slice(-MOST_KEPT);
    }
    return changed;
  }
}

// A change from before the page was opened, and after the appliance was started.
function isOlderNews(sample: Sample, now: number, changedAt: number): boolean {
  const startedAt = now - (sample.server.uptime_seconds ?? Number.POSITIVE_INFINITY) * 1000;
  return changedAt > startedAt + START_MILLISECONDS;
}
