// Paints the layers of a stack, and the names of those that are thick enough at their end.

import type { Chart } from "chart.js";
import { hatch } from "./gap-hatch";
import { END_PIXELS, FONT_PIXELS } from "./layout";
import { DENSE_ROWS, linear, pieces } from "./line-controller";
import type { Plot } from "./plot";
import type { Layer, Side } from "./stack-areas";

const FAINT = 0.28;
const OLD = 0.5;
const NAME_GAP_PIXELS = 6;
// Between two areas that meet on part of a pixel the ground would shine through.
const OVERLAP_PIXELS = 0.75;

export function paintLayers(chart: Chart, plot: Plot, sides: readonly Side[], selected: string | null): void {
  const { ctx, chartArea, scales } = chart;
  const { x, y } = scales;
  if (x === undefined || y === undefined || plot.rows.count === 0) return;
  const toX = linear(x);
  const toY = linear(y);
  ctx.save();
  ctx.beginPath();
  ctx.rect(chartArea.left, chartArea.top, chartArea.right - chartArea.left, chartArea.bottom - chartArea.top);
  ctx.clip();
  const isDense = plot.rows.count > DENSE_ROWS;
  for (const side of sides) {
    const sign = side.below ? -1 : 1;
    side.layers.forEach((layer, index) => {
      const under = side.layers[index - 1]?.tops ?? null;
      const overlap = isDense && under !== null && layer.fill !== "hatch" ? OVERLAP_PIXELS : 0;
      const faint = selected !== null && layer.key !== selected ? FAINT : 1;
      ctx.globalAlpha = faint * (plot.rows.isOld ? OLD : 1);
      ctx.fillStyle = fillOf(ctx, plot, layer);
      for (const [from, to] of pieces(layer.tops, plot.rows)) {
        ctx.beginPath();
        for (let row = from; row <= to; row += 1) ctx.lineTo(toX(plot.rows.times[row] ?? 0), toY(sign * (layer.tops[row] ?? 0)));
        for (let row = to; row >= from; row -= 1) ctx.lineTo(toX(plot.rows.times[row] ?? 0), toY(sign * (under?.[row] ?? 0)) + sign * overlap);
        ctx.fill();
      }
    });
    // A line of the ground between two layers, which may be of one hue. Where points lie close there would be nothing else.
    if (isDense) continue;
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1;
    for (const layer of side.layers.slice(0, -1)) {
      ctx.strokeStyle = plot.look.surface;
      for (const [from, to] of pieces(layer.tops, plot.rows)) {
        ctx.beginPath();
        for (let row = from; row <= to; row += 1) ctx.lineTo(toX(plot.rows.times[row] ?? 0), toY(sign * (layer.tops[row] ?? 0)));
        ctx.stroke();
      }
    }
  }
  ctx.restore();
  nameLayers(ctx, plot, sides, chartArea.right + NAME_GAP_PIXELS, toY);
}

function fillOf(ctx: CanvasRenderingContext2D, plot: Plot, layer: Layer): string | CanvasPattern {
  const colour = plot.colourOf(layer.colourToken);
  return layer.fill === "hatch" ? (hatch(ctx, colour) ?? colour) : colour;
}

function nameLayers(
  ctx: CanvasRenderingContext2D,
  plot: Plot,
  sides: readonly Side[],
  left: number,
  toY: (value: number) => number,
): void {
  const last = plot.rows.count - 1;
  ctx.save();
  ctx.font = plot.look.font;
  ctx.textBaseline = "middle";
  ctx.fillStyle = plot.look.text;
  for (const { layers, below } of sides) {
    const sign = below ? -1 : 1;
    layers.forEach(({ label, tops }, index) => {
      const upper = toY(sign * (tops[last] ?? Number.NaN));
      const lower = toY(sign * (layers[index - 1]?.tops[last] ?? 0));
      if (!(Math.abs(lower - upper) >= FONT_PIXELS)) return;
      ctx.fillText(shortened(ctx, label, END_PIXELS - NAME_GAP_PIXELS), left, (upper + lower) / 2);
    });
  }
  ctx.restore();
}

/** As much of a name as there is room for. */
function shortened(ctx: CanvasRenderingContext2D, name: string, pixels: number): string {
  const fits = (text: string): boolean => ctx.measureText(text).width <= pixels;
  if (fits(name)) return name;
  // No name in a gutter of 64 pixels has more letters than that.
  let text = name.slice(0, 24);
  while (text !== "" && !fits(`${text}…`)) text = text.slice(0, -1);
  return `${text}…`;
}
