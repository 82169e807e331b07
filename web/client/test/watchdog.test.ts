import { expect, test } from "vitest";
import { DEFAULT_TIMING } from "../src/timing.js";
import { silenceLimitMs, Watchdog } from "../src/watchdog.js";
import { ManualClock } from "./manual_clock.js";

test.each([
  [null, 5_000],
  [0.1, 5_000],
  [1, 5_000],
  [5, 15_000],
  [8, 24_000],
  [60, 25_000],
])("an interval of %s s allows %s ms of silence", (interval, limitMs) => {
  expect(silenceLimitMs(interval, DEFAULT_TIMING)).toBe(limitMs);
});

function watch(limitMs: number) {
  const clock = new ManualClock();
  const silences: number[] = [];
  return { clock, silences, watchdog: new Watchdog(clock, limitMs, (silentMs) => silences.push(silentMs)) };
}

test("silence is told once, when the limit is reached", async () => {
  const { clock, silences } = watch(5_000);
  await clock.advance(4_999);
  expect(silences).toEqual([]);
  await clock.advance(1);
  expect(silences).toEqual([5_000]);
  await clock.advance(60_000);
  expect(silences).toEqual([5_000]);
  expect(clock.pending).toBe(0);
});

test("each sign of life starts the limit anew", async () => {
  const { clock, silences, watchdog } = watch(5_000);
  for (let count = 0; count < 10; count += 1) {
    await clock.advance(4_000);
    watchdog.feed();
  }
  expect(silences).toEqual([]);
  await clock.advance(5_000);
  expect(silences).toEqual([5_000]);
});

test("a new limit counts from the last sign of life", async () => {
  const { clock, silences, watchdog } = watch(5_000);
  await clock.advance(3_000);
  watchdog.setLimit(15_000);
  await clock.advance(11_999);
  expect(silences).toEqual([]);
  await clock.advance(1);
  expect(silences).toEqual([15_000]);
});

test("a limit that has passed already is told at once", async () => {
  const { clock, silences, watchdog } = watch(15_000);
  await clock.advance(8_000);
  watchdog.setLimit(5_000);
  await clock.advance(0);
  expect(silences).toEqual([8_000]);
});

test("stopped, it holds no timer, and a limit does not start it again", async () => {
  const { clock, silences, watchdog } = watch(5_000);
  watchdog.stop();
  watchdog.setLimit(1_000);
  expect(clock.pending).toBe(0);
  await clock.advance(60_000);
  expect(silences).toEqual([]);
});
