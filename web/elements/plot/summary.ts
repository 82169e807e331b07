// A plot in a sentence, for those who do not see it.

import { duration, inWords, type UnitKind } from "../format";

export interface SummaryLine {
  readonly label: string;
  readonly values: Float64Array;
}

export function summary(
  title: string,
  windowSeconds: number,
  count: number,
  lines: readonly SummaryLine[],
  unit: UnitKind,
): string {
  const { number, unit: timeUnit } = duration(windowSeconds);
  return `${title}, last ${number} ${timeUnit}. ${lines.map((line) => lineSummary(line, count, unit)).join("; ")}.`;
}

function lineSummary(line: SummaryLine, count: number, unit: UnitKind): string {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row += 1) {
    const value = line.values[row] ?? Number.NaN;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  // A line alone has its name in the title.
  const name = line.label === "" ? "" : `${line.label}: `;
  if (highest < lowest) return `${name}no values`;
  const newest = line.values[count - 1] ?? Number.NaN;
  const now = Number.isNaN(newest) ? "no value now" : `now ${inWords(newest, unit)}`;
  return `${name}${now}, lowest ${inWords(lowest, unit)}, highest ${inWords(highest, unit)}`;
}
