// Samples as rows of numbers: which columns are kept, where the line breaks between two rows, and why.

import { gapBetween } from "./gaps";
import { metricName, numberAt, type Path, type SampleBase } from "./path";
import { ColumnRing } from "./ring";
import { RowColumns, type ListDefinition } from "./row-columns";
import { sectionOf, union } from "./sections";
import type { Window } from "./timeline";

/** A stretch without samples, with the reason that was told or found. */
export interface GapNote {
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
  readonly reason: string;
}

// Twice the longest window: what is frozen on screen must not be overwritten at once.
const KEPT_WINDOWS = 2;
const LEAST_ROWS = 64;
const NOTES_KEPT = 200;
// Columns are named by what is drawn, which may be some pictures after the samples came.
const RECENT_KEPT = 20;

export class SampleRows {
  readonly ring = new ColumnRing(LEAST_ROWS);
  oldestId: string | null = null;
  /** The window that is shown: at least its rows are kept. */
  window: Window = { points: 0 };
  readonly #longestSeconds: number;
  readonly #columns = new Map<string, { readonly path: Path; readonly column: number }>();
  readonly #lists: RowColumns[] = [];
  #recent: SampleBase[] = [];
  #told: string | null = null;
  #notes: GapNote[] = [];

  constructor(longestSeconds: number) {
    this.#longestSeconds = longestSeconds;
  }

  get newest(): SampleBase | null {
    return this.#recent.at(-1) ?? null;
  }

  /** The column that keeps the number at `path`, made at its first use; the newest rows have their values at once. */
  column(path: Path): number {
    const name = metricName(path);
    const known = this.#columns.get(name);
    if (known !== undefined) return known.column;
    const column = this.ring.addColumn();
    this.#columns.set(name, { path, column });
    const first = this.ring.count - this.#recent.length;
    this.#recent.forEach((sample, index) => this.ring.set(column, first + index, numberAt(sample, path)));
    return column;
  }

  /** Columns for the rows of a list; the newest samples are in them at once. */
  list(definition: ListDefinition): RowColumns {
    const list = new RowColumns(this.ring, definition);
    this.#lists.push(list);
    const first = this.ring.count - this.#recent.length;
    this.#recent.forEach((sample, index) => list.fill(first + index, sample));
    return list;
  }

  /** The parts of a sample that the columns are read from. */
  sections(): string[] {
    return union([...this.#columns.values(), ...this.#lists].map(({ path }) => sectionOf(path)));
  }

  /** The server told of a gap; it stands before the next sample. */
  tellGap(reason: string): void {
    this.#told = reason;
  }

  /** Takes the newest sample. False when its time lies before the last one's: then all older rows are given up. */
  append(sample: SampleBase): boolean {
    const time = Date.parse(sample.timestamp);
    if (Number.isNaN(time)) return true;
    const risen = this.ring.count === 0 || time > this.ring.time(this.ring.count - 1);
    if (!risen) this.#clear();
    this.ring.grow(this.#rowsToKeep(sample.interval_seconds));
    const gap = this.#gapBefore(sample, time);
    this.#told = null;
    this.ring.append(time, gap !== null);
    this.#fill(this.ring.count - 1, sample);
    this.#recent.push(sample);
    if (this.#recent.length > RECENT_KEPT) this.#recent.shift();
    this.oldestId ??= sample.id;
    return risen;
  }

  /**
   * Puts older samples before the oldest row. `samples` rise in time and reach at least to that row, whose own sample
   * and all after it are left out: so the join has neither a seam nor a double. `gaps` are those that the server told
   * of, by the id of the sample that comes after. Returns how many were taken.
   */
  prepend(samples: readonly SampleBase[], gaps: ReadonlyMap<string, string>): number {
    const join = samples.findIndex((sample) => sample.id === this.oldestId);
    let taken = 0;
    for (let index = join - 1; index >= 0; index -= 1) {
      const sample = samples[index];
      const after = samples[index + 1];
      if (sample === undefined || after === undefined) break;
      const [from, to] = [Date.parse(sample.timestamp), Date.parse(after.timestamp)];
      if (!(from < to) || !this.ring.prepend(from, false)) break;
      this.#fill(0, sample);
      const gap = gaps.get(after.id) ?? gapBetween(moment(sample, from), moment(after, to), after.interval_seconds);
      this.ring.setBroken(1, gap !== null);
      if (gap !== null) this.#note({ fromMilliseconds: from, toMilliseconds: to, reason: gap });
      this.oldestId = sample.id;
      taken += 1;
    }
    return taken;
  }

  /** Why there is no sample at a time; null where none is known to be missing. */
  gapAt(milliseconds: number): string | null {
    const within = (note: GapNote): boolean =>
      note.fromMilliseconds < milliseconds && milliseconds < note.toMilliseconds;
    return this.#notes.find(within)?.reason ?? null;
  }

  #rowsToKeep(intervalSeconds: number): number {
    const { window } = this;
    const shown = "points" in window ? window.points : window.seconds / intervalSeconds;
    return Math.ceil(Math.max(shown, this.#longestSeconds / intervalSeconds) * KEPT_WINDOWS) + LEAST_ROWS;
  }

  #gapBefore(sample: SampleBase, time: number): string | null {
    const last = this.ring.count - 1;
    if (last < 0 || this.newest === null) return null;
    const before = this.ring.time(last);
    const gap =
      this.#told ?? gapBetween(moment(this.newest, before), moment(sample, time), sample.interval_seconds);
    if (gap !== null) this.#note({ fromMilliseconds: before, toMilliseconds: time, reason: gap });
    return gap;
  }

  #fill(row: number, sample: SampleBase): void {
    for (const { path, column } of this.#columns.values()) this.ring.set(column, row, numberAt(sample, path));
    for (const list of this.#lists) list.fill(row, sample);
  }

  #note(note: GapNote): void {
    this.#notes.push(note);
    if (this.#notes.length > NOTES_KEPT) this.#notes.shift();
  }

  #clear(): void {
    this.ring.clear();
    for (const list of this.#lists) list.clear();
    this.#notes = [];
    this.#recent = [];
    this.oldestId = null;
  }
}

function moment(sample: SampleBase, milliseconds: number): { id: string; milliseconds: number } {
  return { id: sample.id, milliseconds };
}
