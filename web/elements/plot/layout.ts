// Measures that all plots share, so that the same moment lies at the same place in each of them.

/** Room for the labels of the value axis. */
export const AXIS_PIXELS = 54;
/** Room for the lines' names at their ends. */
export const END_PIXELS = 64;

/** What lies beside the lines. */
export interface Gutters {
  /** "labels": as much as the labels of the value axis need. */
  readonly left: number | "labels";
  readonly right: number;
}

export const SHARED_GUTTERS: Gutters = { left: AXIS_PIXELS, right: END_PIXELS };
/** Of a plot that stands alone, in whatever width another site gives it: its line needs no name at its end. */
export const OWN_GUTTERS: Gutters = { left: "labels", right: 8 };

export const TOP_PIXELS = 7;
export const TIME_AXIS_PIXELS = 19;
export const FONT_PIXELS = 11;
