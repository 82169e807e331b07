// How the collectors fare: which of them have trouble, and how old the values of a panel are because of it.

import { duration } from "../elements/format";
import type { Collector, Sample } from "../client/src/contract";

export interface Trouble {
  readonly name: string;
  readonly collector: Collector;
}

const TROUBLED: ReadonlySet<Collector["status"]> = new Set(["failed", "hanging"]);

/** Collectors that fail or do not come back, by name. What is absent is in order: there is nothing to read. */
export function troubles(sample: Sample, names?: readonly string[]): Trouble[] {
  return Object.entries(sample.server.collectors)
    .filter(([name, collector]) => TROUBLED.has(collector.status) && (names?.includes(name) ?? true))
    .map(([name, collector]) => ({ name, collector }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** How old the values of a collector in trouble are, and why. */
export function ageInWords(collector: Collector): string {
  if (collector.age_seconds === null) return "never read";
  const { number, unit } = duration(collector.age_seconds);
  return `read ${number} ${unit} ago`;
}

/** How many collectors are in each status. */
export function countByStatus(sample: Sample): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { status } of Object.values(sample.server.collectors)) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}
