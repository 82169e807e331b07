// Ticks of the time axis, at round times of the viewer's clock.

import { clock, day } from "./format";

const DAY_SECONDS = 86_400;
const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY_SECONDS];
const STEPS_DAYS = [2, 7, 14, 28];

/** The step whose labels fit: at most one label for each `pixelsEach`. */
export function timeStep(spanMilliseconds: number, widthPixels: number, pixelsEach = 92): number {
  const most = Math.max(1, Math.floor(widthPixels / pixelsEach));
  for (const seconds of STEPS_SECONDS) if (spanMilliseconds / (seconds * 1000) <= most) return seconds * 1000;
  const days = spanMilliseconds / (DAY_SECONDS * 1000 * most);
  return DAY_SECONDS * 1000 * (STEPS_DAYS.find((step) => step >= days) ?? Math.ceil(days));
}

/** `zoneMinutes`: what the viewer's clock lacks to UTC at a time. */
export function timeTicks(
  startMilliseconds: number,
  endMilliseconds: number,
  stepMilliseconds: number,
  zoneMinutes = (milliseconds: number): number => new Date(milliseconds).getTimezoneOffset(),
): number[] {
  const ticks: number[] = [];
  const zone = (time: number): number => zoneMinutes(time) * 60_000;
  const local = startMilliseconds - zone(startMilliseconds);
  for (let tick = Math.ceil(local / stepMilliseconds) * stepMilliseconds; ; tick += stepMilliseconds) {
    // The clock may be set between the start and this tick: for summer time.
    const time = tick + zone(tick + zone(startMilliseconds));
    if (time > endMilliseconds) return ticks;
    if (time >= startMilliseconds) ticks.push(time);
  }
}

/** What stands at a tick: the time, or the day at a midnight. */
export function tickLabel(milliseconds: number, stepMilliseconds: number): string {
  const text = clock(milliseconds, stepMilliseconds < 60_000);
  return stepMilliseconds >= 3_600_000 && text === "00:00" ? day(milliseconds) : text;
}
