import { describe, expect, it } from "vitest";
import { HistoryRows } from "../elements/history-rows";
import { statesIn, statusMarksIn } from "./status-history";

const START = 1_800_000_000_000;
const STATES = ["running", "idle", "stopped", "failed"];
const NAME = "ai.components.tinygrad.status";

/** Of pixels of 10 s, or of samples; a row is a state, or the lowest and the highest of several. */
function marks(isPixels: boolean, ...rows: readonly (number | readonly [number, number])[]): (readonly [number, string, boolean])[] {
  const bounds = rows.map((row) => (typeof row === "number" ? ([row, row] as const) : row));
  const column = (of: (low: number, high: number) => number): Float64Array => Float64Array.from(bounds, ([low, high]) => of(low, high));
  const values = { mean: column((low, high) => (low + high) / 2), low: column((low) => low), high: column((_, high) => high), share: null };
  const times = Float64Array.from(rows, (_, row) => START + row * 10_000);
  const question = { span: { from: START, to: START + rows.length * 10_000 }, isOpen: false, names: new Set<string>(), points: 10 };
  const history = new HistoryRows(question, { times, rowMilliseconds: 10_000, isPixels, series: new Map([[NAME, values], ["other", values]]), gaps: [] });
  return statusMarksIn(history, () => STATES).map(({ milliseconds, label, alarming }) => [(milliseconds - START) / 1000, label, alarming]);
}

describe("changes of a state", () => {
  it("are marked at the sample that has the other one, not where none is known", () => {
    expect(marks(false, 1, 1, 0, NaN, 0, 3)).toEqual([
      [20, "tinygrad: running (was idle)", false],
      [50, "tinygrad: failed (was running)", true],
    ]);
  });

  it("are marked where a row of many samples has both", () => {
    expect(marks(true, 1, [0, 1], [0, 1], 0, 0)).toEqual([[15, "tinygrad: running (was idle)", false]]);
    expect(marks(true, 1, [0, 1], 1)).toEqual([[15, "tinygrad: idle, and another state for a while", false]]);
  });

  it("are none where it stays, and of one that only began none is told", () => {
    expect(marks(true, NaN, 2, 2, NaN, 2)).toEqual([]);
    expect(marks(true, [0, 3], [0, 3])).toEqual([]);
  });
});

it("knows the words of a state by its metric, and takes nothing for granted", () => {
  const states = statesIn({ metrics: [{ name: NAME, states: STATES }, { name: "system.cpu.usage_percent", states: [] }, { name: 3 }, null] });
  expect([...states]).toEqual([[NAME, STATES]]);
  for (const wrong of [null, {}, { metrics: "x" }]) expect(statesIn(wrong).size).toBe(0);
});
