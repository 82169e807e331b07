// What all charts of a page share: the rows, the window over them, the cursor, and whether time stands still.

import { Cursor } from "./cursor";
import type { GapNote } from "./gap-notes";
import type { HistoryRows } from "./history-rows";
import { inOrder, type Mark } from "./marks";
import type { Path, SampleBase } from "./path";
import type { ColumnRing, RingStatistics } from "./ring";
import type { ListDefinition } from "./row-columns";
import type { SampleRows } from "./sample-rows";
import type { ListColumns, Series } from "./series";
import { ShownRows, type HistoryWanted } from "./shown-rows";
import type { Span } from "./source";

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
  /** Whether older rows are fetched (HistoryFeed): a stretch can be marked then and zoomed to, and a moment held. */
  readonly hasHistory?: boolean;
  /** Runs a callback before the next picture. In a hidden tab requestAnimationFrame runs none, so nothing is drawn. */
  readonly schedule?: (callback: () => void) => void;
}

// A row is read out for a cursor up to this far from it.
const REACH_ROWS = 0.6;
// A longer window is drawn out of the history: it has more samples than there are pixels, and the server's ring keeps no more.
const MOST_LIVE_ROWS = 600;

export class Timeline {
  readonly hasHistory: boolean;
  readonly #shown: ShownRows;
  readonly #cursor = new Cursor();
  readonly #schedule: (callback: () => void) => void;
  readonly #listeners = new Set<() => void>();
  #scheduled = false;
  #stopped: { readonly sample: SampleBase; readonly isPast: boolean } | null = null;
  #zoomed: Span | null = null;
  #window: Window = { points: 20 };
  #connected = false;
  #marks: readonly Mark[] = [];

  constructor(options: TimelineOptions = {}) {
    this.#shown = new ShownRows(options.longestSeconds ?? 0, () => this.historyWanted());
    this.hasHistory = options.hasHistory ?? false;
    this.live.window = this.hasHistory ? { points: MOST_LIVE_ROWS } : this.#window;
    this.#schedule = options.schedule ?? ((callback) => requestAnimationFrame(callback));
  }

  // --- samples

  /** The sample that is shown: the newest, or the one at which time was stopped. */
  get sample(): SampleBase | null {
    return this.#stopped?.sample ?? this.newest;
  }

  get newest(): SampleBase | null {
    return this.live.newest;
  }

  get oldestId(): string | null {
    return this.live.oldestId;
  }

  /** The samples that have arrived, whatever is shown. */
  get live(): SampleRows {
    return this.#shown.live;
  }

  /** The rows that are shown: of samples, or of the history. */
  get rows(): ColumnRing {
    return this.#shown.source.ring;
  }

