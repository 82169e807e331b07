// The matrix of correlations: which rows and columns it has, in which order. Pure.

import type { ComparedSeries, Correlations, Pair } from "./correlations";

/** A row for each series of work; a column for each of the machine, then for each of work. */
export interface Matrix {
  readonly rows: readonly ComparedSeries[];
  readonly columns: readonly ComparedSeries[];
  readonly pairOf: (row: ComparedSeries, column: ComparedSeries) => Pair | null;
  /** Series that can be compared with none, which have no row or column. */
  readonly idle: readonly ComparedSeries[];
}

export type Order = "strength" | "name";

/** Those at least so strong count; `words` must all be in the names of a series, or of that which it is beside. */
export interface Choice {
  readonly order: Order;
  readonly least: number;
  readonly words: string;
}

export function matrixOf({ series, pairs }: Correlations, { order, least, words }: Choice): Matrix {
  const byNames = new Map<string, Pair>();
  for (const pair of pairs) {
    byNames.set(`${pair.a}\n${pair.b}`, pair);
    byNames.set(`${pair.b}\n${pair.a}`, pair);
  }
  const pairOf = (row: ComparedSeries, column: ComparedSeries): Pair | null => byNames.get(`${row.name}\n${column.name}`) ?? null;
  const compared = new Set(pairs.filter(({ coefficient }) => coefficient !== null).flatMap(({ a, b }) => [a, b]));
  const shown = pairs.filter((pair) => strengthOf(pair) >= least && fits(pair, series, words));
  const isNarrowed = least > 0 || words.trim() !== "";
  const kept = new Set(shown.flatMap(({ a, b }) => [a, b]));
  const strongest = new Map<string, number>();
  for (const pair of shown) for (const name of [pair.a, pair.b]) strongest.set(name, Math.max(strongest.get(name) ?? 0, strengthOf(pair)));
  const ordered = series.filter(({ name }) => compared.has(name) && (!isNarrowed || kept.has(name)));
  // The sort is stable: of equals the one stays first that says more.
  if (order === "strength") ordered.sort((one, other) => (strongest.get(other.name) ?? 0) - (strongest.get(one.name) ?? 0));
  else ordered.sort((one, other) => titleOf(one).localeCompare(titleOf(other)));
  const work = ordered.filter(({ isHost }) => !isHost);
  // A last row has no column to itself.
  const further = work.filter((column) => work.some((row) => pairOf(row, column)?.coefficient != null));
  return {
    rows: work,
    columns: [...ordered.filter(({ isHost }) => isHost), ...further],
    pairOf,
    idle: series.filter(({ name }) => !compared.has(name)),
  };
}

/** 0 for what is not correlated, or not known to be. */
export function strengthOf({ verdict, coefficient }: Pair): number {
  return verdict === "correlated" ? Math.abs(coefficient ?? 0) : 0;
}

/** The correlated ones, the strongest first. */
export function strongestOf(pairs: readonly Pair[]): Pair[] {
  return pairs.filter((pair) => pair.verdict === "correlated").sort((one, other) => strengthOf(other) - strengthOf(one));
}

/** What it is, then whose: where it is cut off, the former stays. */
export function titleOf({ label, subject, name }: ComparedSeries): string {
  return subject === null || label === name ? label : `${label} · ${subject}`;
}

/** "+0.75" with a minus that is as wide as the plus. */
export function signed(coefficient: number): string {
  return `${coefficient < 0 ? "−" : "+"}${Math.abs(coefficient).toFixed(2)}`;
}

/** In percent of what 98 % of the values lie within; the few beyond it, which would flatten all others, end at its edge. */
export function overUsualRange(values: readonly (number | null)[]): (number | null)[] {
  const known = values.filter((value) => value !== null).sort((one, other) => one - other);
  const at = (share: number): number => known[Math.round(share * (known.length - 1))] ?? 0;
  const [low, high] = [at(0.01), at(0.99)];
  return values.map((value) => (value === null ? null : high > low ? Math.max(0, Math.min(100, (100 * (value - low)) / (high - low))) : 50));
}

/** "−7 s": the second was read that long before the first. */
export function lagText(seconds: number): string {
  return `${seconds > 0 ? "+" : seconds < 0 ? "−" : ""}${lengthText(seconds)}`;
}

/** Without its sign; an interval that comes of times that jitter has no more than three digits. */
export function lengthText(seconds: number): string {
  return `${Number(Math.abs(seconds).toPrecision(3))} s`;
}

/** How long to wait for the first pair; null where waiting does not help. */
export function secondsToWait({ series, intervalSeconds }: Correlations, needed = 60): number | null {
  const most = Math.max(0, ...series.map(({ samples }) => samples));
  return series.length === 0 || most >= needed || intervalSeconds <= 0 ? null : Math.ceil((needed - most) * intervalSeconds);
}

function fits(pair: Pair, series: readonly ComparedSeries[], words: string): boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (wanted.length === 0) return true;
  const titles = series.filter(({ name }) => name === pair.a || name === pair.b).map(titleOf);
  const text = [pair.a, pair.b, ...titles].join("\n").toLowerCase();
  return wanted.every((word) => text.includes(word));
}
