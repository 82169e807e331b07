// Draws the marks of a timeline: a thin line each, with a shape at its head that says what it is.

import type { Chart, Plugin } from "chart.js";
import type { Mark } from "../marks";
import type { Plot } from "./plot";

const HEAD_PIXELS = 3;
// Of more than so many only the heads are drawn, so far apart that each can be told; the cursor tells of all of them.
const MOST_LINES = 30;
const LEAST_PIXELS = 5;

export function markLines(plot: Plot): Plugin<"columnLine"> {
  return {
    id: "markLines",
    beforeDatasetsDraw(chart: Chart): void {
      const { ctx, chartArea } = chart;
      if (plot.marks.length === 0) return;
      ctx.save();
      ctx.lineWidth = 1;
      const isCrowded = plot.marks.length > MOST_LINES;
      let before = Number.NEGATIVE_INFINITY;
      for (const mark of plot.marks) {
        // On the middle of a pixel, where a line of one pixel is sharp.
        const x = Math.floor(plot.pixelOf(mark.milliseconds)) + 0.5;
        if (x - before < LEAST_PIXELS && !mark.alarming) continue;
        before = x;
        ctx.strokeStyle = ctx.fillStyle = mark.alarming ? plot.look.bad : plot.look.mark;
        ctx.setLineDash(mark.kind === "change" ? [2, 3] : []);
        if (!isCrowded || mark.alarming) {
          ctx.beginPath();
          ctx.moveTo(x, chartArea.top);
          ctx.lineTo(x, chartArea.bottom);
          ctx.stroke();
        }
        head(ctx, mark.kind, x, chartArea.top - HEAD_PIXELS);
      }
      ctx.restore();
    },
  };
}

/** Where time goes on: a triangle for a start, a square for an end, a diamond for a change. */
function head(ctx: CanvasRenderingContext2D, kind: Mark["kind"], x: number, y: number): void {
  const size = HEAD_PIXELS;
  ctx.beginPath();
  if (kind === "start") {
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + 2 * size, y);
    ctx.lineTo(x, y + size);
  } else if (kind === "end") {
    ctx.rect(x - size, y - size, 2 * size, 2 * size);
  } else {
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
  }
  ctx.fill();
}
