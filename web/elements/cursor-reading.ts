// The value of a timeline that is read out: under the cursor, else the newest.

import { missingReason, type Path } from "./path";
import type { Timeline } from "./timeline";
import type { Reading } from "./value";

/** Null before the first sample. */
export function readingAtCursor(timeline: Timeline, path: Path): Reading | null {
  const { sample } = timeline;
  if (sample === null) return null;
  const row = timeline.readingRow();
  const value = timeline.value(timeline.column(path), row);
  if (!Number.isNaN(value)) return { path, value, reason: "" };
  if (timeline.cursorTime() === null) return { path, value: null, reason: missingReason(sample, path) };
  const reason = row < 0 ? timeline.missingAtCursor() : "there was no value at this time";
  return { path, value: null, reason };
}
