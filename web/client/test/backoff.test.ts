import { describe, expect, test } from "vitest";
import { backoffMs, probeMs, retryAfterMs } from "../src/backoff.js";

const BACKOFF = { baseMs: 1_000, capMs: 30_000 };
const highest = () => 1 - Number.EPSILON;

test("the first wait is exactly the server's retry, whatever the draw", () => {
  expect([0, 0.3, 0.99].map((drawn) => backoffMs(1, 4_321, BACKOFF, () => drawn))).toEqual([4_321, 4_321, 4_321]);
});

test("without a retry the first wait is drawn from the base", () => {
  expect(backoffMs(1, null, BACKOFF, () => 0.5)).toBe(500);
});

test("the ceiling doubles from the second failure on and stops at the cap", () => {
  const ceilings = [2, 3, 4, 5, 6, 7, 1_000].map((failures) => backoffMs(failures, null, BACKOFF, highest));
  expect(ceilings).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("the jitter is full: from nothing to the ceiling, and not heaped at the cap", () => {
  expect(backoffMs(9, null, BACKOFF, () => 0)).toBe(0);
  expect(backoffMs(9, null, BACKOFF, () => 0.5)).toBe(15_000);
});

test("the server's retry is what later waits double from", () => {
  expect(backoffMs(2, 5_000, BACKOFF, highest)).toBe(10_000);
});

test("after a retry of nothing later waits double from the base all the same", () => {
  expect(backoffMs(1, 0, BACKOFF, highest)).toBe(0);
  expect([2, 3, 4].map((failures) => backoffMs(failures, 0, BACKOFF, highest))).toEqual([2_000, 4_000, 8_000]);
});

test("a probe waits at least half of its ceiling", () => {
  const probe = { baseMs: 16_000, capMs: 100_000 };
  expect([0, 1, 2, 3].map((attempts) => probeMs(attempts, probe, () => 0))).toEqual([8_000, 16_000, 32_000, 50_000]);
  expect(probeMs(0, probe, highest)).toBe(16_000);
});

describe("Retry-After", () => {
  const now = Date.parse("2026-11-24T09:50:00Z");
  test.each([
    ["seconds", "7", 7_000],
    ["a date", "Tue, 24 Nov 2026 09:50:30 GMT", 30_000],
    ["a date that has passed", "Tue, 24 Nov 2026 09:40:00 GMT", 0],
    ["a day, which is taken for a mistake", "86400", 3_600_000],
    ["nonsense", "soon", null],
    ["nothing", null, null],
  ])("%s", (_, header, waitMs) => expect(retryAfterMs(header, now)).toBe(waitMs));
});
