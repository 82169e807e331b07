// The value of a timeline that is read out: under the cursor, else the newest.

import { missingReason, numberAt, type Path } from "./path";
import type { Series } from "./series";
import type { Timeline } from "./timeline";
import type { Reading } from "./value";

/** Null before the first sample. `series`: where the numbers at `path` come from when not from there alone. */
export function readingAtCursor(timeline: Timeline, path: Path, series: Series = timeline.series(path)): Reading | null {
  const { sample } = timeline;
  if (sample === null) return null;
  const isOfSample = timeline.cursorTime() === null && timeline.zoomed === null;
  const own = isOfSample ? numberAt(sample, path) : Number.NaN;
  const row = timeline.readingRow();
  // A row of the history stands for more than the sample.
  const value = Number.isNaN(own) && !(isOfSample && timeline.pixelSeconds !== null) ? series.value(row) : own;
  if (!Number.isNaN(value)) return { path, value, reason: "" };
  if (isOfSample) return { path, value: null, reason: missingReason(sample, path) };
  const reason = row < 0 ? timeline.missingAtCursor() : (timeline.gapAtCursor() ?? "there was no value at this time");
  return { path, value: null, reason };
}
