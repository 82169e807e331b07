// Which rows of a long table are in the document: those that can be seen, and some around them. Pure.

export interface Stretch {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/** Rows beyond each edge, so that a quick scroll shows no white, and Tab finds the next one. */
const AROUND = 8;

export function stretchAt(scrolled: number, height: number, rowHeight: number, count: number): Stretch {
  const top = Math.max(0, Math.floor(scrolled / rowHeight) - AROUND);
  const first = Math.min(top, Math.max(0, count - 1));
  return { first, end: Math.min(count, Math.ceil((scrolled + height) / rowHeight) + AROUND) };
}

/** How far to scroll so that a row is seen whole below the head; null where it is. */
export function scrollTo(row: number, scrolled: number, height: number, rowHeight: number): number | null {
  if (row * rowHeight < scrolled) return row * rowHeight;
  return (row + 1) * rowHeight > scrolled + height ? (row + 1) * rowHeight - height : null;
}

/** The row that a key leads to; null for a key that leads to none. */
export function rowOfKey(key: string, row: number, page: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count };
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return step === undefined || count === 0 ? null : Math.min(count - 1, Math.max(0, row + step));
}
