// The attributes `points` and `window` of a chart.

import type { Window } from "../timeline";

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };
const MOST_POINTS = 3600;
/** The longest window that a chart can have. */
export const MOST_SECONDS = 3600;

export const DEFAULT_WINDOW: Window = { points: 20 };

/** "5m", "90s" or "1h" as a window, or a number of points; without both the last 20. Throws TypeError with words for people. */
export function windowOf(points: string | null, window: string | null): Window {
  if (window !== null && window !== "") return { seconds: secondsOf(window.trim()) };
  if (points === null || points === "") return DEFAULT_WINDOW;
  const count = Number(points);
  if (!Number.isInteger(count) || count < 2 || count > MOST_POINTS) {
    throw new TypeError(`points="${points}" is no whole number from 2 to ${MOST_POINTS}.`);
  }
  return { points: count };
}

function secondsOf(window: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([smh])$/.exec(window) ?? [];
  const seconds = Number(number) * (SECONDS[unit] ?? Number.NaN);
  if (!(seconds > 0 && seconds <= MOST_SECONDS)) throw new TypeError(`window="${window}" is no time like 90s, 5m or 1h, at most 1h.`);
  return seconds;
}
