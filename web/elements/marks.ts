// Moments that every chart of a timeline marks with a thin line: a run began or ended, a status changed.

import { dayClock } from "./format";

export interface Mark {
  readonly milliseconds: number;
  readonly label: string;
  readonly kind: "start" | "end" | "change";
  /** Something went wrong then. */
  readonly alarming: boolean;
}

// A script that starts a run a second would else cover the charts, and their memory.
const MOST_MARKS = 400;
// More than these are counted in a sentence, not read out.
const MOST_IN_WORDS = 5;

/** In the order of time; of too many the newest. */
export function inOrder(marks: readonly Mark[]): readonly Mark[] {
  const known = marks.filter(({ milliseconds }) => Number.isFinite(milliseconds));
  return known.sort((a, b) => a.milliseconds - b.milliseconds).slice(-MOST_MARKS);
}

export function marksBetween(marks: readonly Mark[], start: number, end: number): readonly Mark[] {
  return marks.filter(({ milliseconds }) => milliseconds >= start && milliseconds <= end);
}

/** "Marks: 14:03:07 train began; 14:05:00 train ended, exit code 0." Empty where there are none. */
export function marksInWords(marks: readonly Mark[]): string {
  if (marks.length === 0) return "";
  const shown = marks.slice(-MOST_IN_WORDS).map((mark) => `${dayClock(mark.milliseconds)} ${mark.label}`);
  const earlier = marks.length - shown.length;
  return ` Marks: ${earlier > 0 ? `${earlier} earlier; ` : ""}${shown.join("; ")}.`;
}
