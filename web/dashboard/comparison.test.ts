import { describe, expect, it } from "vitest";
import { parseComparison, placeOf, reachOf } from "./comparison";
import { byTime, NO_CURVE, ofHistory, timeUnit } from "./overlaid";
import { parseHistory } from "../elements/history-answer";

const side = (id: string): object => ({ id, name: id, started: "2026-11-24T10:00:00Z", ended: null, seconds: 60, workload: `run:x/${id}` });
const measure = (name: string, verdict: string, ratio: object | null): object => ({
  name, title: name, unit: "s", statistic: "midmean", a: { midmean: 1, mean: 5 }, b: { midmean: 2, mean: 6 }, ratio, difference: { value: 1, low: 0.5, high: 2 }, verdict, says: "words",
});

describe("a comparison", () => {
  it("has what differs first, and the value that is compared", () => {
    const told = parseComparison({
      a: side("a"), b: side("b"), told: [{ name: "hyperparameters.lr", a: 0.1, b: null }, { name: "receipt.peak_memory_bytes", a: 2 ** 30, b: 2 ** 29 }], unavailable: [{ path: "measures.loss", reason: "B has not written it" }],
      measures: [measure("few", "not-enough-data", null), measure("slow", "differs", { value: 2, low: 1.5, high: 2.5 })],
    });
    expect(told?.measures.map(({ name, a, b }) => [name, a, b])).toEqual([["slow", 1, 2], ["few", 1, 2]]);
    expect(told?.told).toEqual([["hyperparameters.lr", "0.1", "–"], ["receipt.peak_memory_bytes", "1.00 GiB", "512 MiB"]]);
    expect(told?.missing).toEqual([["loss", "B has not written it"]]);
  });

  it("is none where the answer is another one", () => {
    for (const answer of [null, {}, [], { a: 1, b: {} }]) expect(parseComparison(answer)).toBeNull();
    expect(parseComparison({ a: {}, b: {}, measures: 3 })?.measures).toEqual([]);
  });

  it("draws intervals around no difference, ratios as far from it whichever run is the slower", () => {
    const [slower, faster] = [[2, 1.5, 3], [0.5, 1 / 3, 1 / 1.5]].map(
      ([value, low, high]) => parseComparison({ a: {}, b: {}, measures: [measure("x", "differs", { value, low, high })] })!.measures[0]!,
    ) as [never, never];
    const reach = reachOf([slower, faster]);
    const [low, value, high] = placeOf(slower, reach)!;
    expect([low > 0.5, value > low, high > value, high < 1]).toEqual([true, true, true, true]);
    expect(placeOf(faster, reach)!.map((one) => 1 - one).reverse()).toEqual([low, value, high].map((one) => expect.closeTo(one, 9)));
  });
});

describe("curves over time", () => {
  it("begin with the run and have the unit that its length asks for", () => {
    const answer = { timestamps: ["2026-11-24T10:01:00Z", null, "2026-11-24T10:00:30Z", "2026-11-24T10:02:00Z"], columns: { loss: [3, 2, 9, null] } };
    const began = Date.parse("2026-11-24T10:00:00Z");
    expect(byTime(answer, "loss", began, 60)).toEqual({ steps: [1, 2], values: [3, null] });
    expect(byTime(answer, "none", began, 60)).toEqual(NO_CURVE);
    expect([10, 200, 20_000, 400_000].map((seconds) => timeUnit(seconds)[0])).toEqual(["s", "min", "h", "d"]);
    const history = parseHistory({ timestamps: ["2026-11-24T10:00:10Z"], series: { x: { mean: [7] }, none: { mean: [null] } }, interval_seconds: 1 });
    expect(ofHistory(history, "x", began, 1)).toEqual({ steps: [10], values: [7] });
    expect(ofHistory(history, "none", began, 1)).toEqual(NO_CURVE);
  });
});
