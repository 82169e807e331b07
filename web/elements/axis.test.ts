import { describe, expect, it } from "vitest";
import { axisOf, steadyAxis, ticksOf, valueAxis, type ValueAxis } from "./axis";

describe("valueAxis", () => {
  it("always runs from 0 to 100 for percentages", () => {
    expect(valueAxis("percent", 3)).toEqual({ min: 0, max: 100, step: 25 });
    expect(valueAxis("percent", 100)).toEqual({ min: 0, max: 100, step: 25 });
  });

  it("goes on where a percentage is of one core", () => {
    expect(valueAxis("percent", 100.4)).toEqual({ min: 0, max: 100, step: 25 });
    expect(valueAxis("percent", 310)).toEqual({ min: 0, max: 400, step: 100 });
  });

  it("steps bytes in powers of two and holds the largest value", () => {
    for (const top of [5000, 123_456, 7.3 * 2 ** 20, 2 ** 30, 2 ** 30 + 1, 9e12]) {
      const { min, max, step } = valueAxis("bytes", top);
      expect(min).toBe(0);
      expect(max).toBeGreaterThanOrEqual(top);
      expect(Math.log2(step) % 1).toBe(0);
      expect(max / step).toBeLessThanOrEqual(4);
      expect(max - step).toBeLessThan(top);
    }
  });

  it("keeps some height when nothing happens", () => {
    expect(valueAxis("bytes", 0)).toEqual({ min: 0, max: 4096, step: 1024 });
    expect(valueAxis("plain", 0)).toEqual({ min: 0, max: 1, step: 0.5 });
  });

  it("steps other amounts by 1, 2 or 5", () => {
    expect(valueAxis("plain", 3.1)).toEqual({ min: 0, max: 4, step: 1 });
    expect(valueAxis("plain", 0.9)).toEqual({ min: 0, max: 1, step: 0.5 });
    expect(valueAxis("plain", 170)).toEqual({ min: 0, max: 200, step: 50 });
  });

  it("gives both sides one step and each what it needs", () => {
    const axis = valueAxis("bytes", 3 * 2 ** 20, 100);
    expect(axis).toEqual({ min: -(2 ** 21), max: 2 ** 22, step: 2 ** 21 });
    expect(ticksOf(axis)).toEqual([-(2 ** 21), 0, 2 ** 21, 2 ** 22]);
  });
});

describe("steadyAxis", () => {
  const standing: ValueAxis = { min: 0, max: 1000, step: 250 };

  it("grows at once", () => {
    const larger = { min: 0, max: 1250, step: 250 };
    expect(steadyAxis(standing, larger)).toBe(larger);
  });

  it("shrinks only when half of it would do", () => {
    expect(steadyAxis(standing, { min: 0, max: 800, step: 200 })).toBe(standing);
    const half = { min: 0, max: 500, step: 125 };
    expect(steadyAxis(standing, half)).toBe(half);
  });
});

it("suits the unit", () => {
  expect([axisOf("percent"), axisOf("bytes-rate"), axisOf({ suffix: "W" })]).toEqual(["percent", "bytes", "plain"]);
});

it("a fine axis fits small amounts, and has an extent where all are 0", () => {
  expect(valueAxis("fine", 0.024)).toEqual({ min: 0, max: 0.03, step: 0.01 });
  expect(valueAxis("fine", 0).max).toBe(1);
  expect(valueAxis("plain", 0.024).max).toBe(1);
});
