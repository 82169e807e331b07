// Ends and ticks of a value axis. Amounts start at 0, percentages always run to 100, bytes step in powers of two.

import type { UnitKind } from "./format";

/** "fine": amounts that may be small all the time, as a loss of 0.02 or a step of 6 ms. */
export type AxisKind = "percent" | "bytes" | "plain" | "fine";

/** The axis that suits values of a unit. */
export function axisOf(unit: UnitKind): AxisKind {
  if (unit === "percent") return "percent";
  return unit === "bytes" || unit === "bytes-rate" ? "bytes" : "plain";
}

export interface ValueAxis {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

const STEPS_ONE_SIDED = 4;
const STEPS_A_SIDE = 2;
// A share of one core goes far over 100; one of all passes it only as far as clocks differ.
const MOST_OF_A_SHARE = 105;
// Below these an idle machine would fill the chart with noise.
const SMALLEST_TOP: Record<AxisKind, number> = { percent: 100, bytes: 4096, plain: 1, fine: 0 };

/** The smallest step of the kind's series that reaches `top` in at most `steps` steps. */
export function niceStep(top: number, kind: AxisKind, steps: number): number {
  const least = top / steps;
  if (kind === "bytes") return 2 ** Math.ceil(Math.log2(least));
  const power = 10 ** Math.floor(Math.log10(least));
  for (const factor of [1, 2, 5, 10]) if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/** An axis that holds 0 to `above`, and `below` under the line where a chart has two sides. */
export function valueAxis(kind: AxisKind, above: number, below: number | null = null): ValueAxis {
  const isShare = Math.max(above, below ?? 0) <= MOST_OF_A_SHARE;
  if (kind === "percent" && isShare) return { min: below === null ? 0 : -100, max: 100, step: 25 };
  const largest = Math.max(above, below ?? 0, SMALLEST_TOP[kind]) || 1;
  const step = niceStep(largest, kind, below === null ? STEPS_ONE_SIDED : STEPS_A_SIDE);
  const whole = (side: number): number => Math.max(1, Math.ceil(side / step - 1e-9)) * step;
  if (below === null) return { min: 0, max: whole(largest), step };
  return { min: -whole(below), max: whole(above), step };
}

/**
 * Keeps the axis that stands while the new one would be only a little smaller: an axis that changes with every sample
 * cannot be read.
 */
export function steadyAxis(standing: ValueAxis | null, next: ValueAxis): ValueAxis {
  if (standing === null) return next;
  const grows = next.max > standing.max || next.min < standing.min;
  const muchSmaller = next.max - next.min <= 0.5 * (standing.max - standing.min);
  return grows || muchSmaller ? next : standing;
}

export function ticksOf(axis: ValueAxis): number[] {
  const ticks: number[] = [];
  for (let index = Math.round(axis.min / axis.step); index <= Math.round(axis.max / axis.step); index += 1) {
    ticks.push(index * axis.step);
  }
  return ticks;
}
