// Ticks of the time axis, at round times of the clock.

const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

/** The step whose labels fit: at most one label for each `pixelsEach`. */
export function timeStep(spanMilliseconds: number, widthPixels: number, pixelsEach = 92): number {
  const most = Math.max(1, Math.floor(widthPixels / pixelsEach));
  for (const seconds of STEPS_SECONDS) if (spanMilliseconds / (seconds * 1000) <= most) return seconds * 1000;
  return 86_400_000 * Math.ceil(spanMilliseconds / (86_400_000 * most));
}

export function timeTicks(startMilliseconds: number, endMilliseconds: number, stepMilliseconds: number): number[] {
  const ticks: number[] = [];
  let tick = Math.ceil(startMilliseconds / stepMilliseconds) * stepMilliseconds;
  for (; tick <= endMilliseconds; tick += stepMilliseconds) ticks.push(tick);
  return ticks;
}
