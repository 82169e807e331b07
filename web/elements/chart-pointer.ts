// What a pointer on a chart does to its timeline: it moves the cursor, a click holds it, a drag marks a stretch to zoom to.

import type { Timeline } from "./timeline";

// A hand that clicks trembles so far.
const DRAG_PIXELS = 5;

export class ChartPointer {
  readonly #timeline: () => Timeline | null;
  /** The moment at a place of the screen. */
  readonly #timeAt: (clientX: number) => number | null;
  #downAt: { readonly x: number; readonly time: number } | null = null;
  #isDrag = false;

  constructor(timeline: () => Timeline | null, timeAt: (clientX: number) => number | null) {
    this.#timeline = timeline;
    this.#timeAt = timeAt;
  }

  readonly down = (event: PointerEvent): void => {
    this.move(event);
    const time = this.#timeAt(event.clientX);
    if (time === null || event.button !== 0 || this.#timeline()?.hasHistory !== true) return;
    this.#downAt = { x: event.clientX, time };
    this.#isDrag = false;
  };

  readonly move = (event: PointerEvent): void => {
    const timeline = this.#timeline();
    const time = this.#timeAt(event.clientX);
    if (timeline === null || time === null) return;
    // A finger that goes over a chart looks at its values, as a mouse does that hovers.
    const isDrag = this.#downAt !== null && event.pointerType !== "touch" && Math.abs(event.clientX - this.#downAt.x) > DRAG_PIXELS;
    if (isDrag && !this.#isDrag) {
      this.#isDrag = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
    }
    if (this.#isDrag && this.#downAt !== null) timeline.select(this.#downAt.time, time);
    else if (!timeline.isHeld) this.#pointAt(timeline, time);
  };

  readonly up = (event: PointerEvent): void => {
    const timeline = this.#timeline();
    const { selection } = timeline ?? { selection: null };
    if (this.#isDrag && selection !== null) timeline?.zoom(selection);
    else if (this.#downAt !== null && timeline !== null) timeline.holdAt(timeline.isHeld ? null : this.#timeAt(event.clientX));
    this.#downAt = null;
    this.#isDrag = false;
  };

  readonly leave = (): void => {
    if (this.#timeline()?.isHeld === false && !this.#isDrag) this.#timeline()?.pointAt(null);
  };

  /** The browser took the pointer for something else, such as scrolling. */
  readonly cancel = (): void => {
    if (this.#isDrag) this.#timeline()?.select(null);
    this.#downAt = null;
    this.#isDrag = false;
    this.leave();
  };

  // At a distance from the end, so that it stays under a resting mouse while the data moves.
  #pointAt(timeline: Timeline, time: number): void {
    const span = timeline.span();
    if (span !== null) timeline.pointBeforeEnd(Math.min(span.to - span.from, Math.max(0, span.to - time)));
  }
}
