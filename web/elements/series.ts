// Numbers of one line, whichever rows they come from: samples, or the history's pixels.

import type { Path } from "./path";

/** A row has NaN where no number was read. */
export interface Series {
  value(row: number): number;
  copy(first: number, count: number, target: Float64Array): void;
  /** The lowest and the highest of what each row stands for; false where a row is a single sample. */
  copyBounds?(first: number, count: number, low: Float64Array, high: Float64Array): boolean;
}

/** The rows of a list that come and go, as lines. */
export interface ListColumns {
  readonly path: Path;
  readonly keys: readonly string[];
  /** What people call it; its key where it is not known. */
  nameOf(key: string): string;
  /** One row's own numbers, NaN where it was not there; false when it never had one. */
  copyValues(key: string, field: string, first: number, count: number, target: Float64Array): boolean;
  /** All rows of the list together. */
  sum(field: string): Series;
  /** One row of the list: 0 where it was not there and nobody is left out, as far as such numbers were read at all. */
  series(key: string, field: string): Series;
}

/** The same numbers in another measure: of one core to of all cores. */
export function scaled(series: Series, factor: number): Series {
  const scale = (target: Float64Array, count: number): void => {
    for (let row = 0; row < count; row += 1) target[row] = (target[row] ?? Number.NaN) * factor;
  };
  return {
    value: (row) => series.value(row) * factor,
    copy: (first, count, target) => {
      series.copy(first, count, target);
      scale(target, count);
    },
    copyBounds: (first, count, low, high) => {
      const isBounded = series.copyBounds?.(first, count, low, high) ?? false;
      if (isBounded) for (const target of [low, high]) scale(target, count);
      return isBounded;
    },
  };
}

/** A series out of a number for each row. */
export function seriesOf(value: (row: number) => number): Series {
  return {
    value,
    copy: (first, count, target) => {
      for (let row = 0; row < count; row += 1) target[row] = value(first + row);
    },
  };
}
