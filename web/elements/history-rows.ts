// Rows out of the history, which go on with the samples that arrive: pixels, each with the mean, the lowest and the highest
// of its samples, or samples one by one.

import { GapNotes, type GapNote } from "./gap-notes";
import type { HistoryAnswer } from "./history-answer";
import { HistoryList } from "./history-list";
import { metricName, type Path } from "./path";
import { ColumnRing } from "./ring";
import type { ListDefinition } from "./row-columns";
import type { SampleRows } from "./sample-rows";
import type { ListColumns, Series } from "./series";
import type { Source, Span } from "./source";

/** What was asked for. */
export interface Question {
  readonly span: Span;
  /** It ends with the newest sample, and goes on from there. */
  readonly isOpen: boolean;
  /** Names of metrics, in which a * stands for any characters. */
  readonly names: ReadonlySet<string>;
  /** How many rows were asked for. */
  readonly points: number;
}

/** Columns of the ring; low and high are mean's where a row is a single sample. */
interface Columns {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** The samples of the pixel that grows. */
interface Sum {
  sum: number;
  count: number;
  low: number;
  high: number;
}

// A row that came late is no gap; one that never came is.
const ROWS_APART = 2.5;
const ROOM_ROWS = 64;

export class HistoryRows implements Source {
  readonly ring: ColumnRing;
  readonly gaps: GapNotes;
  readonly rowSeconds: number;
  readonly isPixels: boolean;
  /** Something is missing between it and what came after it. */
  isStale = false;
  readonly #width: number;
  readonly #columns = new Map<string, Columns>();
  readonly #lists = new Map<ListDefinition, HistoryList>();
  readonly #stars: readonly (readonly [before: string, after: string])[];
  // Samples up to this time are in.
  #until: number;
  #pixel = Number.NaN;
  #samples = 0;
  #sums = new Map<string, Sum>();

