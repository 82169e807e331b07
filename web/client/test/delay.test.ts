import { expect, test } from "vitest";
import { DelayMeter } from "../src/delay.js";

/** Feeds events that are sent each second, take `waysMs`, and carry times of a clock that is `offsetMs` off. */
function delays(waysMs: number[], offsetMs = 0): number[] {
  const meter = new DelayMeter();
  return waysMs.map((wayMs, second) => meter.note(second * 1_000 + offsetMs, second * 1_000 + wayMs));
}

test("is told over the quickest event, whatever the clocks say", () => {
  const ways = [40, 30, 35, 530];
  for (const offsetMs of [0, -86_400_000, 1_795_478_400_000]) {
    expect(delays(ways, offsetMs)).toEqual([0, 0, 5, 500]);
  }
});

test("is that of the slowest event of the last seconds: of a bunch, the last one is hardly late", () => {
  const meter = new DelayMeter();
  meter.note(0, 20);
  const bunch = [1_000, 2_000, 3_000, 4_000].map((sentAtMs) => meter.note(sentAtMs, 4_020));
  expect(bunch).toEqual([3_000, 3_000, 3_000, 3_000]);
  const after = Array.from({ length: 12 }, (_, second) => meter.note(5_000 + second * 1_000, 5_020 + second * 1_000));
  expect(after[0]).toBe(3_000);
  expect(after.at(-1)).toBe(0);
});

test("a way that became longer for good is seen at once, and is usual after some minutes", () => {
  const ways = [...Array<number>(10).fill(20), ...Array<number>(600).fill(1_020)];
  const told = delays(ways);
  expect(told[10]).toBe(1_000);
  expect(told.at(-1)).toBe(0);
  const minutes = told.lastIndexOf(1_000) / 60;
  expect(minutes).toBeGreaterThan(2.4);
  expect(minutes).toBeLessThan(5.3);
});

test("a clock that was set back or forth shifts it for some minutes at most", () => {
  const meter = new DelayMeter();
  const note = (second: number, clockMs: number) => meter.note(second * 1_000 + clockMs, second * 1_000 + 20);
  expect(note(0, 0)).toBe(0);
  expect(note(1, 3_600_000)).toBe(0); // set forward: it looks quicker than ever
  expect(note(2, 0)).toBe(3_600_000);
  for (let second = 3; second < 400; second += 1) note(second, 0);
  expect(note(400, 0)).toBe(0);
});

test("after a long silence nothing of before is remembered", () => {
  const meter = new DelayMeter();
  meter.note(0, 20);
  expect(meter.note(3_600_000, 3_600_500)).toBe(0);
});
