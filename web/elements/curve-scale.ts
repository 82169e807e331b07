// Where the points of a curve lie: numbers to places, apart from any element.

import { niceStep, type AxisKind } from "./axis";

export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

const STEPS = 4;

/** An axis that holds all values: from 0 where none is below, for amounts; in round steps. */
export function axisFor(values: readonly (number | null)[], fromZero: boolean, kind: AxisKind = "plain"): Axis {
  const known = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  const least = fromZero ? 0 : Number.POSITIVE_INFINITY;
  let [low, high] = [least, fromZero ? 0 : Number.NEGATIVE_INFINITY];
  for (const value of known) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(high > low)) [low, high] = Number.isFinite(low) ? [low, low + (Math.abs(low) || 1)] : [0, 1];
  const step = niceStep(high - low, kind, STEPS);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
  return { min: first * step, max: last * step, ticks };
}

/** The `d` of an SVG path through the points, in a box of 1 by 1 that stands on its feet; a missing value breaks it. */
export function curvePath(xs: readonly number[], ys: readonly (number | null)[], x: Axis, y: Axis): string {
  const parts: string[] = [];
  let pen = "M";
  xs.forEach((value, index) => {
    const height = ys[index] ?? null;
    if (height === null || !Number.isFinite(height)) {
      pen = "M";
      return;
    }
    parts.push(`${pen}${share(value, x).toFixed(5)} ${(1 - share(height, y)).toFixed(5)}`);
    pen = "L";
  });
  return parts.join("");
}

/** The part of an axis that lies before a value. */
export function share(value: number, { min, max }: Axis): number {
  return (value - min) / (max - min || 1);
}

/** The index of the value that is nearest, in a rising list; -1 in an empty one. */
export function nearest(xs: readonly number[], value: number): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((xs[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  if (low === 0 || low === xs.length) return Math.min(low, xs.length - 1);
  return value - (xs[low - 1] ?? 0) < (xs[low] ?? 0) - value ? low - 1 : low;
}
