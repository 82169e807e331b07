// The whole curve of a run, as /api/v1/runs/steps tells it: columns of the same length, a row a step.

import { isRecord } from "../elements/path";

/** By name: a number a step, null where there is none. */
export type Columns = ReadonlyMap<string, readonly (number | null)[]>;

export interface RunSteps {
  readonly steps: readonly number[];
  readonly columns: Columns;
}

export const NO_STEPS: RunSteps = { steps: [], columns: new Map() };
const STEP = "step";
// Not of the run, but of the row.
const OF_THE_ROW: ReadonlySet<string> = new Set(["timestamps", "timestamp", "step"]);

/** Reads an answer. A row whose step is missing or does not rise is left out: a run that began anew begins its curve. */
export function parseSteps(answer: unknown): RunSteps {
  if (!isRecord(answer)) return NO_STEPS;
  const table = isRecord(answer["columns"]) ? answer["columns"] : answer;
  const given = table[STEP];
  if (!Array.isArray(given)) return NO_STEPS;
  const rows = risingRows(given);
  const columns = new Map<string, (number | null)[]>();
  for (const [name, column] of Object.entries(table)) {
    if (OF_THE_ROW.has(name) || !Array.isArray(column) || column.length !== given.length) continue;
    const values = rows.map((row) => numberOrNull(column[row]));
    if (values.some((value) => value !== null)) columns.set(name, values);
  }
  return { steps: rows.map((row) => given[row] as number), columns };
}

/** The curve with the newest step of the live sample at its end, where that is a later one. */
export function withNewest(curve: RunSteps, step: number, values: Readonly<Record<string, number | null>>): RunSteps {
  if (!(step > (curve.steps.at(-1) ?? Number.NEGATIVE_INFINITY))) return curve;
  const columns = new Map([...curve.columns].map(([name, column]) => [name, [...column, values[name] ?? null]]));
  return { steps: [...curve.steps, step], columns };
}

/** The rows after the last fall of the step. */
function risingRows(steps: readonly unknown[]): number[] {
  let rows: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  steps.forEach((step, row) => {
    if (typeof step !== "number" || !Number.isFinite(step) || step === last) return;
    if (step < last) rows = [];
    rows.push(row);
    last = step;
  });
  return rows;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
