// An answer of /api/v1/history as columns. Nothing here asks for anything, and nothing of the answer is taken for granted.

import type { GapNote } from "./gap-notes";
import { historyGapWords } from "./gap-words";
import { isRecord } from "./path";

/** One metric, a number a time; NaN where there was none. */
export interface Bounds {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** In which share of the samples it was read, 0 to 1; null where that was not asked. */
  readonly share: Float64Array | null;
}

export interface HistoryAnswer {
  /** Of samples, or where pixels begin. In milliseconds; they rise. */
  readonly times: Float64Array;
  /** The width of a pixel, or the interval of the samples. */
  readonly rowMilliseconds: number;
  /** Each row stands for all samples of a pixel. */
  readonly isPixels: boolean;
  readonly series: ReadonlyMap<string, Bounds>;
  readonly gaps: readonly GapNote[];
}

const NOTHING: HistoryAnswer = { times: new Float64Array(0), rowMilliseconds: 1000, isPixels: false, series: new Map(), gaps: [] };

/** Throws TypeError when it is no answer at all; what is wrong within one is left out. */
export function parseHistory(answer: unknown): HistoryAnswer {
  if (!isRecord(answer) || !Array.isArray(answer["timestamps"]) || !isRecord(answer["series"])) {
    throw new TypeError("the answer is no history");
  }
  const times = Float64Array.from(answer["timestamps"] as unknown[], timeOf);
  if (times.some((time, row) => Number.isNaN(time) || (row > 0 && time <= (times[row - 1] ?? 0)))) {
    throw new TypeError("the times of the answer do not rise");
  }
  const seconds = Number(answer["interval_seconds"]);
  const rowMilliseconds = seconds > 0 ? seconds * 1000 : NOTHING.rowMilliseconds;
  const series = new Map<string, Bounds>();
  for (const [name, value] of Object.entries(answer["series"])) {
    if (!isRecord(value)) continue;
    const mean = numbers(value["mean"], times.length);
    const [low, high] = [numbers(value["min"], times.length, mean), numbers(value["max"], times.length, mean)];
    const share = Array.isArray(value["count"]) ? numbers(value["count"], times.length) : null;
    series.set(name, { mean, low, high, share });
  }
  toShares([...series.values()].flatMap(({ share }) => (share === null ? [] : [share])), times.length);
  return { times, rowMilliseconds, isPixels: isAligned(times, rowMilliseconds), series, gaps: gapsIn(answer["gaps"]) };
}

/** Answers to parts of one question as one: their times are the same but for the newest. */
export function together(answers: readonly HistoryAnswer[]): HistoryAnswer {
  const [first] = answers;
  if (first === undefined) return NOTHING;
  if (answers.length === 1) return first;
  const times = Float64Array.from(new Set(answers.flatMap((answer) => [...answer.times]))).sort();
  const series = new Map<string, Bounds>();
  for (const answer of answers) {
    const rows = [...answer.times].map((time) => times.indexOf(time));
    const spread = (values: Float64Array): Float64Array => {
      const target = new Float64Array(times.length).fill(Number.NaN);
      rows.forEach((row, index) => (target[row] = values[index] ?? Number.NaN));
      return target;
    };
    const isSame = answer.times.length === times.length;
    for (const [name, bounds] of answer.series) {
      const { mean, low, high, share } = bounds;
      series.set(name, isSame ? bounds : { mean: spread(mean), low: spread(low), high: spread(high), share: share === null ? null : spread(share) });
    }
  }
  return { ...first, times, isPixels: answers.every(({ isPixels }) => isPixels), series };
}

/** Numbers of samples as shares of the most that any has in the row, in place. */
function toShares(counts: readonly Float64Array[], rows: number): void {
  for (let row = 0; row < rows; row += 1) {
    const most = Math.max(...counts.map((count) => count[row] || 0));
    for (const count of counts) count[row] = most > 0 ? (count[row] || 0) / most : 0;
  }
}

// Pixels begin at multiples of their width; samples lie where the clock of the appliance has put them.
function isAligned(times: Float64Array, rowMilliseconds: number): boolean {
  return times.every((time) => Math.abs(time / rowMilliseconds - Math.round(time / rowMilliseconds)) < 1e-6);
}

function gapsIn(value: unknown): GapNote[] {
  return (Array.isArray(value) ? value : []).filter(isRecord).flatMap((gap): GapNote[] => {
    const [fromMilliseconds, toMilliseconds] = [timeOf(gap["from"]), timeOf(gap["to"])];
    if (!(fromMilliseconds < toMilliseconds)) return [];
    return [{ fromMilliseconds, toMilliseconds, reason: historyGapWords(String(gap["reason"]), gap["lost"]) }];
  });
}

function numbers(values: unknown, count: number, otherwise?: Float64Array): Float64Array {
  if (!Array.isArray(values)) return otherwise ?? new Float64Array(count).fill(Number.NaN);
  return Float64Array.from({ length: count }, (_, row) => (typeof values[row] === "number" ? values[row] : Number.NaN));
}

function timeOf(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) : typeof value === "number" ? value * 1000 : Number.NaN;
}
