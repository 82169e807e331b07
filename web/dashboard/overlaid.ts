// The curves of two runs, to be laid over one another: by step, and by the time since each began. Pure.

import type { HistoryAnswer } from "../elements/history-answer";
import { isRecord } from "../elements/path";

export interface Curve {
  /** Rising: steps, or units of time since the beginning. */
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

export const NO_CURVE: Curve = { steps: [], values: [] };

const UNITS: readonly (readonly [name: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
];
// A unit is taken from so many of it on.
const FEWEST_UNITS = 3;

/** The unit that times since the beginning are told in, and how many seconds it has. */
export function timeUnit(seconds: number): readonly [name: string, seconds: number] {
  return UNITS.find(([, length]) => seconds >= FEWEST_UNITS * length) ?? ["s", 1];
}

/** A column of an answer about steps by the rows' times; rows whose time does not rise are left out. */
export function byTime(answer: unknown, column: string, began: number, unitSeconds: number): Curve {
  const columns = isRecord(answer) ? answer["columns"] : null;
  const values = isRecord(columns) ? columns[column] : null;
  const times = isRecord(answer) ? answer["timestamps"] : null;
  if (!Array.isArray(values) || !Array.isArray(times)) return NO_CURVE;
  const seconds = times.map((time) => (typeof time === "string" ? (Date.parse(time) - began) / 1000 : Number.NaN));
  return rising(seconds, (row) => values[row], unitSeconds);
}

/** A series of the history by the time since the run began. */
export function ofHistory({ times, series }: HistoryAnswer, name: string, began: number, unitSeconds: number): Curve {
  const values = series.get(name)?.mean;
  if (values === undefined || values.every(Number.isNaN)) return NO_CURVE;
  return rising([...times].map((time) => (time - began) / 1000), (row) => values[row], unitSeconds);
}

function rising(seconds: readonly number[], value: (row: number) => unknown, unitSeconds: number): Curve {
  const [steps, values]: [number[], (number | null)[]] = [[], []];
  seconds.forEach((second, row) => {
    if (!(second / unitSeconds > (steps.at(-1) ?? Number.NEGATIVE_INFINITY))) return;
    const found = value(row);
    steps.push(second / unitSeconds);
    values.push(typeof found === "number" && Number.isFinite(found) ? found : null);
  });
  return { steps, values };
}
