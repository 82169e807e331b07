// Writes each line's name at its end, in place of a legend.

import type { Chart, Plugin } from "chart.js";
import { FONT_PIXELS } from "./layout";
import { lastRowWithValue } from "./line";
import type { Plot } from "./plot";

const LINE_HEIGHT = FONT_PIXELS + 2;

/** Heights moved apart to at least `distance`, in order, within `top` and `bottom`. */
export function spread(heights: readonly number[], distance: number, top: number, bottom: number): number[] {
  const order = heights.map((_, index) => index).sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  const placed = [...heights];
  let least = top;
  for (const index of order) {
    placed[index] = Math.max(least, heights[index] ?? 0);
    least = (placed[index] ?? 0) + distance;
  }
  // What was pushed out below comes back, and pushes those above it.
  let most = bottom;
  for (const index of order.reverse()) {
    placed[index] = Math.min(most, placed[index] ?? 0);
    most = (placed[index] ?? 0) - distance;
  }
  return placed;
}

export function endLabels({ rows, lines, look }: Plot): Plugin<"columnLine"> {
  return {
    id: "endLabels",
    afterDatasetsDraw(chart: Chart): void {
      const { ctx, chartArea, scales } = chart;
      const y = scales["y"];
      if (y === undefined) return;
      const ended = lines
        .map((line) => ({ line, row: lastRowWithValue(line, rows.count) }))
        .filter(({ row }) => row >= 0);
      const heights = ended.map(({ line, row }) =>
        y.getPixelForValue((line.below ? -1 : 1) * (line.values[row] ?? 0)),
      );
      const half = FONT_PIXELS / 2;
      const placed = spread(heights, LINE_HEIGHT, chartArea.top + half, chartArea.bottom - half);
      ctx.save();
      ctx.font = look.font;
      ctx.textBaseline = "middle";
      ended.forEach(({ line }, index) => {
        ctx.fillStyle = line.labelColour;
        ctx.fillText(line.label, chartArea.right + 6, placed[index] ?? 0);
      });
      ctx.restore();
    },
  };
}
