// Measures that all plots share, so that the same moment lies at the same place in each of them.

/** Room for the labels of the value axis. */
export const AXIS_PIXELS = 54;
/** Room for the lines' names at their ends. */
export const END_PIXELS = 64;
export const TOP_PIXELS = 7;
export const TIME_AXIS_PIXELS = 19;
export const FONT_PIXELS = 11;
