// Whether samples are missing between two that follow each other. A line is never drawn over such a place.

export interface Position {
  readonly epoch: string;
  readonly sequence: number;
}

export interface Moment {
  readonly id: string;
  readonly milliseconds: number;
}

// A tick that came late is no gap; one that never came is.
const INTERVALS_APART = 2.5;

/** EPOCH-SEQUENCE in its parts, or null for an id of another form. */
export function parseId(id: string): Position | null {
  const dash = id.lastIndexOf("-");
  const digits = id.slice(dash + 1);
  if (dash < 1 || !/^\d{1,15}$/.test(digits)) return null;
  return { epoch: id.slice(0, dash), sequence: Number(digits) };
}

/** Whether the sample `id` is a later one than `other`; one of another epoch always is. */
export function isAfter(id: string, other: string): boolean {
  const [here, there] = [parseId(id), parseId(other)];
  if (here === null || there === null || here.epoch !== there.epoch) return id !== other;
  return here.sequence > there.sequence;
}

/** Why the line breaks between two neighbours, or null where it does not. */
export function gapBetween(before: Moment, after: Moment, intervalSeconds: number): string | null {
  const from = parseId(before.id);
  const to = parseId(after.id);
  if (from !== null && to !== null) {
    if (from.epoch !== to.epoch) return "the server was started again";
    const missing = to.sequence - from.sequence - 1;
    if (missing > 0) return missing === 1 ? "1 sample is missing" : `${missing} samples are missing`;
  }
  const seconds = (after.milliseconds - before.milliseconds) / 1000;
  if (seconds > INTERVALS_APART * intervalSeconds) return `no sample for ${seconds.toFixed(1)} s`;
  return null;
}
