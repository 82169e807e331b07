// What a plot draws behind its lines.

import type { Plugin } from "chart.js";
import type { Timeline, View } from "../timeline";
import type { Extent, PlotRows } from "./line";
import type { Plot } from "./plot";
import type { SummaryLine } from "./summary";

export interface Backdrop {
  /** Takes what the window shows; `rows` has its times already. Tells how far it reaches. */
  copy(timeline: Timeline, view: View, rows: PlotRows): Extent;
  /** The names of the metrics that it is drawn of; a * stands for any characters. */
  readonly names: readonly string[];
  /** Whether it has anything in the window. */
  readonly drawn: boolean;
  /** For those who do not see it. */
  readonly words: readonly SummaryLine[];
  plugin(plot: Plot): Plugin<"columnLine">;
}
