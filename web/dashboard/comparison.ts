// Two runs held against one another, as /api/v1/runs/compare tells them. Nothing here asks for anything.

import { inWords, unitOf } from "../elements/format";
import { isRecord } from "../elements/path";

export interface Between {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface Measure {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** What is compared of each: mean, or mean of the middle half. */
  readonly a: number | null;
  readonly b: number | null;
  readonly ratio: Between | null;
  readonly difference: Between | null;
  readonly verdict: string;
  readonly says: string;
}

export interface Side {
  readonly id: string;
  readonly name: string;
  readonly started: string | null;
  readonly ended: string | null;
  readonly seconds: number | null;
  readonly workload: string | null;
}

export interface Comparison {
  readonly a: Side;
  readonly b: Side;
  /** What differs first. */
  readonly measures: readonly Measure[];
  readonly told: readonly (readonly [name: string, a: string, b: string])[];
  /** What is not compared, and why. */
  readonly missing: readonly (readonly [what: string, why: string])[];
}

export const DIFFERS = "differs";
export const TOO_LITTLE = "not-enough-data";
const ORDER = [DIFFERS, "no-difference-told", TOO_LITTLE];

/** Null for what is no such answer; rows of another form are left out. */
export function parseComparison(answer: unknown): Comparison | null {
  if (!isRecord(answer) || !isRecord(answer["a"]) || !isRecord(answer["b"])) return null;
  const measures = rowsOf(answer["measures"]).map(measureOf);
  measures.sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  return {
    a: sideOf(answer["a"]),
    b: sideOf(answer["b"]),
    measures,
    told: rowsOf(answer["told"]).map((row) => [String(row["name"]), plain(row, "a"), plain(row, "b")] as const),
    missing: rowsOf(answer["unavailable"]).map(
      (row) => [String(row["path"]).replace(/^measures\./, ""), String(row["reason"])] as const,
    ),
  };
}

/** Where an interval lies, 0 to 1 on an axis whose middle is "no difference"; of ratios by their logarithms. */
export function placeOf({ ratio, difference }: Measure, reach: number): readonly [low: number, value: number, high: number] | null {
  const between = ratio ?? difference;
  if (between === null) return null;
  const { value, low, high } = between;
  const scale = ratio === null ? 1.25 * Math.max(Math.abs(low), Math.abs(high)) || 1 : reach;
  const place = (at: number): number => Math.min(1, Math.max(0, 0.5 + (ratio === null ? at : Math.log(at)) / scale / 2));
  return [place(low), place(value), place(high)];
}

/** How far the axis of ratios goes, as a logarithm: as far as the largest of them, and a tenth at least. */
export function reachOf(measures: readonly Measure[]): number {
  const ends = measures.flatMap(({ ratio }) => (ratio === null ? [] : [Math.log(ratio.low), Math.log(ratio.high)]));
  return 1.1 * Math.max(Math.log(1.1), ...ends.map(Math.abs).filter(Number.isFinite));
}

function measureOf(row: Record<string | number, unknown>): Measure {
  const statistic = row["statistic"] === "midmean" ? "midmean" : "mean";
  const value = (side: unknown): number | null => (isRecord(side) ? numberOr(side[statistic]) : null);
  return {
    name: String(row["name"]),
    title: String(row["title"]),
    unit: String(row["unit"] ?? ""),
    a: value(row["a"]),
    b: value(row["b"]),
    ratio: betweenOf(row["ratio"]),
    difference: betweenOf(row["difference"]),
    verdict: String(row["verdict"]),
    says: String(row["says"] ?? ""),
  };
}

function sideOf(row: Record<string | number, unknown>): Side {
  const text = (field: string): string | null => (typeof row[field] === "string" ? row[field] : null);
  const id = text("id") ?? "";
  return { id, name: text("name") ?? id, started: text("started"), ended: text("ended"), seconds: numberOr(row["seconds"]), workload: text("workload") };
}

function betweenOf(value: unknown): Between | null {
  if (!isRecord(value)) return null;
  const [middle, low, high] = [numberOr(value["value"]), numberOr(value["low"]), numberOr(value["high"])];
  return middle === null || low === null || high === null ? null : { value: middle, low, high };
}

function rowsOf(value: unknown): Record<string | number, unknown>[] {
  return (Array.isArray(value) ? value : []).filter(isRecord);
}

function numberOr(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

// Numbers of receipts have units; all else is told as it was given: 0.001 is no rounded number.
function plain(row: Record<string | number, unknown>, side: "a" | "b"): string {
  const [name, value] = [String(row["name"]), row[side]];
  if (value === null || value === undefined) return "–";
  return name.startsWith("receipt.") && typeof value === "number" ? inWords(value, unitOf(name.split("."))) : String(value);
}
