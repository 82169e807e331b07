// What all charts of a page share: the rows, the window over them, the cursor, and whether time stands still.

import { inOrder, type Mark } from "./marks";
import type { Path, SampleBase } from "./path";
import type { ColumnRing, RingStatistics } from "./ring";
import type { ListDefinition, RowColumns, Series } from "./row-columns";
import { SampleRows } from "./sample-rows";

export type Window = { readonly points: number } | { readonly seconds: number };

/**
 * The rows of the window. `count` of them lie inside; `first` may be the one before, from which the line comes in, so
 * that `rows` is `count` or one more.
 */
export interface View {
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
  readonly first: number;
  readonly rows: number;
  readonly count: number;
}

export interface TimelineOptions {
  /** The longest window that is offered, if several are; what is older than twice that is given up. */
  readonly longestSeconds?: number;
  /** Runs a callback before the next picture. In a hidden tab requestAnimationFrame runs none, so nothing is drawn. */
  readonly schedule?: (callback: () => void) => void;
}

type Cursor = { readonly time: number } | { readonly beforeEnd: number };

// A row is read out for a cursor up to this far from it.
const REACH_INTERVALS = 0.6;

export class Timeline {
  readonly #rows: SampleRows;
  readonly #schedule: (callback: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #scheduled = false;
  #frozen: SampleBase | null = null;
  #window: Window = { points: 20 };
  #cursor: Cursor | null = null;
  #connected = false;
  #marks: readonly Mark[] = [];

  constructor(options: TimelineOptions = {}) {
    this.#rows = new SampleRows(options.longestSeconds ?? 0);
    this.#rows.window = this.#window;
    this.#schedule = options.schedule ?? ((callback) => requestAnimationFrame(callback));
  }

  // --- samples

  /** The sample that is shown: the newest, or the one at which time was stopped. */
  get sample(): SampleBase | null {
    return this.#frozen ?? this.newest;
  }

  get newest(): SampleBase | null {
    return this.#rows.newest;
  }

  get oldestId(): string | null {
    return this.#rows.oldestId;
  }

  get rows(): ColumnRing {
    return this.#rows.ring;
  }

  append(sample: SampleBase): void {
    if (!this.#rows.append(sample)) {
      // The machine's clock was set back: what was pointed at is gone.
      this.#frozen = null;
      this.#cursor = null;
    }
    this.#changed();
  }

  /** Puts older samples before the oldest; see SampleRows. Returns how many were taken. */
  prepend(samples: readonly SampleBase[], gaps: ReadonlyMap<string, string> = new Map()): number {
    const taken = this.#rows.prepend(samples, gaps);
    if (taken > 0) this.#changed();
    return taken;
  }

  tellGap(reason: string): void {
    this.#rows.tellGap(reason);
  }

  column(path: Path): number {
    return this.#rows.column(path);
  }

  /** Columns for the rows of a list that come and go. */
  list(definition: ListDefinition): RowColumns {
    return this.#rows.list(definition);
  }

  /** The numbers at `path`. */
  series(path: Path): Series {
    const column = this.column(path);
    return {
      value: (row) => this.value(column, row),
      copy: (first, count, target) => this.rows.copyColumn(column, first, count, target),
    };
  }

  sections(): string[] {
    return this.#rows.sections();
  }

  value(column: number, row: number): number {
    return row < 0 ? Number.NaN : this.rows.value(column, row);
  }

  // --- the window

  get window(): Window {
    return this.#window;
  }

  set window(window: Window) {
    this.#window = window;
    this.#rows.window = window;
    this.#changed();
  }

  windowSeconds(): number {
    return "points" in this.#window ? (this.#window.points - 1) * this.#interval : this.#window.seconds;
  }

  /** How many rows fill the window. */
  rowsWanted(): number {
    return Math.ceil(this.windowSeconds() / this.#interval) + 2;
  }

  /** Null before the first sample. */
  view(): View | null {
    const end = this.#end;
    if (end === null) return null;
    const start = end - this.windowSeconds() * 1000;
    const last = this.rows.firstAt(end + 1) - 1;
    // The row that belongs to the window's start may have come a little early.
    const inside = Math.min(this.rows.firstAt(start - this.#interval * 500), last + 1);
    const first = Math.max(0, inside - 1);
    return {
      startMilliseconds: start,
      endMilliseconds: end,
      first,
      rows: last - first + 1,
      count: last - inside + 1,
    };
  }

  // --- marks

  /** What all charts mark, in the order of time. */
  get marks(): readonly Mark[] {
    return this.#marks;
  }

  set marks(marks: readonly Mark[]) {
    this.#marks = inOrder(marks);
    this.#changed();
  }

  // --- whether time moves

  /** Whether samples are arriving; what is shown is old otherwise. */
  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#changed();
  }

  get frozen(): boolean {
    return this.#frozen !== null;
  }

  /** Stops or restarts the shown time. Samples are kept either way. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen ? this.newest : null;
    this.#changed();
  }

  // --- the cursor

  /** Puts the cursor on a moment: it moves with the data. Null takes it away. */
  pointAt(milliseconds: number | null): void {
    this.#cursor = milliseconds === null ? null : { time: milliseconds };
    this.#changed();
  }

  /** Puts the cursor at a distance from the end: it stays under a resting mouse while the data moves. */
  pointBeforeEnd(milliseconds: number): void {
    this.#cursor = { beforeEnd: milliseconds };
    this.#changed();
  }

  /** Moves the cursor by rows; the first step sets out from the newest. */
  step(rows: number): void {
    const view = this.view();
    if (view === null) return;
    const last = view.first + view.rows - 1;
    const cursor = this.cursorTime();
    const here = cursor === null ? last : this.#nearestRow(cursor);
    const target = Math.min(last, Math.max(last - view.count + 1, here + rows));
    this.pointAt(this.rows.time(target));
  }

  cursorTime(): number | null {
    const end = this.#end;
    if (this.#cursor === null || end === null) return null;
    return "time" in this.#cursor ? this.#cursor.time : end - this.#cursor.beforeEnd;
  }

  /** The row whose values are read out: the one under the cursor, else the newest that is shown. -1: there is none. */
  readingRow(): number {
    const view = this.view();
    if (view === null || view.rows === 0) return -1;
    const cursor = this.cursorTime();
    if (cursor === null) return view.first + view.rows - 1;
    const row = this.#nearestRow(cursor);
    const near = Math.abs(this.rows.time(row) - cursor) <= REACH_INTERVALS * this.#interval * 1000;
    return near ? row : -1;
  }

  /** Why there is nothing under the cursor. */
  missingAtCursor(): string {
    const cursor = this.cursorTime();
    const gap = cursor === null ? null : this.#rows.gapAt(cursor);
    return gap ?? "there is no sample of this time";
  }

  // --- listeners

  /** Calls `listener` at most once a picture, after anything changed; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  statistics(): RingStatistics & { readonly listeners: number } {
    return { ...this.rows.statistics(), listeners: this.#listeners.size };
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  get #interval(): number {
    return this.sample?.interval_seconds ?? 1;
  }

  get #end(): number | null {
    return this.sample === null ? null : Date.parse(this.sample.timestamp);
  }

  #nearestRow(time: number): number {
    const after = Math.min(this.rows.firstAt(time), this.rows.count - 1);
    const before = Math.max(0, after - 1);
    return time - this.rows.time(before) < this.rows.time(after) - time ? before : after;
  }
}
