// A moment as people read it: the time of day, and the day where it is not today's.

import { clock } from "../elements/format";

export function dayAndClock(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const isToday = date.toDateString() === new Date().toDateString();
  return `${isToday ? "" : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} `}${clock(date.getTime())}`;
}
