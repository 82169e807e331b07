// What all charts of a page share: the rows of the window, the window itself, the cursor and whether time stands still.

import { gapBetween } from "./gaps";
import { ColumnRing, type RingStatistics } from "./ring";
import { metricName, numberAt, type Path, type SampleBase } from "./path";

export type Window = { readonly points: number } | { readonly seconds: number };

/** A gap between two rows, with the reason that was told or found. */
export interface GapNote {
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
  readonly reason: string;
}

/** The part of the rows that is shown. `count` leaves out the row before the window that `first` may begin with. */
export interface View {
  readonly startMilliseconds: number;
  readonly endMilliseconds: number;
  readonly first: number;
  readonly rows: number;
  readonly count: number;
}

export type Listener = () => void;

export interface TimelineOptions {
  /** The longest window that is offered; what is older is given up. */
  readonly longestSeconds: number;
  /** Runs a callback before the next picture. In a hidden tab requestAnimationFrame runs none, so nothing is drawn. */
  readonly schedule?: (callback: () => void) => void;
}

// Twice the longest window: what is frozen on screen must not be overwritten at once.
const KEPT_WINDOWS = 2;
const NOTES_KEPT = 200;

export class Timeline {
  readonly #longestSeconds: number;
  readonly #schedule: (callback: () => void) => void;
  readonly #listeners = new Set<Listener>();
  readonly #columns = new Map<string, { readonly path: Path; readonly column: number }>();
  #ring = new ColumnRing(64);
  #ids: { newest: string; oldest: string } | null = null;
  #newest: SampleBase | null = null;
  #frozen: SampleBase | null = null;
  #window: Window = { points: 20 };
  #cursor: { readonly time: number } | { readonly beforeEnd: number } | null = null;
  #told: string | null = null;
  #notes: GapNote[] = [];
  #scheduled = false;
  #connected = false;

  constructor(options: TimelineOptions) {
    this.#longestSeconds = options.longestSeconds;
    this.#schedule = options.schedule ?? ((callback) => requestAnimationFrame(callback));
  }

  /** The sample that is shown: the newest, or the one at which time was stopped. */
  get sample(): SampleBase | null {
    return this.#frozen ?? this.#newest;
  }

  get newest(): SampleBase | null {
    return this.#newest;
  }

  get frozen(): boolean {
    return this.#frozen !== null;
  }

  get window(): Window {
    return this.#window;
  }

  set window(window: Window) {
    this.#window = window;
    this.changed();
  }

  /** Whether samples are arriving; the charts show it at their right edge. */
  get connected(): boolean {
    return this.#connected;
  }

  set connected(connected: boolean) {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.changed();
  }

  get notes(): readonly GapNote[] {
    return this.#notes;
  }

  /** Calls `listener` at most once a picture, after anything changed; returns what ends that. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The column that keeps the number at `path`, made at its first use. */
  column(path: Path): number {
    const name = metricName(path);
    const known = this.#columns.get(name);
    if (known !== undefined) return known.column;
    const column = this.#ring.addColumn();
    this.#columns.set(name, { path, column });
    if (this.#newest !== null && this.#ring.count > 0) {
      this.#ring.set(column, this.#ring.count - 1, numberAt(this.#newest, path));
    }
    return column;
  }

  append(sample: SampleBase): void {
    const time = Date.parse(sample.timestamp);
    if (Number.isNaN(time)) return;
    this.#reserve(sample.interval_seconds);
    const last = this.#ring.count - 1;
    const before = last < 0 ? null : this.#ring.time(last);
    if (before !== null && time <= before) this.#restart();
    const gap = this.#told ?? this.#gapAfter(sample, time);
    this.#told = null;
    if (gap !== null && before !== null) this.#note({ fromMilliseconds: before, toMilliseconds: time, reason: gap });
    this.#ring.append(time, gap !== null);
    this.#fill(this.#ring.count - 1, sample);
    this.#ids = { newest: sample.id, oldest: this.#ids?.oldest ?? sample.id };
    this.#newest = sample;
    this.changed();
  }

