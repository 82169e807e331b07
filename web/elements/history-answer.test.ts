import { describe, expect, it } from "vitest";
import { parseHistory, together } from "./history-answer";

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const PIXELS = {
  timestamps: [iso(600), iso(660), iso(720)],
  series: { "system.cpu.usage_percent": { mean: [1.5, null, 3], min: [1, null, 2], max: [2, null, 90] } },
  tier: "samples",
  interval_seconds: 60,
  gaps: [{ from: iso(640), to: iso(700.5), lost: 60, reason: "not-running" }],
  unavailable: [],
};

describe("an answer", () => {
  it("is columns of numbers, and gaps in words", () => {
    const { times, rowMilliseconds, isPixels, series, gaps } = parseHistory(PIXELS);
    expect([...times]).toEqual([600_000, 660_000, 720_000]);
    expect([rowMilliseconds, isPixels]).toEqual([60_000, true]);
    const cpu = series.get("system.cpu.usage_percent");
    expect([[...(cpu?.mean ?? [])], [...(cpu?.high ?? [])]]).toEqual([[1.5, NaN, 3], [2, NaN, 90]]);
    expect(gaps).toEqual([{ fromMilliseconds: 640_000, toMilliseconds: 700_500, reason: "the appliance was not running, 60 lost" }]);
  });

  it("is of samples where the times are those of a clock", () => {
    const timestamps = [iso(600.013), iso(601.013), iso(602.014)];
    expect(parseHistory({ ...PIXELS, timestamps, interval_seconds: 1 }).isPixels).toBe(false);
  });

  it("leaves out what is of another form", () => {
    const hostile = { a: { mean: ["1", {}, 3] }, b: null, c: { mean: [1] }, __proto__: { mean: [1, 2, 3] } };
    const { series, gaps } = parseHistory({ ...PIXELS, series: hostile, gaps: [null, { from: "x", to: "y" }, { from: iso(2), to: iso(1) }] });
    expect([...series.keys()]).toEqual(["a", "c"]);
    expect([...(series.get("a")?.mean ?? [])]).toEqual([NaN, NaN, 3]);
    expect([...(series.get("c")?.high ?? [])]).toEqual([1, NaN, NaN]);
    expect(gaps).toEqual([]);
  });

  it("is none without times that rise, and series", () => {
    for (const wrong of [null, [], "x", { ...PIXELS, timestamps: [iso(2), iso(1)] }, { ...PIXELS, timestamps: ["x"] }, { ...PIXELS, series: 3 }]) {
      expect(() => parseHistory(wrong)).toThrow(TypeError);
    }
  });
});

it("tells for which share of a row's samples a value was there", () => {
  const series = { steady: { ...PIXELS.series["system.cpu.usage_percent"], count: [60, 0, 60] }, short: { mean: [200, null, 50], count: [6, 0, 60] } };
  const parsed = parseHistory({ ...PIXELS, series }).series;
  expect([...(parsed.get("short")?.share ?? [])]).toEqual([0.1, 0, 1]);
  expect([...(parsed.get("steady")?.share ?? [])]).toEqual([1, 0, 1]);
  expect(parseHistory(PIXELS).series.get("system.cpu.usage_percent")?.share).toBeNull();
});

it("puts answers together by their times, of which one may have a newer one", () => {
  const series = { a: { mean: [1, 2, 3], min: [1, 2, 3], max: [1, 2, 3] } };
  const later = { ...PIXELS, timestamps: [iso(660), iso(720), iso(780)], series };
  const whole = together([parseHistory(PIXELS), parseHistory(later)]);
  expect([...whole.times]).toEqual([600_000, 660_000, 720_000, 780_000]);
  expect([...(whole.series.get("a")?.mean ?? [])]).toEqual([NaN, 1, 2, 3]);
  expect([...(whole.series.get("system.cpu.usage_percent")?.low ?? [])]).toEqual([1, NaN, 2, NaN]);
});
