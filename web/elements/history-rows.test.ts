import { describe, expect, it } from "vitest";
import type { HistoryAnswer } from "./history-answer";
import { HistoryRows, type Question } from "./history-rows";
import type { SampleBase } from "./path";
import { SampleRows } from "./sample-rows";

const START = 1_800_000_000_000;
const VALUE = ["value"] as const;
const WORK = { path: ["work"], fields: ["cpu"], isWhole: () => true, nameOfKey: (key: string) => key.toUpperCase() };

function sample(second: number, value: number | null, work: readonly object[] = []): SampleBase {
  const base = { id: `a-${second}`, timestamp: new Date(START + second * 1000).toISOString(), interval_seconds: 1 };
  return { ...base, ...{ value, work } };
}

function samplesOf(...values: readonly (readonly [second: number, value: number | null, ...work: object[]])[]): SampleRows {
  const live = new SampleRows(600);
  live.column(VALUE);
  live.list(WORK);
  for (const [second, value, ...work] of values) live.append(sample(second, value, work));
  return live;
}

const question = (to: number, isOpen = true): Question => ({
  span: { from: START, to: START + to * 1000 },
  isOpen,
  names: new Set(["value", "work.*.cpu"]),
  points: 100,
});

/** Pixels of ten seconds, from the start on. */
function pixels(means: readonly number[], series: HistoryAnswer["series"] = new Map(), gaps: HistoryAnswer["gaps"] = []): HistoryAnswer {
  const column = (by: number): Float64Array => Float64Array.from(means, (mean) => mean + by);
  return {
    times: Float64Array.from(means, (_, row) => START + row * 10_000),
    rowMilliseconds: 10_000,
    isPixels: true,
    series: new Map([["value", { mean: column(0), low: column(-1), high: column(1), share: null }], ...series]),
    gaps,
  };
}

function read(rows: HistoryRows, path: readonly string[] = VALUE): [number, number, number, number][] {
  const [low, high] = [new Float64Array(rows.ring.count), new Float64Array(rows.ring.count)];
  rows.series(path).copyBounds?.(0, rows.ring.count, low, high);
  return Array.from({ length: rows.ring.count }, (_, row) => [
    (rows.ring.time(row) - START) / 1000,
    rows.series(path).value(row),
    low[row] ?? NaN,
    high[row] ?? NaN,
  ]);
}

describe("pixels", () => {
  it("stand in the middle of what they are of, with the lowest and the highest of it", () => {
    expect(read(new HistoryRows(question(30), pixels([4, 5, 6])))).toEqual([[5, 4, 3, 5], [15, 5, 4, 6], [25, 6, 5, 7]]);
  });

  it("are made anew of the samples where these reach back to the last two", () => {
    const rows = new HistoryRows(question(24), pixels([4, 5, 6]));
    // The server had not written the newest samples yet.
    rows.join(samplesOf(...Array.from({ length: 25 }, (_, second) => [second, second] as const)), 1);
    expect(read(rows)).toEqual([[5, 4, 3, 5], [15, 14.5, 10, 19], [22, 22, 20, 24]]);
  });

  it("grow at the right end, from what the answer had of the newest one", () => {
    const rows = new HistoryRows(question(24), pixels([4, 5, 6]));
    const live = samplesOf([24, 6]);
    rows.join(live, 1);
    expect(read(rows).at(-1)).toEqual([22, 6, 5, 7]);
    for (const [second, value] of [[25, 11], [26, null], [28, 26]] as const) {
      live.append(sample(second, value));
      rows.take(live, live.ring.count - 1);
    }
    // Four seconds of 6, one of 11, one of 26.
    expect(read(rows).at(-1)).toEqual([24, (4 * 6 + 11 + 26) / 6, 5, 26]);
    live.append(sample(31, 3));
    rows.take(live, live.ring.count - 1);
    expect(read(rows).at(-1)).toEqual([30.5, 3, 3, 3]);
    expect(rows.ring.broken(rows.ring.count - 1)).toBe(false);
    live.append(sample(71, 3));
    rows.take(live, live.ring.count - 1);
    expect(rows.ring.broken(rows.ring.count - 1)).toBe(true);
  });

  it("take no sample twice", () => {
    const rows = new HistoryRows(question(24), pixels([4, 5, 6]));
    const live = samplesOf(...Array.from({ length: 25 }, (_, second) => [second, 1] as const));
    rows.join(live, 1);
    const before = read(rows);
    for (let row = 0; row < live.ring.count; row += 1) rows.take(live, row);
    expect(read(rows)).toEqual(before);
  });

  it("break where a gap is wider than one of them, and say why", () => {
    const gap = (from: number, to: number): HistoryAnswer["gaps"][number] => ({
      fromMilliseconds: START + from * 1000,
      toMilliseconds: START + to * 1000,
      reason: "not running",
    });
    const rows = new HistoryRows(question(40), pixels([1, 2, 3, 4], new Map(), [gap(14, 16), gap(25, 37)]));
    expect([0, 1, 2, 3].filter((row) => rows.ring.broken(row))).toEqual([3]);
    expect(rows.gaps.between(START + 30_000, START + 30_000)).toHaveLength(1);
  });
});

