// A stack of areas behind a plot's line: a layer for each row of a list, then all other rows, then what belongs to none.

import type { Chart, Plugin } from "chart.js";
import type { Hues } from "../hues";
import { metricName, type Path } from "../path";
import type { ListColumns, Series } from "../series";
import type { Timeline, View } from "../timeline";
import type { Backdrop } from "./backdrop";
import type { Extent, PlotRows } from "./line";
import type { Plot } from "./plot";
import { pile, ranked, remainder, weightOf } from "./stack";
import { paintLayers } from "./stack-paint";
import type { SummaryLine } from "./summary";

const MOST_LAYERS = 20;
const MOST_IN_WORDS = 5;

/** One direction of a stack: what is read above the axis, what is written below it. */
export interface StackSide {
  readonly field: string;
  readonly below: boolean;
  /** A word for the side, where there are two. */
  readonly word: string;
  /** Rows that the list does not name, together. */
  readonly other: Path;
  /** What belongs to no row. */
  readonly unattributed: Path;
}

export interface Layer {
  /** Of the row of the list; null of all others and of what belongs to none. */
  readonly key: string | null;
  readonly label: string;
  readonly fill: "hue" | "other" | "hatch";
  readonly colourToken: string;
  /** Its own numbers, row by row of the window. */
  values: Float64Array;
  /** How high it reaches with all that is below it. */
  tops: Float64Array;
}

export interface Side {
  readonly below: boolean;
  readonly word: string;
  /** The lowest first. */
  layers: readonly Layer[];
  isRead: Uint8Array;
}

export class StackAreas implements Backdrop {
  /** Drawn as it is, and all others fainter. */
  selected: string | null = null;
  sides: readonly Side[] = [];
  #order: string[] = [];
  readonly #list: ListColumns;
  readonly #hues: Hues;

  constructor(
    list: ListColumns,
    hues: Hues,
    readonly definitions: readonly StackSide[],
  ) {
    this.#list = list;
    this.#hues = hues;
  }

  /** The names of the metrics that it is drawn of. */
  get names(): readonly string[] {
    const above = metricName(this.#list.path);
    return this.definitions.flatMap(({ field, other, unattributed }) => [`${above}.*.${field}`, metricName(other), metricName(unattributed)]);
  }

  get drawn(): boolean {
    return this.sides.some(({ isRead }) => isRead.includes(1));
  }

  get words(): readonly SummaryLine[] {
    return this.sides.flatMap(({ layers, word }) => {
      const told = [...layers.filter(({ key }) => key !== null).slice(0, MOST_IN_WORDS), ...layers.filter(({ key }) => key === null)];
      return told.map(({ label, values }) => ({ label: word === "" ? label : `${label}, ${word}`, values }));
    });
  }

  copy(timeline: Timeline, view: View, rows: PlotRows): Extent {
    const { first } = view;
    const copyOf = (series: Series): Float64Array => {
      const values = new Float64Array(rows.count);
      series.copy(first, rows.count, values);
      return values;
    };
    const own = this.definitions.map(({ field }) => {
      const values = new Map<string, Float64Array>();
      for (const key of this.#list.keys) {
        const target = new Float64Array(rows.count);
        if (this.#list.copyValues(key, field, first, rows.count, target)) values.set(key, target);
      }
      return values;
    });
    this.#order = ranked(this.#weights(own, rows.count), this.#order, MOST_LAYERS, this.selected);
    const stack = this.#order.filter((key) => key === this.selected).concat(this.#order.filter((key) => key !== this.selected));
    const extent = { above: 0, below: 0 };
    this.sides = this.definitions.map((side, index) => {
      const drawn = stack.filter((key) => own[index]?.has(key));
      const parts = drawn.map((key) => own[index]?.get(key) ?? new Float64Array(0));
      const sum = copyOf(this.#list.sum(side.field));
      const other = copyOf(timeline.series(side.other));
      const unattributed = copyOf(timeline.series(side.unattributed));
      const isRead = new Uint8Array(rows.count).map((_, row) =>
        [sum, other, unattributed].some((values) => !Number.isNaN(values[row])) ? 1 : 0,
      );
      const rest = new Float64Array(rows.count);
      remainder([sum, other], parts, rows.count, rest);
      const values = [...parts, rest, unattributed];
      const tops = values.map((one) => one.slice());
      const highest = pile(tops, isRead, rows.count);
      extent[side.below ? "below" : "above"] = highest;
      const named = [...drawn.map((key) => rowLayer(key, this.#list.nameOf(key), this.#hues.of(key))), OTHER, UNATTRIBUTED];
      const layers = named.map((layer, at) => ({ ...layer, values: values[at] ?? rest, tops: tops[at] ?? rest }));
      return { below: side.below, word: side.word, layers, isRead };
    });
    return extent;
  }

  plugin(plot: Plot): Plugin<"columnLine"> {
    return { id: "stackAreas", beforeDatasetsDraw: (chart: Chart) => paintLayers(chart, plot, this.sides, this.selected) };
  }

  #weights(own: readonly ReadonlyMap<string, Float64Array>[], count: number): Map<string, number> {
    const weights = new Map<string, number>();
    for (const values of own) {
      for (const [key, one] of values) weights.set(key, (weights.get(key) ?? 0) + weightOf(one, count));
    }
    return weights;
  }
}

type NewLayer = Omit<Layer, "values" | "tops">;

function rowLayer(key: string, label: string, hue: number): NewLayer {
  return { key, label, fill: "hue", colourToken: `--zp-hue-${hue}` };
}

const OTHER: NewLayer = { key: null, label: "other", fill: "other", colourToken: "--zp-other" };
const UNATTRIBUTED: NewLayer = { key: null, label: "unattributed", fill: "hatch", colourToken: "--zp-quiet" };
