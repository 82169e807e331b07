import { describe, expect, it } from "vitest";
import { axisFor, curvePath, nearest } from "./curve-scale";

describe("axisFor", () => {
  it("starts at 0 for amounts and ends at a round value", () => {
    expect(axisFor([0.31, 2.302, null], true)).toEqual({ min: 0, max: 3, ticks: [0, 1, 2, 3] });
  });

  it("goes below 0 where values do", () => {
    const axis = axisFor([-1.2, 0.4], true);
    expect(axis.min).toBeLessThanOrEqual(-1.2);
    expect(axis.max).toBeGreaterThanOrEqual(0.4);
    expect(axis.ticks).toContain(0);
  });

  it("is one for steps that do not begin at 0", () => {
    expect(axisFor([10_000, 12_000], false)).toEqual({ min: 10_000, max: 12_000, ticks: [10_000, 10_500, 11_000, 11_500, 12_000] });
  });

  it("has an extent whatever it holds", () => {
    for (const values of [[], [null], [7], [0], [Number.NaN]]) {
      const { min, max } = axisFor(values, false);
      expect(max).toBeGreaterThan(min);
    }
  });
});

describe("curvePath", () => {
  const [x, y] = [axisFor([0, 4], true), axisFor([0, 4], true)];

  it("stands on its feet: more is higher", () => {
    expect(curvePath([0, 4], [0, 4], x, y)).toBe("M0.00000 1.00000L1.00000 0.00000");
  });

  it("breaks where a value is missing", () => {
    expect(curvePath([0, 1, 2, 3], [1, null, 2, 3], x, y).match(/M/g)).toHaveLength(2);
  });
});

it("finds the nearest step", () => {
  expect([-5, 0, 4, 6, 100].map((value) => nearest([0, 5, 10], value))).toEqual([0, 0, 1, 1, 2]);
  expect(nearest([], 3)).toBe(-1);
});
