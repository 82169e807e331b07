// How Chart.js is set up for a plot. Axes and ticks are told by callbacks, so the configuration never changes.

import type { ChartConfiguration, Scale } from "chart.js";
import { ticksOf } from "../axis";
import { atTick, type UnitKind } from "../format";
import { tickLabel, timeStep, timeTicks } from "../time-axis";
import { endLabels } from "./end-labels";
import { gapHatch } from "./gap-hatch";
import { FONT_PIXELS, TIME_AXIS_PIXELS, TOP_PIXELS } from "./layout";
import { markLines } from "./mark-lines";
import type { Plot } from "./plot";

// How far a line may reach out of the plot's area, so that one along its edge keeps its width.
const LINE_OVERHANG = { left: 0, right: 2, top: 2, bottom: 2 };
// A digit's width at the axes' size, wide fonts included.
const DIGIT_PIXELS = 0.64 * FONT_PIXELS;

export function configuration(plot: Plot, unit: UnitKind): ChartConfiguration<"columnLine"> {
  const datasets = plot.lines.map((line) => ({ data: [], line, rows: plot.rows, clip: LINE_OVERHANG }));
  const common = {
    type: "linear",
    // The axis ends where it is told to, not at the next tick.
    bounds: "data",
    border: { display: false },
    grid: { drawTicks: false, color: () => plot.look.grid },
  } as const;
  // The family is CSS's; Chart.js wants it apart from the size.
  const font = { size: FONT_PIXELS, family: plot.look.font.slice(plot.look.font.indexOf(" ") + 1) };
  return {
    type: "columnLine",
    // Chart.js's types make every part of a dataset optional, down to the elements of the typed arrays.
    data: { datasets: datasets as never },
    options: {
      animation: false,
      parsing: false,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { autoPadding: false, padding: { top: TOP_PIXELS, right: plot.gutters.right, bottom: 0, left: 0 } },
      scales: {
        x: {
          ...common,
          afterDataLimits: (scale: Scale) => {
            scale.min = plot.view?.startMilliseconds ?? 0;
            scale.max = plot.view?.endMilliseconds ?? 1;
          },
          afterBuildTicks: (scale: Scale) => {
            scale.ticks = timeTicks(scale.min, scale.max, stepOf(scale)).map((value) => ({ value }));
            if (plot.view === null) scale.ticks = [];
          },
          afterFit: (scale: Scale) => {
            scale.height = TIME_AXIS_PIXELS;
            // Labels that slide would else change the plot's width with every sample.
            scale.paddingLeft = scale.paddingRight = 0;
          },
          ticks: {
            autoSkip: false,
            maxRotation: 0,
            padding: 5,
            font,
            color: () => plot.look.quiet,
            callback(this: Scale, value: number | string): string {
              return timeLabel(plot, this, Number(value));
            },
          },
        },
        y: {
          ...common,
          afterDataLimits: (scale: Scale) => {
            scale.min = plot.axis.min;
            scale.max = plot.axis.max;
          },
          afterBuildTicks: (scale: Scale) => {
            scale.ticks = ticksOf(plot.axis).map((value) => ({ value }));
          },
          afterFit: (scale: Scale) => {
            if (plot.gutters.left !== "labels") scale.width = plot.gutters.left;
          },
          ticks: {
            autoSkip: false,
            padding: 7,
            font,
            color: () => plot.look.quiet,
            callback: (value: number | string) => axisLabel(plot, Number(value), unit),
          },
        },
      },
    },
    // A backdrop has names of its own, where the lines would have theirs.
    plugins: [...(plot.backdrop === null ? [endLabels(plot)] : [plot.backdrop.plugin(plot)]), gapHatch(plot), markLines(plot)],
  };
}

function stepOf(scale: Scale): number {
  return timeStep(scale.max - scale.min, scale.width);
}

/** The time at a tick; none where half of it would be cut off at the right edge. */
function timeLabel(plot: Plot, scale: Scale, time: number): string {
  const text = tickLabel(time, stepOf(scale));
  const room = ((scale.max - time) / (scale.max - scale.min)) * scale.width + plot.gutters.right;
  return room < (text.length * DIGIT_PIXELS) / 2 ? "" : text;
}

/** In a fine grid each second line goes without. */
function axisLabel(plot: Plot, value: number, unit: UnitKind): string {
  const { min, max, step } = plot.axis;
  if ((max - min) / step === 4 && min === 0 && Math.round(value / step) % 2 !== 0) return "";
  return atTick(Math.abs(value), unit);
}
