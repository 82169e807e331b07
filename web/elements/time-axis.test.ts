import { expect, it } from "vitest";
import { tickLabel, timeStep, timeTicks } from "./time-axis";

it("chooses the step whose labels fit", () => {
  expect(timeStep(19_000, 560)).toBe(5000);
  expect(timeStep(60_000, 560)).toBe(10_000);
  expect(timeStep(300_000, 560)).toBe(60_000);
  expect(timeStep(600_000, 560)).toBe(120_000);
  expect(timeStep(600_000, 200)).toBe(300_000);
  expect(timeStep(19_000, 10)).toBe(30_000);
});

it("goes on past a day", () => expect(timeStep(30 * 86_400_000, 560)).toBe(7 * 86_400_000));

it("puts ticks on round times within the span", () => {
  expect(timeTicks(10_500, 21_000, 5000)).toEqual([15_000, 20_000]);
  expect(timeTicks(10_000, 20_000, 5000)).toEqual([10_000, 15_000, 20_000]);
});

it("puts them on round times of the viewer's clock, also where it is not a whole hour from UTC, or is set for summer", () => {
  const [hour, day] = [3_600_000, 86_400_000];
  const inDelhi = (): number => -330;
  expect(timeTicks(0, 2 * hour, hour, inDelhi)).toEqual([hour / 2, 1.5 * hour]);
  const midnights = timeTicks(0, 3 * day, day, (time) => (time < 1.5 * day ? -60 : -120));
  expect(midnights).toEqual([day - hour, 2 * day - 2 * hour, 3 * day - 2 * hour]);
});

it("says the day at a midnight where hours are far apart", () => {
  const midnight = new Date(2026, 10, 28).getTime();
  expect(tickLabel(midnight, 6 * 3_600_000)).toMatch(/^28 Nov/);
  expect(tickLabel(midnight, 60_000)).toBe("00:00");
  expect(tickLabel(midnight + 61_000, 1000)).toBe("00:01:01");
});
