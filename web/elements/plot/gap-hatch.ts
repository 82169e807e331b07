// Hatches the stretches of a plot in which no sample came.

import type { Chart, Plugin } from "chart.js";
import type { Plot } from "./plot";

const PERIOD_PIXELS = 6;

/** Diagonal lines as a fill, in device pixels so that they stay fine on a dense screen. */
export function hatch(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = PERIOD_PIXELS;
  tile.height = PERIOD_PIXELS;
  const pen = tile.getContext("2d");
  if (pen === null) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  // The two short strokes join the tile with its neighbours over the corners.
  for (const shift of [-PERIOD_PIXELS, 0, PERIOD_PIXELS]) {
    pen.moveTo(shift - 1, PERIOD_PIXELS + 1);
    pen.lineTo(shift + PERIOD_PIXELS + 1, -1);
  }
  pen.stroke();
  return ctx.createPattern(tile, "repeat");
}

// What is narrower than a pixel would be drawn as one: a machine that is busy all day would be hatched all over.
const LEAST_PIXELS = 0.75;

export function gapHatch(plot: Plot): Plugin<"columnLine"> {
  let pattern: CanvasPattern | null = null;
  let drawnIn = "";
  return {
    id: "gapHatch",
    beforeDatasetsDraw(chart: Chart): void {
      const { ctx, chartArea, scales } = chart;
      const x = scales["x"];
      if (x === undefined) return;
      for (const { fromMilliseconds, toMilliseconds } of plot.gaps) {
        const left = Math.max(chartArea.left, x.getPixelForValue(fromMilliseconds));
        const right = Math.min(chartArea.right, x.getPixelForValue(toMilliseconds));
        if (right - left < LEAST_PIXELS) continue;
        if (drawnIn !== plot.look.hatch) {
          drawnIn = plot.look.hatch;
          pattern = hatch(ctx, drawnIn);
        }
        ctx.save();
        ctx.fillStyle = pattern ?? "transparent";
        ctx.fillRect(left, chartArea.top, right - left, chartArea.bottom - chartArea.top);
        ctx.restore();
      }
    },
  };
}