  constructor(
    readonly question: Question,
    answer: HistoryAnswer,
  ) {
    const { times, rowMilliseconds, isPixels, series, gaps } = answer;
    this.#width = rowMilliseconds;
    this.rowSeconds = rowMilliseconds / 1000;
    this.isPixels = isPixels;
    this.gaps = new GapNotes(gaps);
    this.ring = new ColumnRing(Math.max(times.length, 2 * question.points) + ROOM_ROWS);
    this.#stars = [...question.names].filter((name) => name.includes("*")).map((name) => name.split("*", 2) as [string, string]);
    for (const name of new Set([...[...question.names].filter((name) => !name.includes("*")), ...series.keys()])) this.#add(name);
    times.forEach((time, row) => {
      // In the middle of what it stands for, so that the newest does not lie after the newest sample.
      const middle = (time + Math.min(time + rowMilliseconds, Math.max(time, question.span.to))) / 2;
      this.ring.append(isPixels ? middle : time, row > 0 && this.#isBroken(times[row - 1] ?? 0, time, gaps));
    });
    for (const [name, { mean, low, high, share }] of series) {
      // Of the whole pixel, as those beside it are: they are stacked upon each other.
      const shareOf = (row: number): number => (share !== null && this.#isOfList(name) ? (share[row] ?? 1) : 1);
      times.forEach((_, row) => this.#set(name, row, (mean[row] ?? Number.NaN) * shareOf(row), low[row] ?? Number.NaN, high[row] ?? Number.NaN));
    }
    this.#until = question.span.to;
  }

  /** Until when it has rows. */
  get endMilliseconds(): number {
    return Math.max(this.question.span.to, this.#until);
  }

  /** The names that it has columns for. */
  get names(): Iterable<string> {
    return this.#columns.keys();
  }

  get namesCount(): number {
    return this.#columns.size;
  }

  series(path: Path): Series {
    return this.seriesOf(metricName(path));
  }

  seriesOf(name: string): Series {
    const column = (): Columns | undefined => this.#columns.get(name);
    return {
      value: (row) => (row < 0 || row >= this.ring.count ? Number.NaN : this.ring.value(column()?.mean ?? -1, row)),
      copy: (first, count, target) => this.#copy(column()?.mean, first, count, target),
      copyBounds: (first, count, low, high) => {
        if (!this.isPixels) return false;
        this.#copy(column()?.low, first, count, low);
        this.#copy(column()?.high, first, count, high);
        return true;
      },
    };
  }

  list(definition: ListDefinition): ListColumns {
    const list = this.#lists.get(definition) ?? new HistoryList(this, definition);
    this.#lists.set(definition, list);
    return list;
  }

  /**
   * Joins the samples that have arrived. The answer may have been made before the newest of them were written: as far as
   * they reach back its rows of single samples, or its last two of pixels, are made of them anew.
   */
  join(live: SampleRows, intervalSeconds: number): void {
    const last = this.ring.count - 1;
    const firstLive = live.ring.count > 0 ? live.ring.time(0) : Number.POSITIVE_INFINITY;
    if (!this.isPixels) {
      const end = last < 0 ? this.question.span.from : this.ring.time(last);
      // What the samples do not reach back to stays missing. As far as they do they are exact, while what is stored is rounded.
      this.isStale = last >= 0 && firstLive > end + ROWS_APART * this.#width;
      this.ring.truncate(this.ring.firstAt(firstLive));
      this.#until = Math.min(end, firstLive - 1);
    } else if (last >= 0) {
      const start = this.#startOf(this.ring.time(last));
      if (firstLive <= start - this.#width) {
        this.#until = start - this.#width - 1;
      } else {
        this.#pixel = start;
        this.#samples = Math.max(1, Math.round((this.question.span.to - start) / (intervalSeconds * 1000)));
        for (const [name, columns] of this.#columns) {
          const mean = this.ring.value(columns.mean, last);
          if (Number.isNaN(mean)) continue;
          const [low, high] = [this.ring.value(columns.low, last), this.ring.value(columns.high, last)];
          this.#sums.set(name, { sum: mean * this.#samples, count: this.#samples, low, high });
        }
      }
    }
    for (let row = live.ring.firstAt(this.#until + 1); row < live.ring.count; row += 1) this.take(live, row);
  }

  /** Takes one of the samples that have arrived, in their order. */
  take(live: SampleRows, row: number): void {
    const time = live.ring.time(row);
    if (!(time > this.#until)) return;
    if (this.isPixels) this.#grow(live, row, time);
    else {
      this.ring.append(time, live.ring.broken(row));
      for (const [name, value] of live.numbersIn(row)) if (this.#accepts(name)) this.#set(name, this.ring.count - 1, value, value, value);
    }
    this.#until = time;
  }

  #grow(live: SampleRows, liveRow: number, time: number): void {
    const start = this.#startOf(time);
    if (start !== this.#pixel) {
      this.#seal();
      this.#pixel = start;
      this.#samples = 0;
      this.#sums.clear();
    }
    this.#samples += 1;
    let row = this.ring.firstAt(start);
    if (row === this.ring.count) {
      const before = row === 0 ? start : this.#startOf(this.ring.time(row - 1));
      this.ring.append(time, start - before > ROWS_APART * this.#width);
      row = this.ring.count - 1;
    }
    if (row === this.ring.count - 1) this.ring.setTime(row, (start + Math.min(time, start + this.#width)) / 2);
    for (const [name, value] of live.numbersIn(liveRow)) {
      if (Number.isNaN(value) || !this.#accepts(name)) continue;
      const sum = this.#sums.get(name) ?? { sum: 0, count: 0, low: value, high: value };
      sum.sum += value;
      sum.count += 1;
      sum.low = Math.min(sum.low, value);
      sum.high = Math.max(sum.high, value);
      this.#sums.set(name, sum);
    }
    for (const [name, { sum, count, low, high }] of this.#sums) this.#set(name, row, sum / (this.#isOfList(name) ? this.#samples : count), low, high);
  }

  // What has grown is whole now, and stands where all others do.
  #seal(): void {
    const last = this.ring.count - 1;
    if (last >= 0 && this.#startOf(this.ring.time(last)) === this.#pixel) this.ring.setTime(last, this.#pixel + this.#width / 2);
  }

  #startOf(time: number): number {
    return Math.floor(time / this.#width + 1e-9) * this.#width;
  }

  #isBroken(before: number, time: number, gaps: readonly GapNote[]): boolean {
    if (time - before > ROWS_APART * this.#width) return true;
    const least = this.isPixels ? this.#width : 0;
    return gaps.some((gap) => gap.fromMilliseconds < time && gap.toMilliseconds > before && gap.toMilliseconds - gap.fromMilliseconds > least);
  }

  // A row of a list that is not there takes nothing then, while another value that was not read is not known.
  #isOfList(name: string): boolean {
    return this.#stars.some(([before, after]) => after !== "" && name.startsWith(before) && name.endsWith(after));
  }

  #accepts(name: string): boolean {
    if (this.#columns.has(name)) return true;
    // Of pixels a name that was not asked for would have the newest alone.
    const isAsked = this.#stars.some(([before, after]) => name.startsWith(before) && name.endsWith(after));
    if (this.isPixels && !isAsked) return false;
    this.#add(name);
    return true;
  }

  #add(name: string): void {
    const mean = this.ring.addColumn();
    this.#columns.set(name, this.isPixels ? { mean, low: this.ring.addColumn(), high: this.ring.addColumn() } : { mean, low: mean, high: mean });
  }

  #set(name: string, row: number, mean: number, low: number, high: number): void {
    const columns = this.#columns.get(name);
    if (columns === undefined) return;
    this.ring.set(columns.low, row, low);
    this.ring.set(columns.high, row, high);
    this.ring.set(columns.mean, row, mean);
  }

  #copy(column: number | undefined, first: number, count: number, target: Float64Array): void {
    if (column === undefined) target.fill(Number.NaN, 0, count);
    else this.ring.copyColumn(column, first, count, target);
  }
}
