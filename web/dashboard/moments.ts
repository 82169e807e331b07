// A moment as people read it: the time of day, and the day where it is not today's.

import { dayClock } from "../elements/format";

export function dayAndClock(time: string): string {
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) ? time : dayClock(milliseconds);
}
