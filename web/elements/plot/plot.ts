// A canvas with lines of a timeline on it: Chart.js with its data in typed arrays, apart from any element.

import { Chart, LinearScale } from "chart.js";
import { steadyAxis, valueAxis, type AxisKind, type ValueAxis } from "../axis";
import type { UnitKind } from "../format";
import type { GapNote } from "../gap-notes";
import { colourOf } from "../theme";
import { marksBetween, type Mark } from "../marks";
import type { Series } from "../series";
import type { Timeline, View } from "../timeline";
import type { Backdrop } from "./backdrop";
import { configuration } from "./configuration";
import { FONT_PIXELS, SHARED_GUTTERS, type Gutters } from "./layout";
import { copyView, emptyRows, extentOf, type PlotLine, type PlotRows } from "./line";
import { columnLineParts } from "./line-controller";

Chart.register(LinearScale, ...columnLineParts);

const NONE = new Float64Array(0);

/** The colours and the font of a plot, as CSS gives them to its element. */
export interface Look {
  grid: string;
  hatch: string;
  quiet: string;
  mark: string;
  bad: string;
  text: string;
  surface: string;
  font: string;
}

/** The rectangle that the lines are drawn in, in pixels of the canvas. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface NewLine {
  readonly label: string;
  readonly series: Series;
  readonly below: boolean;
  readonly dashed: boolean;
  /** The custom property of its colour. */
  readonly colourToken: string;
}

export class Plot {
  readonly lines: readonly PlotLine[];
  readonly rows: PlotRows = emptyRows();
  readonly look: Look = { grid: "", hatch: "", quiet: "", mark: "", bad: "", text: "", surface: "", font: "" };
  view: View | null = null;
  /** Those in the window. */
  marks: readonly Mark[] = [];
  /** The stretches of the window without samples. */
  gaps: readonly GapNote[] = [];
  readonly #axisKind: AxisKind;
  readonly #colourTokens: readonly string[];
  readonly #chart: Chart<"columnLine">;
  readonly #colours = new Map<string, string>();
  #axis: ValueAxis | null = null;

  constructor(
    canvas: HTMLCanvasElement,
    axisKind: AxisKind,
    unit: UnitKind,
    lines: readonly NewLine[],
    readonly gutters: Gutters = SHARED_GUTTERS,
    readonly backdrop: Backdrop | null = null,
  ) {
    this.#axisKind = axisKind;
    this.#colourTokens = lines.map((line) => line.colourToken);
    this.lines = lines.map(({ label, series, below, dashed }) => {
      const isAlone = backdrop === null && lines.filter((other) => other.below === below).length === 1;
      return { label, series, below, dashed, area: isAlone, colour: "", labelColour: "", values: NONE, isBounded: false, low: NONE, high: NONE };
    });
    this.#readLook(canvas);
    this.#chart = new Chart(canvas, configuration(this, unit));
  }

  /** The value axis that stands now. */
  get axis(): ValueAxis {
    return this.#axis ?? valueAxis(this.#axisKind, 0, this.#twoSided ? 0 : null);
  }

  get area(): Area {
    return this.#chart.chartArea;
  }

  draw(timeline: Timeline, isOld: boolean): void {
    this.rows.isOld = isOld;
    this.view = timeline.view();
    if (this.view !== null) {
      this.marks = marksBetween(timeline.marks, this.view.startMilliseconds, this.view.endMilliseconds);
      this.gaps = timeline.gapsBetween(this.view.startMilliseconds, this.view.endMilliseconds);
      copyView(timeline, this.view, this.rows, this.lines);
      const lines = extentOf(this.rows, this.lines);
      const behind = this.backdrop?.copy(timeline, this.view, this.rows) ?? { above: 0, below: 0 };
      const above = Math.max(lines.above, behind.above);
      const below = Math.max(lines.below, behind.below);
      this.#axis = steadyAxis(this.#axis, valueAxis(this.#axisKind, above, this.#twoSided ? below : null));
    }
    this.#chart.update("none");
  }

  /** Draws again with the colours that CSS gives now. */
  recolour(): void {
    this.#readLook(this.#chart.canvas);
    this.#chart.update("none");
  }

  /** The colour that a custom property stands for here. */
  colourOf(token: string): string {
    const known = this.#colours.get(token) ?? colourOf(this.#chart.canvas, token, "#5b6472");
    this.#colours.set(token, known);
    return known;
  }

  pixelOf(milliseconds: number): number {
    return this.#chart.scales["x"]?.getPixelForValue(milliseconds) ?? Number.NaN;
  }

  timeAt(pixel: number): number {
    return this.#chart.scales["x"]?.getValueForPixel(pixel) ?? Number.NaN;
  }

  /** Whether there is anything in the window. */
  get drawn(): boolean {
    return this.backdrop?.drawn === true || this.lines.some((line) => line.values.subarray(0, this.rows.count).some((value) => !Number.isNaN(value)));
  }

  destroy(): void {
    this.#chart.destroy();
  }

  get #twoSided(): boolean {
    return this.lines.some((line) => line.below);
  }

  #readLook(canvas: HTMLCanvasElement): void {
    this.#colours.clear();
    const colour = (name: string, fallback: string): string => colourOf(canvas, name, fallback);
    this.look.grid = colour("--zp-grid", "#e9ecf0");
    this.look.hatch = colour("--zp-hatch", "#b4bcc8");
    this.look.quiet = colour("--zp-quiet", "#5b6472");
    this.look.mark = colour("--zp-mark", "#5b6472");
    this.look.text = colour("--zp-text", "#161b22");
    this.look.surface = colour("--zp-surface", "#ffffff");
    this.look.bad = colour("--zp-bad", "#c22525");
    this.look.font = `${FONT_PIXELS}px ${getComputedStyle(canvas).fontFamily}`;
    this.lines.forEach((line, index) => {
      const token = this.#colourTokens[index] ?? "";
      line.colour = colour(token, "#1f6fd0");
      // A hue of a name is made for areas and lines.
      line.labelColour = token.startsWith("--zp-hue-") ? this.look.text : line.colour;
    });
  }
}