  append(sample: SampleBase): void {
    if (!this.#shown.append(sample)) {
      // The machine's clock was set back: what was pointed at is gone.
      if (this.#stopped?.isPast === false) this.#stopped = null;
      this.#cursor.put(null);
    }
    this.#changed();
  }

  /** Puts older samples before the oldest; see SampleRows. Returns how many were taken. */
  prepend(samples: readonly SampleBase[], gaps: ReadonlyMap<string, string> = new Map()): number {
    const taken = this.live.prepend(samples, gaps);
    if (taken > 0) this.#changed();
    return taken;
  }

  /** The next sample does not follow the one before. `isElsewhere`: those between were taken, and the history may have them. */
  tellGap(reason: string, isElsewhere = true): void {
    this.#shown.tellGap(reason, isElsewhere);
  }

  column(path: Path): number {
    return this.live.column(path);
  }

  /** Columns for the rows of a list that come and go. */
  list(definition: ListDefinition): ListColumns {
    return this.#shown.list(definition);
  }

  /** The numbers at `path`, in the rows that are shown. */
  series(path: Path): Series {
    return this.#shown.series(path);
  }

  sections(): string[] {
    return this.live.sections();
  }

  // --- the history

  /** Says that the metrics of these names (a * in one stands for any characters) are drawn. Returns what ends that. */
  hold(names: readonly string[]): () => void {
    return this.#shown.hold(names);
  }

  /** The names of what is drawn. */
  get held(): Iterable<string> {
    return this.#shown.held;
  }

  /** What the samples that have arrived are not enough for; null where they are. */
  historyWanted(): HistoryWanted | null {
    const span = this.span();
    if (span === null || this.newest === null) return null;
    const interval = this.#interval * 1000;
    const isShort = span.to - span.from <= MOST_LIVE_ROWS * interval;
    const isRecent = this.#zoomed === null && this.past === null;
    // Where each sample is to be seen, those that are here are as good.
    const isHere = this.live.reachesBack(span.from + interval);
    if (isHere && (isShort || !isRecent)) return null;
    // They are fetched, too (Past), as far as the server has them without a history: since it was started.
    if (isShort && isRecent && !this.live.isWhole) return null;
    return { span, isOpen: isRecent, isNeeded: !(isShort && isRecent) };
  }

  /** The last answer of the history for what is shown; what it does not have is missing or shown out of samples. */
  get history(): HistoryRows | null {
    return this.#shown.history;
  }

  putHistory(rows: HistoryRows): void {
    this.#shown.put(rows);
    this.#changed();
  }

  /** How far two rows are apart. */
  get rowSeconds(): number {
    return this.#shown.source.rowSeconds;
  }

  /** How long the stretch is that a row stands for, where that is more than one sample; else null. */
  get pixelSeconds(): number | null {
    const history = this.#shown.shownHistory;
    return history?.isPixels === true ? history.rowSeconds : null;
  }

  /** Why and where samples are missing. */
  gapsBetween(start: number, end: number): readonly GapNote[] {
    return this.#shown.gapsBetween(start, end);
  }

  // --- the window

  get window(): Window {
    return this.#window;
  }

  set window(window: Window) {
    this.#window = window;
    this.#zoomed = null;
    this.#cursor.selection = null;
    // What the history has need not be kept here.
    if (!this.hasHistory) this.live.window = window;
    this.#changed();
  }

  /** The length of what is shown. */
  windowSeconds(): number {
    if (this.#zoomed !== null) return (this.#zoomed.to - this.#zoomed.from) / 1000;
    return "points" in this.#window ? (this.#window.points - 1) * this.#interval : this.#window.seconds;
  }

  /** How many rows fill the window. */
  rowsWanted(): number {
    return Math.ceil(this.windowSeconds() / this.#interval) + 2;
  }

  /** From where to where the charts go; null before the first sample. */
  span(): Span | null {
    const { sample } = this;
    if (sample === null) return null;
    const to = Date.parse(sample.timestamp);
    return this.#zoomed ?? { from: to - this.windowSeconds() * 1000, to };
  }

  /** Null before the first sample. */
  view(): View | null {
    const span = this.span();
    if (span === null) return null;
    const { ring, rowSeconds } = this.#shown.source;
    const last = ring.firstAt(span.to + 1) - 1;
    // The row that belongs to the window's start may have come a little early.
    const inside = Math.min(ring.firstAt(span.from - rowSeconds * 500), last + 1);
    const first = Math.max(0, inside - 1);
    return {
      startMilliseconds: span.from,
      endMilliseconds: span.to,
      first,
      rows: last - first + 1,
      count: last - inside + 1,
    };
  }

  // --- a stretch of the past

  /** The stretch that the charts show in place of the window. */
  get zoomed(): Span | null {
    return this.#zoomed;
  }

  /** Null goes back to the window. What is shorter than two samples is not worth a chart. */
  zoom(span: Span | null): void {
    const least = 2000 * this.#interval;
    this.#cursor.selection = null;
    this.#cursor.put(null);
    this.#zoomed = span === null || span.to - span.from >= least ? span : null;
    this.#changed();
  }

  /** The stretch that is marked in all charts, to be zoomed to. */
  get selection(): Span | null {
    return this.#cursor.selection;
  }

  /** Moves one end of the marked stretch by rows, the cursor's; the other is where the cursor was before. */
  stretch(rows: number): void {
    const span = this.span();
    if (span === null) return;
    const before = this.cursorTime() ?? span.to;
    this.step(rows);
    this.#cursor.extend(before, this.cursorTime() ?? span.to, span);
  }

  /** Marks what lies between two times, in either order; null marks nothing. */
  select(one: number | null, other = 0): void {
    const span = this.span();
    if (one === null || span === null) this.#cursor.selection = null;
    else this.#cursor.select(one, other, span);
    this.#changed();
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
    return this.#stopped !== null;
  }

  /** The sample of a past moment that is shown, as it was asked for; null where the newest is, or was when time was stopped. */
  get past(): SampleBase | null {
    return this.#stopped?.isPast === true ? this.#stopped.sample : null;
  }

  /** Stops or restarts the shown time. Samples are kept either way. */
  freeze(frozen: boolean): void {
    this.#stopped = frozen && this.newest !== null ? { sample: this.newest, isPast: false } : null;
    this.#changed();
  }

  /** Shows a past moment by its sample: the charts end there. */
  showPast(sample: SampleBase): void {
    this.#stopped = { sample, isPast: true };
    this.#zoomed = null;
    this.#cursor.put(null);
    this.#changed();
  }

  // --- the cursor

  /** Puts the cursor on a moment: it moves with the data. Null takes it away. */
  pointAt(milliseconds: number | null): void {
    this.#cursor.put(milliseconds);
    this.#changed();
  }

  /** Puts the cursor at a distance from the end: it stays under a resting mouse while the data moves. */
  pointBeforeEnd(milliseconds: number): void {
    this.#cursor.putBeforeEnd(milliseconds);
    this.#changed();
  }

  /** Puts the cursor on a moment and leaves it there, wherever a mouse goes. Null lets it go. */
  holdAt(milliseconds: number | null): void {
    this.#cursor.put(milliseconds, true);
    this.#changed();
  }

  /** The cursor stands where it was put. */
  get isHeld(): boolean {
    return this.#cursor.isHeld;
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
    const span = this.span();
    return span === null ? null : this.#cursor.timeIn(span);
  }

  /** The row whose values are read out: the one under the cursor, else the newest that is shown. -1: there is none. */
  readingRow(): number {
    const view = this.view();
    if (view === null || view.rows === 0) return -1;
    const cursor = this.cursorTime();
    if (cursor === null) return view.first + view.rows - 1;
    const row = this.#nearestRow(cursor);
    const near = Math.abs(this.rows.time(row) - cursor) <= REACH_ROWS * this.rowSeconds * 1000;
    return near ? row : -1;
  }

  /** Why no samples were taken at the cursor; null where none is known to be missing. */
  gapAtCursor(): string | null {
    const cursor = this.cursorTime();
    return cursor === null ? null : (this.gapsBetween(cursor, cursor)[0]?.reason ?? null);
  }

  /** Why there is nothing under the cursor. */
  missingAtCursor(): string {
    return this.gapAtCursor() ?? "there is no sample of this time";
  }

  // --- listeners

  /** Calls `listener` at most once a picture, after anything changed; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  statistics(): RingStatistics & { readonly listeners: number } {
    return { ...this.live.ring.statistics(), listeners: this.#listeners.size };
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

  #nearestRow(time: number): number {
    const after = Math.min(this.rows.firstAt(time), this.rows.count - 1);
    const before = Math.max(0, after - 1);
    return time - this.rows.time(before) < this.rows.time(after) - time ? before : after;
  }
}
