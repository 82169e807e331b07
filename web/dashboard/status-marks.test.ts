import { expect, it } from "vitest";
import type { Sample } from "../client/src/contract";
import { StatusMarks } from "./status-marks";

const START = Date.parse("2026-11-24T10:00:00Z");
const iso = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const sample = (seconds: number, status: string, since: number): Sample =>
  ({
    timestamp: iso(seconds),
    server: { uptime_seconds: seconds },
    ai: { components: { tinygrad: { status, since: iso(since) } } },
  }) as unknown as Sample;

it("marks each change of a state when it happened, a failure as one", () => {
  const followed = new StatusMarks();
  expect(followed.follow(sample(60, "idle", 0))).toBe(false);
  expect(followed.follow(sample(61, "idle", 0))).toBe(false);
  expect(followed.follow(sample(62, "running", 61.5))).toBe(true);
  expect(followed.follow(sample(70, "failed", 69))).toBe(true);
  expect(followed.marks.map(({ label, milliseconds, alarming }) => [label, (milliseconds - START) / 1000, alarming])).toEqual([
    ["tinygrad: running (was idle)", 61.5, false],
    ["tinygrad: failed (was running)", 69, true],
  ]);
});

it("marks the last change from before the page was opened, but not the appliance's start", () => {
  const late = new StatusMarks();
  late.follow(sample(3600, "running", 3000));
  expect(late.marks.map(({ label }) => label)).toEqual(["tinygrad: running"]);
});
