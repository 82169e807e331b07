// The cursor that lies over all charts of a timeline, and the stretch that it marks.

import type { Span } from "./source";

type Place =
  /** It moves with the data, or stays on its moment wherever a mouse goes. */
  | { readonly time: number; readonly isHeld: boolean }
  /** It stays under a resting mouse while the data moves. */
  | { readonly beforeEnd: number };

export class Cursor {
  /** Marked in all charts, to be zoomed to. */
  selection: Span | null = null;
  #place: Place | null = null;
  // The end of the selection that the keys leave where it is.
  #anchor: number | null = null;

  put(milliseconds: number | null, isHeld = false): void {
    this.#place = milliseconds === null ? null : { time: milliseconds, isHeld };
  }

  putBeforeEnd(milliseconds: number): void {
    this.#place = { beforeEnd: milliseconds };
  }

  get isHeld(): boolean {
    return this.#place !== null && "time" in this.#place && this.#place.isHeld;
  }

  timeIn(span: Span): number | null {
    if (this.#place === null) return null;
    return "time" in this.#place ? this.#place.time : span.to - this.#place.beforeEnd;
  }

  /** Marks what lies between two times, in either order, as far as it is shown. */
  select(one: number, other: number, shown: Span): void {
    const inside = (time: number): number => Math.min(shown.to, Math.max(shown.from, time));
    this.selection = { from: inside(Math.min(one, other)), to: inside(Math.max(one, other)) };
  }

  /** Marks from where the cursor was when nothing was marked yet to where it is now. */
  extend(before: number, now: number, shown: Span): void {
    this.#anchor = this.selection === null ? before : (this.#anchor ?? before);
    this.select(this.#anchor, now, shown);
  }
}