describe("samples of the history", () => {
  it("go on with those that have arrived, each once", () => {
    const times = Float64Array.of(START + 10_003, START + 11_003, START + 12_004);
    const mean = Float64Array.of(1, 2, 3);
    const answer = { times, rowMilliseconds: 1000, isPixels: false, series: new Map([["value", { mean, low: mean, high: mean, share: null }]]), gaps: [] };
    const rows = new HistoryRows(question(14), answer);
    rows.join(samplesOf([11.003, 2.000001], [12.004, 3], [13.003, 4], [14.003, 5]), 1);
    expect(read(rows).map(([time, value]) => [time, value])).toEqual([[10.003, 1], [11.003, 2.000001], [12.004, 3], [13.003, 4], [14.003, 5]]);
    expect(rows.isStale).toBe(false);
    const late = new HistoryRows(question(30), answer);
    late.join(samplesOf([30, 1]), 1);
    expect(late.isStale).toBe(true);
  });
});

describe("a list", () => {
  const column = (...values: number[]) => ({ mean: Float64Array.from(values), low: Float64Array.from(values), high: Float64Array.from(values), share: null });
  const series = new Map([["work.unit:a.b.cpu", column(1, NaN, 3)], ["work.c.cpu", column(NaN, 10, 10)]]);

  it("has its rows by their keys, which may have dots, and their sum", () => {
    const rows = new HistoryRows(question(30), pixels([0, 0, 0], series));
    const list = rows.list(WORK);
    expect(list.keys).toEqual(["unit:a.b", "c"]);
    expect(list.nameOf("c")).toBe("C");
    expect([0, 1, 2].map((row) => list.sum("cpu").value(row))).toEqual([1, 10, 13]);
    expect([0, 1, 2].map((row) => list.series("c", "cpu").value(row))).toEqual([0, 10, 10]);
    const target = new Float64Array(3);
    expect(list.copyValues("unit:a.b", "cpu", 0, 3, target)).toBe(true);
    expect([...target]).toEqual([1, NaN, 3]);
    expect(list.copyValues("unit:a.b", "memory", 0, 3, target)).toBe(false);
  });

  it("has of each pixel what it takes of all of it", () => {
    const short = { ...column(200, 40, NaN), share: Float64Array.of(0.1, 1, 0) };
    const rows = new HistoryRows(question(30), pixels([0, 0, 0], new Map([["work.c.cpu", short]])));
    expect([0, 1, 2].map((row) => rows.list(WORK).series("c", "cpu").value(row))).toEqual([20, 40, NaN]);
  });

  it("takes in who comes with a sample; who was there for half of a pixel counts for half", () => {
    const rows = new HistoryRows(question(30), pixels([0, 0, 0], series));
    const live = samplesOf([29, 0]);
    rows.join(live, 1);
    for (const [second, ...work] of [[31, { id: "new", name: "new", cpu: 8 }], [32], [33, { id: "new", name: "new", cpu: 4 }], [34]] as const) {
      live.append(sample(second, 0, work));
      rows.take(live, live.ring.count - 1);
    }
    expect(rows.list(WORK).keys).toEqual(["unit:a.b", "c", "new"]);
    expect(rows.list(WORK).series("new", "cpu").value(rows.ring.count - 1)).toBe(3);
  });
});
