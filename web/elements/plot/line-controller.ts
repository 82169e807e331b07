// A Chart.js dataset that strokes its line straight out of typed arrays.
//
// Chart.js's own line keeps an element object for each point and lays all of them out anew at every update, which is
// most of what an update costs (300 points, 3 lines: 2 to 3 ms a chart). Here there are no elements: axes, layout and
// canvas are Chart.js's, the points stay in their columns.

import { DatasetController, Element, type ChartComponent, type ChartType, type Scale } from "chart.js";
import type { PlotLine, PlotRows } from "./line";

declare module "chart.js" {
  interface ChartTypeRegistry {
    columnLine: {
      chartOptions: object;
      datasetOptions: { line: PlotLine; rows: PlotRows };
      defaultDataPoint: never;
      metaExtensions: object;
      parsedDataType: never;
      scales: "linear";
    };
  }
}

const LINE_WIDTH = 1.5;
// Where points lie close a thin line shows more, and a browser without a GPU strokes it in a fifth of the time: up to
// one pixel it needs no outline.
const THIN_LINE_WIDTH = 1;
export const DENSE_ROWS = 150;
const AREA_OPACITY = 0.13;
const OLD_OPACITY = 0.5;
const BAND_OPACITY = 0.22;
const DASHES = [4, 2];
const LONE_POINT_RADIUS = 1.75;

// Chart.js wants to know what a point is made of; there are none.
class NoElement extends Element {
  static id = "noElement";
}

class ColumnLineController extends DatasetController<ChartType> {
  static id = "columnLine";
  static defaults = { datasetElementType: false, dataElementType: NoElement.id };
  static overrides = {};

  override update(): void {
    // Nothing to lay out: draw() reads the columns.
  }

  override draw(): void {
    const { line, rows } = this.getDataset() as unknown as { line: PlotLine; rows: PlotRows };
    const { ctx, scales } = this.chart;
    const { x, y } = scales;
    if (x === undefined || y === undefined || rows.count === 0) return;
    const toX = linear(x);
    const toY = linear(y);
    const sign = line.below ? -1 : 1;
    const opacity = rows.isOld ? OLD_OPACITY : 1;
    ctx.save();
    ctx.globalAlpha = opacity;
    ctx.strokeStyle = line.colour;
    ctx.fillStyle = line.colour;
    ctx.lineWidth = rows.count > DENSE_ROWS ? THIN_LINE_WIDTH : LINE_WIDTH;
    ctx.lineJoin = "bevel";
    ctx.setLineDash(line.dashed ? DASHES : []);
    for (const [from, to] of pieces(line.values, rows)) {
      if (line.isBounded) band(ctx, line, rows, [from, to], opacity, toX, (value) => toY(sign * value));
      if (to === from) {
        dot(ctx, toX(rows.times[from] ?? 0), toY(sign * (line.values[from] ?? 0)));
        continue;
      }
      ctx.beginPath();
      for (let row = from; row <= to; row += 1) {
        ctx.lineTo(toX(rows.times[row] ?? 0), toY(sign * (line.values[row] ?? 0)));
      }
      ctx.stroke();
      if (!line.area) continue;
      ctx.lineTo(toX(rows.times[to] ?? 0), toY(0));
      ctx.lineTo(toX(rows.times[from] ?? 0), toY(0));
      ctx.globalAlpha = AREA_OPACITY * opacity;
      ctx.fill();
      ctx.globalAlpha = opacity;
    }
    ctx.restore();
  }
}

/** What Chart.js needs to be told of. */
export const columnLineParts = [ColumnLineController, NoElement] as unknown as readonly ChartComponent[];

/** First and last row of each stretch that may be drawn in one go: a gap or a missing value ends it. */
export function* pieces(values: Float64Array, rows: PlotRows): Generator<readonly [number, number]> {
  let from = -1;
  for (let row = 0; row < rows.count; row += 1) {
    const missing = Number.isNaN(values[row]);
    if (from >= 0 && (missing || rows.breaks[row] === 1)) {
      yield [from, row - 1];
      from = -1;
    }
    if (!missing && from < 0) from = row;
  }
  if (from >= 0) yield [from, rows.count - 1];
}

/** The scale's own mapping, as two numbers instead of a call a point. */
export function linear(scale: Scale): (value: number) => number {
  const start = scale.getPixelForValue(scale.min);
  const slope = (scale.getPixelForValue(scale.max) - start) / (scale.max - scale.min || 1);
  return (value) => start + (value - scale.min) * slope;
}

/** From the lowest to the highest sample of each row: what the line, which is their mean, does not tell. */
function band(
  ctx: CanvasRenderingContext2D,
  { low, high }: PlotLine,
  { times }: PlotRows,
  [from, to]: readonly [number, number],
  opacity: number,
  toX: (milliseconds: number) => number,
  toY: (value: number) => number,
): void {
  ctx.beginPath();
  for (let row = from; row <= to; row += 1) ctx.lineTo(toX(times[row] ?? 0), toY(high[row] ?? 0));
  for (let row = to; row >= from; row -= 1) ctx.lineTo(toX(times[row] ?? 0), toY(low[row] ?? 0));
  ctx.globalAlpha = BAND_OPACITY * opacity;
  ctx.fill();
  ctx.globalAlpha = opacity;
}

// A value between two gaps has no line, but it was read.
function dot(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.beginPath();
  ctx.arc(x, y, LONE_POINT_RADIUS, 0, 2 * Math.PI);
  ctx.fill();
}
