import { describe, expect, it } from "vitest";
import { parseCorrelations, parsePair } from "./correlations";
import { ownOf, shownIn } from "./correlations-address";
import { lagText, matrixOf, overUsualRange, secondsToWait, signed, strongestOf, titleOf } from "./correlations-matrix";

const pair = (a: string, b: string, coefficient: number | null, verdict = "correlated"): object => ({
  a, b, coefficient, verdict, lag_seconds: coefficient === null ? null : 7, low: -1, high: 1, n: 600, n_effective: 120.5, p_value: 0, q_value: 0.01,
  compared: "levels", sentence: `${a} and ${b}`,
});

const series = (name: string, side: string, subject: string | null = null, samples = 600): object => ({ name, side, label: name, subject, unit: "percent", samples, varies: true });

const ANSWER = {
  from: "2026-11-28T14:00:00.000Z", to: "2026-11-28T15:00:00.000Z", tier: "samples", interval_seconds: 1, method: "rank", caveat: "no cause",
  gaps: [{}], unavailable: [{ path: "series", reason: "20 are stored; 16 are compared" }],
  series: [series("step", "workload"), series("train", "workload"), series("cpu", "host"), series("disk", "host"), series("swap", "host")],
  pairs: [pair("step", "train", 0.2, "none"), pair("step", "cpu", -0.8), pair("step", "disk", 0.5), pair("train", "cpu", 0.3, "none"), pair("train", "disk", 0.9),
    pair("step", "swap", null, "not-enough-data"), pair("train", "swap", null, "not-enough-data")],
};

const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);

describe("parseCorrelations", () => {
  it("reads pairs, series and why it may not be all", () => {
    const answer = parseCorrelations(ANSWER);
    expect(answer.pairs[1]).toMatchObject({ a: "step", b: "cpu", coefficient: -0.8, lagSeconds: 7, effective: 120.5, q: 0.01, verdict: "correlated" });
    expect(answer.series[2]).toMatchObject({ name: "cpu", isHost: true });
    expect(answer.notes).toEqual(["20 are stored; 16 are compared", "1 stretch of this time without samples"]);
  });

  it("takes nothing for granted", () => {
    expect(() => parseCorrelations({ error: {} })).toThrow(TypeError);
    expect(() => parseCorrelations(null)).toThrow(TypeError);
    const answer = parseCorrelations({ pairs: [7, { a: "x" }, { a: "x", b: "y", verdict: "certain", coefficient: "much" }], series: [null, { name: 3 }] });
    expect(answer.pairs).toMatchObject([{ a: "x", b: "y", verdict: "not-enough-data", coefficient: null, n: 0, sentence: "" }]);
    expect(answer.series).toEqual([]);
  });
});

it("reads a pair as it is drawn, dots only where both are there", () => {
  const drawn = parsePair({
    ...ANSWER, pair: pair("a", "b", 0.7), timestamps: ["2026-11-28T14:00:00Z", "2026-11-28T14:00:01Z"], point_seconds: 1, compared_count: 3,
    a: { values: [1, null], compared: [0, 1, null] }, b: { values: [3, 4], compared: [1, null, 2] },
    by_lag: { seconds: [-1, 0, 1], coefficient: [null, 0.7, 0.2], bound: [0.1, 0.1, 0.1] },
  });
  expect(drawn.times).toEqual([Date.parse("2026-11-28T14:00:00Z"), Date.parse("2026-11-28T14:00:01Z")]);
  expect(drawn.dots).toEqual([[0, 1]]);
  expect(drawn).toMatchObject({ a: [1, null], lags: [-1, 0, 1], coefficients: [null, 0.7, 0.2], comparedCount: 3 });
  expect(() => parsePair({ pairs: [] })).toThrow(TypeError);
});

describe("matrixOf", () => {
  const answer = parseCorrelations(ANSWER);
  const by = (part: object): ReturnType<typeof matrixOf> => matrixOf(answer, { order: "strength", least: 0, words: "", ...part });

  it("has work in its rows, the machine and then work in its columns, the strongest first", () => {
    const matrix = by({});
    expect(names(matrix.rows)).toEqual(["train", "step"]);
    expect(names(matrix.columns)).toEqual(["disk", "cpu", "train", "step"]);
    expect(names(matrix.idle)).toEqual(["swap"]);
    const [train, step] = matrix.rows;
    expect(matrix.pairOf(train!, step!)).toBe(matrix.pairOf(step!, train!));
    expect(matrix.pairOf(train!, train!)).toBeNull();
  });

  it("is ordered by name where that is wanted", () => expect(names(by({ order: "name" }).columns)).toEqual(["cpu", "disk", "step", "train"]));

  it("leaves out what is weaker, or has not the words", () => {
    expect(names(by({ least: 0.85 }).rows)).toEqual(["train"]);
    expect(names(by({ least: 0.85 }).columns)).toEqual(["disk"]);
    expect(names(by({ words: "CPU tra" }).rows)).toEqual(["train"]);
    expect(by({ words: "nobody" }).rows).toEqual([]);
  });

  it("tells the strongest pairs, whatever their sign", () => {
    expect(strongestOf(answer.pairs).map(({ a, b }) => [a, b])).toEqual([["train", "disk"], ["step", "cpu"], ["step", "disk"]]);
  });
});

describe("secondsToWait", () => {
  const of = (samples: number[], interval_seconds = 2): number | null =>
    secondsToWait(parseCorrelations({ ...ANSWER, interval_seconds, series: samples.map((one, at) => series(String(at), "host", null, one)) }));

  it("is until the series with the most samples has enough", () => expect(of([10, 40])).toBe(40));

  it("is none where waiting does not help", () => {
    expect(of([600])).toBeNull();
    expect(of([])).toBeNull();
    expect(of([3], 0)).toBeNull();
  });
});

describe("the address", () => {
  it("has a window, a pair, or both", () => {
    for (const shown of [
      { window: null, pair: null },
      { window: "6h", pair: null },
      { window: "24h", pair: ["a.b", "c"] },
      { window: null, pair: ["ledger.workloads.x:~/a b%2.cpu_percent", "system.disk.filesystems./mnt/a~b.used"] },
    ] as const) {
      expect(shownIn(ownOf(shown))).toEqual(shown);
    }
    expect(ownOf({ window: null, pair: ["a", "b"] })).toBe("a~b");
  });

  it("that cannot be read names nothing", () => {
    for (const own of ["", "a", "6h~a", "%~b", "2h~"]) expect(shownIn(own).pair).toBeNull();
  });
});

it("lays a series over its usual range, which one far value does not change", () => {
  const values = Array.from({ length: 1000 }, (_, at) => at % 100);
  const usual = overUsualRange([...values, null, 1e9]);
  expect(usual.slice(-2)).toEqual([null, 100]);
  expect(usual[50]).toBeCloseTo(50, 0);
  expect([overUsualRange([7, 7, null]), overUsualRange([])]).toEqual([[50, 50, null], []]);
});

it("tells a sign and a title", () => {
  expect([signed(0.754), signed(-0.5), signed(0)]).toEqual(["+0.75", "−0.50", "+0.00"]);
  expect([7, -6.99997, 0, 420].map(lagText)).toEqual(["+7 s", "−7 s", "0 s", "+420 s"]);
  const { series: made } = parseCorrelations({ pairs: [], series: [{ name: "n", side: "host", label: "GPU power", subject: "GPU-1" }, { name: "m" }] });
  expect(made.map(titleOf)).toEqual(["GPU power · GPU-1", "m"]);
});