  /**
   * Puts older samples before the oldest row. `samples` rise in time and reach at least to that row, whose own sample
   * and all after it are left out: so the join has neither a seam nor a double. Returns how many were taken.
   */
  prepend(samples: readonly SampleBase[]): number {
    const oldest = this.#ids?.oldest;
    const join = samples.findIndex((sample) => sample.id === oldest);
    if (join < 0) return 0;
    let taken = 0;
    for (let index = join - 1; index >= 0; index -= 1) {
      const sample = samples[index];
      const after = samples[index + 1];
      if (sample === undefined || after === undefined) break;
      const [from, to] = [Date.parse(sample.timestamp), Date.parse(after.timestamp)];
      if (!(from < to) || !this.#ring.prepend(from, false)) break;
      this.#fill(0, sample);
      const gap = gapBetween(
        { id: sample.id, milliseconds: from },
        { id: after.id, milliseconds: to },
        after.interval_seconds,
      );
      this.#ring.setBroken(1, gap !== null);
      if (gap !== null) this.#note({ fromMilliseconds: from, toMilliseconds: to, reason: gap });
      this.#ids = { newest: this.#ids?.newest ?? sample.id, oldest: sample.id };
      taken += 1;
    }
    if (taken > 0) this.changed();
    return taken;
  }

  /** The server told of a gap; it stands before the next sample. */
  tellGap(reason: string): void {
    this.#told = reason;
  }

  /** Stops or restarts the shown time. Samples are kept either way. */
  freeze(frozen: boolean): void {
    this.#frozen = frozen ? this.#newest : null;
    this.changed();
  }

  /** The cursor on a moment: it moves with the data. Null takes it away. */
  pointAt(time: number | null): void {
    this.#cursor = time === null ? null : { time };
    this.changed();
  }

  /** The cursor at a distance from the window's end: it stays under a resting mouse while the data moves. */
  pointBeforeEnd(milliseconds: number): void {
    this.#cursor = { beforeEnd: milliseconds };
    this.changed();
  }

  /** Moves the cursor by rows, from the newest one when there is none yet. */
  step(rows: number): void {
    const view = this.view();
    if (view === null) return;
    const last = view.first + view.rows - 1;
    const here = this.cursorTime() === null ? last + (rows < 0 ? 1 : 0) : this.#nearestRow(this.cursorTime() ?? 0);
    const target = Math.min(last, Math.max(last - view.count + 1, here + rows));
    this.pointAt(this.#ring.time(target));
  }

  cursorTime(): number | null {
    const end = this.#end();
    if (this.#cursor === null || end === null) return null;
    return "time" in this.#cursor ? this.#cursor.time : end - this.#cursor.beforeEnd;
  }

  /** The row whose values are to be read: the one under the cursor, else the newest shown. -1 in a gap. */
  readingRow(): number {
    const view = this.view();
    if (view === null || view.rows === 0) return -1;
    const cursor = this.cursorTime();
    if (cursor === null) return view.first + view.rows - 1;
    const row = this.#nearestRow(cursor);
    const reach = 600 * (this.sample?.interval_seconds ?? 1);
    return Math.abs(this.#ring.time(row) - cursor) <= reach ? row : -1;
  }

  time(row: number): number {
    return this.#ring.time(row);
  }

  value(column: number, row: number): number {
    return row < 0 ? Number.NaN : this.#ring.value(column, row);
  }

  /** Null before the first sample. */
  view(): View | null {
    const end = this.#end();
    if (end === null) return null;
    const span = this.windowSeconds() * 1000;
    const interval = (this.sample?.interval_seconds ?? 1) * 1000;
    const last = Math.min(this.#ring.count, this.#ring.firstAt(end + 1)) - 1;
    // Half an interval of tolerance: the row that belongs to the window's start may have come a little early.
    const inside = Math.min(this.#ring.firstAt(end - span - interval / 2), last + 1);
    const first = Math.max(0, inside - 1);
    return {
      startMilliseconds: end - span,
      endMilliseconds: end,
      first,
      rows: last - first + 1,
      count: last - inside + 1,
    };
  }

  windowSeconds(): number {
    const interval = this.sample?.interval_seconds ?? 1;
    return "points" in this.#window ? (this.#window.points - 1) * interval : this.#window.seconds;
  }

  /** How many rows a window needs that is full. */
  rowsWanted(): number {
    const interval = this.#newest?.interval_seconds ?? 1;
    return Math.ceil(this.windowSeconds() / interval) + 2;
  }

  /** The parts of a sample that the columns are read from. */
  sections(): string[] {
    return [...new Set([...this.#columns.values()].map(({ path }) => metricName(path.slice(0, 2))))];
  }

  get rows(): ColumnRing {
    return this.#ring;
  }

  get oldestId(): string | null {
    return this.#ids?.oldest ?? null;
  }

  statistics(): RingStatistics & { readonly listeners: number } {
    return { ...this.#ring.statistics(), listeners: this.#listeners.size };
  }

  /** Tells the listeners before the next picture. */
  changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  #end(): number | null {
    return this.sample === null ? null : Date.parse(this.sample.timestamp);
  }

  #nearestRow(time: number): number {
    const after = Math.min(this.#ring.firstAt(time), this.#ring.count - 1);
    const before = Math.max(0, after - 1);
    return time - this.#ring.time(before) < this.#ring.time(after) - time ? before : after;
  }

  #gapAfter(sample: SampleBase, milliseconds: number): string | null {
    if (this.#ids === null || this.#ring.count === 0) return null;
    const before = { id: this.#ids.newest, milliseconds: this.#ring.time(this.#ring.count - 1) };
    return gapBetween(before, { id: sample.id, milliseconds }, sample.interval_seconds);
  }

  #note(note: GapNote): void {
    this.#notes.push(note);
    if (this.#notes.length > NOTES_KEPT) this.#notes.shift();
  }

  #fill(row: number, sample: SampleBase): void {
    for (const { path, column } of this.#columns.values()) this.#ring.set(column, row, numberAt(sample, path));
  }

  #reserve(intervalSeconds: number): void {
    const points = "points" in this.#window ? this.#window.points : 0;
    const rows = Math.max(this.#longestSeconds / intervalSeconds, points) * KEPT_WINDOWS;
    this.#ring.grow(Math.ceil(rows) + 8);
  }

  // The machine's clock was set back: times must rise, so what was kept cannot stand beside what comes.
  #restart(): void {
    this.#ring.clear();
    this.#ids = null;
    this.#notes = [];
    this.#frozen = null;
    this.#cursor = null;
  }
}
