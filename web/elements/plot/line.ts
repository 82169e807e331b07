// What a plot draws: columns of one window, copied out of the rows once a picture.

import type { Series } from "../series";
import type { View, Timeline } from "../timeline";

export interface PlotLine {
  readonly label: string;
  readonly series: Series;
  /** Drawn under the axis, as what leaves the machine. */
  readonly below: boolean;
  readonly dashed: boolean;
  /** With a light area down to the axis. */
  readonly area: boolean;
  colour: string;
  /** Of its name at its end, where it must be readable. */
  labelColour: string;
  values: Float64Array;
  /** Each row stands for many samples, of which these are the lowest and the highest. */
  isBounded: boolean;
  low: Float64Array;
  high: Float64Array;
}

/** The rows of the window; `times` and `breaks` may be longer than `count`. */
export interface PlotRows {
  count: number;
  /** They are not of now: the lines are drawn fainter. The labels are not, as they must stay readable. */
  isOld: boolean;
  times: Float64Array;
  breaks: Uint8Array;
}

export interface Extent {
  readonly above: number;
  readonly below: number;
}

export function emptyRows(): PlotRows {
  return { count: 0, isOld: false, times: new Float64Array(0), breaks: new Uint8Array(0) };
}

/** Copies the view's rows into `rows` and `lines`, whose arrays are used again from picture to picture. */
export function copyView(timeline: Timeline, view: View, rows: PlotRows, lines: readonly PlotLine[]): void {
  if (rows.times.length < view.rows) {
    // Some room more than needed: a window that fills up would else take new arrays at every sample.
    const room = view.rows + 64;
    rows.times = new Float64Array(room);
    rows.breaks = new Uint8Array(room);
  }
  rows.count = view.rows;
  timeline.rows.copyTimes(view.first, view.rows, rows.times);
  timeline.rows.copyBreaks(view.first, view.rows, rows.breaks);
  for (const line of lines) {
    if (line.values.length < view.rows) {
      for (const one of ["values", "low", "high"] as const) line[one] = new Float64Array(rows.times.length);
    }
    line.series.copy(view.first, view.rows, line.values);
    line.isBounded = line.series.copyBounds?.(view.first, view.rows, line.low, line.high) ?? false;
  }
}

/** The largest value above and below the axis. */
export function extentOf(rows: PlotRows, lines: readonly PlotLine[]): Extent {
  let above = 0;
  let below = 0;
  for (const line of lines) {
    for (let row = 0; row < rows.count; row += 1) {
      const value = (line.isBounded ? line.high : line.values)[row] ?? Number.NaN;
      if (line.below) below = value > below ? value : below;
      else above = value > above ? value : above;
    }
  }
  return { above, below };
}

/** The last row with a value, or -1. */
export function lastRowWithValue(line: PlotLine, count: number): number {
  for (let row = count - 1; row >= 0; row -= 1) if (!Number.isNaN(line.values[row])) return row;
  return -1;
}
