import { expect, it } from "vitest";
import { timeStep, timeTicks } from "./time-axis";

it("chooses the step whose labels fit", () => {
  expect(timeStep(19_000, 560)).toBe(5000);
  expect(timeStep(60_000, 560)).toBe(10_000);
  expect(timeStep(300_000, 560)).toBe(60_000);
  expect(timeStep(600_000, 560)).toBe(120_000);
  expect(timeStep(600_000, 200)).toBe(300_000);
  expect(timeStep(19_000, 10)).toBe(30_000);
});

it("goes on past a day", () => expect(timeStep(30 * 86_400_000, 560)).toBe(5 * 86_400_000));

it("puts ticks on round times within the span", () => {
  expect(timeTicks(10_500, 21_000, 5000)).toEqual([15_000, 20_000]);
  expect(timeTicks(10_000, 20_000, 5000)).toEqual([10_000, 15_000, 20_000]);
});
