// The value of a timeline that is read out: under the cursor, else the newest.

import { missingReason, type Path } from "./path";
import type { Series } from "./row-columns";
import type { Timeline } from "./timeline";
import type { Reading } from "./value";

/** Null before the first sample. `series`: where the numbers at `path` come from when not from there alone. */
export function readingAtCursor(timeline: Timeline, path: Path, series: Series = timeline.series(path)): Reading | null {
  const { sample } = timeline;
  if (sample === null) return null;
  const row = timeline.readingRow();
  const value = series.value(row);
  if (!Number.isNaN(value)) return { path, value, reason: "" };
  if (timeline.cursorTime() === null) return { path, value: null, reason: missingReason(sample, path) };
  const reason = row < 0 ? timeline.missingAtCursor() : "there was no value at this time";
  return { path, value: null, reason };
}
