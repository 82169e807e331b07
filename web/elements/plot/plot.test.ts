import { describe, expect, it } from "vitest";
import { Timeline } from "../timeline";
import { spread } from "./end-labels";
import { copyView, emptyRows, extentOf, lastRowWithValue, type PlotLine } from "./line";
import { shades } from "./shades";
import { paintStrip } from "./strip-image";
import { summary } from "./summary";

const START = Date.parse("2026-11-24T09:00:00.000Z");

function timelineOf(values: readonly (readonly [second: number, value: number | null])[]): Timeline {
  const timeline = new Timeline({ longestSeconds: 600, schedule: () => undefined });
  timeline.column(["value"]);
  for (const [second, value] of values) {
    const timestamp = new Date(START + second * 1000).toISOString();
    timeline.append({ id: `a-${second}`, timestamp, interval_seconds: 1, ...{ value } });
  }
  return timeline;
}

const NOTHING = new Float64Array(0);

function line(part: Partial<PlotLine> = {}): PlotLine {
  const series = timelineOf([]).series(["value"]);
  const look = { dashed: false, area: false, colour: "", labelColour: "" };
  return { label: "l", series, below: false, ...look, values: NOTHING, isBounded: false, low: NOTHING, high: NOTHING, ...part };
}

describe("copyView", () => {
  it("copies the window's rows and uses its arrays again", () => {
    const timeline = timelineOf([[1, 10], [2, null], [5, 30]]);
    const rows = emptyRows();
    const lines = [line({ series: timeline.series(["value"]) })];
    const view = timeline.view()!;
    copyView(timeline, view, rows, lines);
    const { times } = rows;
    expect(rows.count).toBe(3);
    expect([...times.subarray(0, 3)]).toEqual([1, 2, 5].map((second) => START + second * 1000));
    expect([...rows.breaks.subarray(0, 3)]).toEqual([0, 0, 1]);
    expect([...(lines[0]?.values.subarray(0, 3) ?? [])]).toEqual([10, NaN, 30]);
    copyView(timeline, view, rows, lines);
    expect(rows.times).toBe(times);
  });
});

describe("extentOf", () => {
  it("finds the largest of each side and steps over what is missing", () => {
    const rows = { ...emptyRows(), count: 3 };
    const lines = [
      line({ values: Float64Array.of(1, NaN, 4, 99) }),
      line({ values: Float64Array.of(NaN, 7, 2, 99), below: true }),
    ];
    expect(extentOf(rows, lines)).toEqual({ above: 4, below: 7 });
  });
});

it("finds where a line ends", () => {
  expect(lastRowWithValue(line({ values: Float64Array.of(1, 2, NaN) }), 3)).toBe(1);
  expect(lastRowWithValue(line({ values: Float64Array.of(NaN) }), 1)).toBe(-1);
});

describe("spread", () => {
  it("leaves labels that are far apart where they are", () => expect(spread([10, 90], 13, 0, 100)).toEqual([10, 90]));

  it("moves labels apart that would cover each other, in the order of their lines", () => {
    const [total = 0, iowait = 0, steal = 0] = spread([50, 51, 50.5], 13, 0, 100);
    expect(iowait - steal).toBeGreaterThanOrEqual(13);
    expect(steal - total).toBeGreaterThanOrEqual(13);
  });

  it("stays within the plot", () => {
    expect(spread([100, 100, 100], 13, 0, 100)).toEqual([74, 87, 100]);
    expect(spread([-20, -20], 13, 0, 100)).toEqual([0, 13]);
  });
});

describe("shades", () => {
  it("runs evenly from colour to colour", () => {
    const bytes = new Uint8Array(shades(["#000000", "#646464", "#ffffff"]).buffer);
    expect([...bytes.subarray(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...bytes.subarray(25 * 4, 25 * 4 + 4)]).toEqual([50, 50, 50, 255]);
    expect([...bytes.subarray(50 * 4, 50 * 4 + 4)]).toEqual([100, 100, 100, 255]);
    expect([...bytes.subarray(100 * 4, 100 * 4 + 4)]).toEqual([255, 255, 255, 255]);
  });
});

describe("paintStrip", () => {
  const ramp = Uint32Array.from({ length: 101 }, (_, share) => 1000 + share);

  function painted(values: readonly (readonly [number, number | null])[], seconds = 10): number[] {
    const timeline = timelineOf(values);
    timeline.window = { seconds };
    const pixels = new Uint32Array(seconds);
    paintStrip(pixels, seconds, timeline, timeline.view()!, [timeline.series(["value"])], ramp);
    return [...pixels];
  }

  it("shades the time before each sample", () => {
    expect(painted([[18, 5], [19, 50], [20, 100]])).toEqual([0, 0, 0, 0, 0, 0, 0, 1005, 1050, 1100]);
  });

  it("leaves gaps and missing values empty", () => {
    expect(painted([[12, 7], [16, 50], [17, null], [18, 1], [19, 2], [20, 3]])).toEqual([0, 1007, 0, 0, 0, 1050, 0, 1001, 1002, 1003]);
  });

  it("writes nothing for a row that lies before the window", () => {
    expect(painted(Array.from({ length: 20 }, (_, second) => [second + 1, second + 1] as const))).toEqual(
      Array.from({ length: 10 }, (_, pixel) => 1011 + pixel),
    );
  });
});

describe("summary", () => {
  it("says the window, and of each line the value now, the lowest and the highest", () => {
    const lines = [
      { label: "total", values: Float64Array.of(3, 45, 12.3, 999) },
      { label: "steal", values: Float64Array.of(NaN, NaN, NaN) },
      { label: "iowait", values: Float64Array.of(1, 2, NaN) },
    ];
    expect(summary("CPU", 300, 3, lines, "percent")).toBe(
      "CPU, last 5 min. total: now 12.3 %, lowest 3.00 %, highest 45.0 %; steal: no values; iowait: no value now, lowest 1.00 %, highest 2.00 %.",
    );
    expect(summary("CPU", 300, 3, [{ ...lines[0]!, label: "" }], "percent")).toBe("CPU, last 5 min. now 12.3 %, lowest 3.00 %, highest 45.0 %.");
  });
});
