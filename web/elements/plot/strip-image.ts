// The pixels of a strip: a row each, a shade for each share of 0 to 100, nothing where no sample tells.

import type { Series } from "../series";
import type { Timeline, View } from "../timeline";

/** Writes into `pixels`, `width` of them for each of `lines`. */
export function paintStrip(
  pixels: Uint32Array,
  width: number,
  timeline: Timeline,
  view: View,
  lines: readonly Series[],
  shades: Uint32Array,
): void {
  const { rows } = timeline;
  const interval = 1000 * timeline.rowSeconds;
  for (let row = view.first; row < view.first + view.rows; row += 1) {
    const time = rows.time(row);
    // A share is of the time before its sample.
    const since = row === 0 || rows.broken(row) ? time - interval : rows.time(row - 1);
    const left = pixelOf(since, view, width);
    const right = pixelOf(time, view, width);
    lines.forEach((series, line) => {
      const share = series.value(row);
      if (Number.isNaN(share)) return;
      const shade = shades[Math.min(100, Math.max(0, Math.round(share)))] ?? 0;
      pixels.fill(shade, line * width + left, line * width + right);
    });
  }
}

function pixelOf(time: number, view: View, width: number): number {
  const share = (time - view.startMilliseconds) / (view.endMilliseconds - view.startMilliseconds);
  return Math.round(Math.min(1, Math.max(0, share)) * width);
}
