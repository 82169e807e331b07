// Samples as rows of numbers: which columns are kept, where the line breaks between two rows, and why.

import { GapNotes } from "./gap-notes";
import { gapBetween, parseId } from "./gaps";
import { metricName, numberAt, type Path, type SampleBase } from "./path";
import { ColumnRing } from "./ring";
import { RowColumns, type ListDefinition } from "./row-columns";
import { sectionOf, union } from "./sections";
import type { Series } from "./series";
import type { Source } from "./source";
import type { Window } from "./timeline";

// Twice the longest window: what is frozen on screen must not be overwritten at once.
const KEPT_WINDOWS = 2;
const LEAST_ROWS = 64;
// Columns are named by what is drawn, which may be some pictures after the samples came.
const RECENT_KEPT = 20;

export class SampleRows implements Source {
  readonly ring = new ColumnRing(LEAST_ROWS);
  readonly gaps = new GapNotes();
  oldestId: string | null = null;
  /** The window that is shown: at least its rows are kept. */
  window: Window = { points: 0 };
  readonly #longestSeconds: number;
  readonly #columns = new Map<string, { readonly path: Path; readonly column: number }>();
  readonly #lists = new Map<ListDefinition, RowColumns>();
  #recent: SampleBase[] = [];
  #told: string | null = null;

  constructor(longestSeconds: number) {
    this.#longestSeconds = longestSeconds;
  }

  get newest(): SampleBase | null {
    return this.#recent.at(-1) ?? null;
  }

  get rowSeconds(): number {
    return this.newest?.interval_seconds ?? 1;
  }

  /** Whether the oldest row is the first sample since the server was started. */
  get isWhole(): boolean {
    return this.oldestId !== null && parseId(this.oldestId)?.sequence === 1;
  }

  reachesBack(milliseconds: number): boolean {
    return this.ring.count > 0 && this.ring.time(0) <= milliseconds;
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

  series(path: Path): Series {
    const column = this.column(path);
    return {
      value: (row) => (row < 0 ? Number.NaN : this.ring.value(column, row)),
      copy: (first, count, target) => this.ring.copyColumn(column, first, count, target),
    };
  }

  /** All numbers of a row, by the names that the history has for them. */
  *numbersIn(row: number): Generator<readonly [name: string, value: number]> {
    for (const [name, { column }] of this.#columns) yield [name, this.ring.value(column, row)];
    for (const list of this.#lists.values()) {
      const above = metricName(list.path);
      for (const [key, field, value] of list.numbersIn(row)) yield [`${above}.${key}.${field}`, value];
    }
  }

  /** Columns for the rows of a list; the newest samples are in them at once. */
  list(definition: ListDefinition): RowColumns {
    const known = this.#lists.get(definition);
    if (known !== undefined) return known;
    const list = new RowColumns(this.ring, definition);
    this.#lists.set(definition, list);
    const first = this.ring.count - this.#recent.length;
    this.#recent.forEach((sample, index) => list.fill(first + index, sample));
    return list;
  }

  /** The parts of a sample that the columns are read from. */
  sections(): string[] {
    return union([...this.#columns.values(), ...this.#lists.values()].map(({ path }) => sectionOf(path)));
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
      if (gap !== null) this.gaps.add({ fromMilliseconds: from, toMilliseconds: to, reason: gap });
      this.oldestId = sample.id;
      taken += 1;
    }
    return taken;
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
    if (gap !== null) this.gaps.add({ fromMilliseconds: before, toMilliseconds: time, reason: gap });
    return gap;
  }

  #fill(row: number, sample: SampleBase): void {
    for (const { path, column } of this.#columns.values()) this.ring.set(column, row, numberAt(sample, path));
    for (const list of this.#lists.values()) list.fill(row, sample);
  }

  #clear(): void {
    this.ring.clear();
    for (const list of this.#lists.values()) list.clear();
    this.gaps.clear();
    this.#recent = [];
    this.oldestId = null;
  }
}

function moment(sample: SampleBase, milliseconds: number): { id: string; milliseconds: number } {
  return { id: sample.id, milliseconds };
}
