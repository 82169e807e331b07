// Correlations as /api/v1/correlations tells them. Nothing here asks for anything, and nothing of an answer is taken for
// granted.

import { isRecord } from "../elements/path";

export type Verdict = "correlated" | "none" | "not-enough-data";

export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Positive: b follows a. Null, as the other numbers but `n`, where there is not enough data. */
  readonly lagSeconds: number | null;
  readonly coefficient: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  readonly effective: number | null;
  readonly p: number | null;
  readonly q: number | null;
  readonly verdict: Verdict;
  readonly compared: string | null;
  readonly sentence: string;
}

export interface ComparedSeries {
  readonly name: string;
  readonly isHost: boolean;
  readonly label: string;
  readonly subject: string | null;
  readonly samples: number;
}

/** What both answers say of what was compared, and how. */
export interface About {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  readonly tier: string;
  readonly intervalSeconds: number;
  readonly method: string;
  readonly caveat: string;
  /** Why it may not be all. */
  readonly notes: readonly string[];
}

export interface Correlations extends About {
  readonly pairs: readonly Pair[];
  readonly series: readonly ComparedSeries[];
}

export type Values = readonly (number | null)[];

export interface PairDrawn extends About {
  readonly pair: Pair;
  /** In milliseconds, rising; `b` has what was read the lag later. */
  readonly times: readonly number[];
  readonly pointSeconds: number;
  readonly a: Values;
  readonly b: Values;
  /** Each dot is [of a, of b], without unit. */
  readonly dots: readonly (readonly [number, number])[];
  readonly comparedCount: number;
  readonly lags: readonly number[];
  readonly coefficients: Values;
  readonly bounds: Values;
}

/** Throws TypeError when it is no answer at all; what is wrong within one is left out. */
export function parseCorrelations(answer: unknown): Correlations {
  if (!isRecord(answer) || !Array.isArray(answer["pairs"])) throw new TypeError("the answer is no list of pairs");
  return {
    ...aboutIn(answer),
    pairs: (answer["pairs"] as unknown[]).flatMap((row) => pairIn(row) ?? []),
    series: listIn(answer["series"]).flatMap((row): ComparedSeries[] => {
      if (!isRecord(row) || typeof row["name"] !== "string") return [];
      const { name } = row as { name: string };
      const subject = textIn(row["subject"]);
      return [{ name, isHost: row["side"] === "host", label: textIn(row["label"]) ?? name, subject, samples: numberIn(row["samples"]) ?? 0 }];
    }),
  };
}

/** As `parseCorrelations`, of one pair. */
export function parsePair(answer: unknown): PairDrawn {
  const pair = isRecord(answer) ? pairIn(answer["pair"]) : null;
  if (!isRecord(answer) || pair === null) throw new TypeError("the answer is no pair");
  const [a, b] = ["a", "b"].map((side) => (isRecord(answer[side]) ? answer[side] : {}));
  const [first, second] = [valuesIn(a!["compared"]), valuesIn(b!["compared"])];
  const byLag = isRecord(answer["by_lag"]) ? answer["by_lag"] : {};
  const lags = valuesIn(byLag["seconds"]);
  return {
    ...aboutIn(answer),
    pair,
    times: listIn(answer["timestamps"]).map((time) => Date.parse(String(time))),
    pointSeconds: numberIn(answer["point_seconds"]) ?? 0,
    a: valuesIn(a!["values"]),
    b: valuesIn(b!["values"]),
    dots: first.flatMap((x, index) => {
      const y = second[index] ?? null;
      return x === null || y === null ? [] : [[x, y] as const];
    }),
    comparedCount: numberIn(answer["compared_count"]) ?? 0,
    lags: lags.every((lag) => lag !== null) ? (lags as number[]) : [],
    coefficients: valuesIn(byLag["coefficient"]),
    bounds: valuesIn(byLag["bound"]),
  };
}

function aboutIn(answer: Record<string, unknown>): About {
  const gaps = listIn(answer["gaps"]).length;
  const reasons = listIn(answer["unavailable"]).flatMap((row) => (isRecord(row) ? (textIn(row["reason"]) ?? []) : []));
  return {
    from: textIn(answer["from"]) ?? "",
    to: textIn(answer["to"]) ?? "",
    tier: textIn(answer["tier"]) ?? "",
    intervalSeconds: numberIn(answer["interval_seconds"]) ?? 0,
    method: textIn(answer["method"]) ?? "",
    caveat: textIn(answer["caveat"]) ?? "",
    notes: gaps === 0 ? reasons : [...reasons, `${gaps} ${gaps === 1 ? "stretch" : "stretches"} of this time without samples`],
  };
}

function pairIn(row: unknown): Pair | null {
  if (!isRecord(row) || typeof row["a"] !== "string" || typeof row["b"] !== "string") return null;
  const verdict = row["verdict"];
  return {
    a: row["a"],
    b: row["b"],
    lagSeconds: numberIn(row["lag_seconds"]),
    coefficient: numberIn(row["coefficient"]),
    low: numberIn(row["low"]),
    high: numberIn(row["high"]),
    n: numberIn(row["n"]) ?? 0,
    effective: numberIn(row["n_effective"]),
    p: numberIn(row["p_value"]),
    q: numberIn(row["q_value"]),
    verdict: verdict === "correlated" || verdict === "none" ? verdict : "not-enough-data",
    compared: textIn(row["compared"]),
    sentence: textIn(row["sentence"]) ?? "",
  };
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function valuesIn(value: unknown): Values {
  return listIn(value).map(numberIn);
}

function numberIn(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textIn(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
