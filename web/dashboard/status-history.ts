// Changes of the components' states in the history, where a state is its place in the list of all states.

import type { HistoryRows } from "../elements/history-rows";
import type { Mark } from "../elements/marks";
import { isRecord } from "../elements/path";
import { componentTitle } from "./component-fields";

const BEFORE = "ai.components.";
const AFTER = ".status";
/** What the history is asked for, for the marks. */
export const STATUS_NAMES = `${BEFORE}*${AFTER}`;

const MOST_MARKS = 300;

/** The words of the states by the name of their metric, out of /api/v1/metrics; rows of another form are left out. */
export function statesIn(answer: unknown): ReadonlyMap<string, readonly string[]> {
  const rows = isRecord(answer) && Array.isArray(answer["metrics"]) ? (answer["metrics"] as unknown[]) : [];
  return new Map(
    rows.flatMap((row): [string, readonly string[]][] => {
      if (!isRecord(row) || typeof row["name"] !== "string" || !Array.isArray(row["states"]) || row["states"].length === 0) return [];
      return [[row["name"], row["states"].map(String)]];
    }),
  );
}

/** A mark wherever a state is another one than before. Within a row of many samples it may have changed several times. */
export function statusMarksIn(rows: HistoryRows, statesOf: (name: string) => readonly string[]): Mark[] {
  return [...rows.names]
    .filter((name) => name.startsWith(BEFORE) && name.endsWith(AFTER) && !name.includes("*"))
    .flatMap((name) => changesOf(name, rows, statesOf(name)))
    .sort((a, b) => a.milliseconds - b.milliseconds)
    .slice(-MOST_MARKS);
}

function changesOf(metric: string, rows: HistoryRows, states: readonly string[]): Mark[] {
  const title = componentTitle(metric.slice(BEFORE.length, -AFTER.length));
  const count = rows.ring.count;
  const [mean, low, high] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const series = rows.seriesOf(metric);
  series.copy(0, count, mean);
  const isBounded = series.copyBounds?.(0, count, low, high) === true;
  const marks: Mark[] = [];
  let before: number | null = null;
  // The row in which a change was first seen, until it is seen what came of it.
  let changing: number | null = null;
  for (let row = 0; row < count; row += 1) {
    const state = mean[row] ?? Number.NaN;
    if (Number.isNaN(state)) continue;
    if (isBounded && low[row] !== high[row]) {
      changing ??= row;
      continue;
    }
    if (before !== null && (state !== before || changing !== null)) {
      const milliseconds = rows.ring.time(changing ?? row);
      const word = states[state] ?? "unknown";
      const words = state === before ? `${word}, and another state for a while` : `${word} (was ${states[before] ?? "unknown"})`;
      marks.push({ milliseconds, kind: "change", label: `${title}: ${words}`, alarming: word === "failed" && state !== before });
    }
    changing = null;
    before = state;
  }
  return marks;
}
