// How the collectors fare: which of them have trouble, how old the values of a panel are because of it, and which are
// read less often to keep the appliance's own cost down.

import { duration } from "../elements/format";
import type { Collector, Sample } from "../client/src/contract";

export interface Named {
  readonly name: string;
  readonly collector: Collector;
}

const TROUBLED: ReadonlySet<Collector["status"]> = new Set(["failed", "hanging"]);

/** Collectors that fail or do not come back, by name. What is absent is in order: there is nothing to read. */
export function troubles(sample: Sample, names?: readonly string[]): Named[] {
  return chosen(sample, names, (collector) => TROUBLED.has(collector.status));
}

/** Collectors that are read less often than it would be worth, by name. */
export function slowed(sample: Sample, names?: readonly string[]): Named[] {
  return chosen(sample, names, ({ slowdown }) => slowdown !== null && slowdown > 1);
}

function chosen(sample: Sample, names: readonly string[] | undefined, wanted: (collector: Collector) => boolean): Named[] {
  return Object.entries(sample.server.collectors)
    .filter(([name, collector]) => wanted(collector) && (names?.includes(name) ?? true))
    .map(([name, collector]) => ({ name, collector }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** How often a collector is read now: "every 8 s". */
export function paceInWords(seconds: number): string {
  return `every ${Number(seconds.toPrecision(3))} s`;
}

/** How often instead of how often: "read every 8 s instead of every 1 s". */
export function slowedInWords({ period_seconds: period, slowdown }: Collector): string {
  if (period === null || slowdown === null) return "read less often";
  return `read ${paceInWords(period)} instead of ${paceInWords(period / slowdown)}`;
}

/** What that is for: "to keep collecting within its budget of 1 % of a core". */
export function budgetInWords(sample: Sample): string {
  const percent = sample.server.overhead_budget_percent;
  return `to keep collecting within its budget${percent === null ? "" : ` of ${Number(percent.toPrecision(3))} % of a core`}`;
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
