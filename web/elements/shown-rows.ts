// The rows that a timeline shows: the samples that have arrived, or the history where they do not reach back far enough.

import type { GapNote } from "./gap-notes";
import type { HistoryRows } from "./history-rows";
import type { Path, SampleBase } from "./path";
import type { ListDefinition } from "./row-columns";
import { SampleRows } from "./sample-rows";
import type { ListColumns, Series } from "./series";
import { ShownList } from "./shown-list";
import type { Source, Span } from "./source";

/** What of the history is shown. */
export interface HistoryWanted {
  readonly span: Span;
  /** It goes on with the samples. */
  readonly isOpen: boolean;
  /** Without it there would be little to see: not just what was before the server was started. */
  readonly isNeeded: boolean;
}

export class ShownRows {
  readonly live: SampleRows;
  // Both are kept: who goes back from a stretch of the past to what is live finds it there.
  #open: HistoryRows | null = null;
  #closed: HistoryRows | null = null;
  readonly #wanted: () => HistoryWanted | null;
  readonly #held = new Map<string, number>();

  /** `wanted` tells what the samples that have arrived are not enough for, now. */
  constructor(longestSeconds: number, wanted: () => HistoryWanted | null) {
    this.live = new SampleRows(longestSeconds);
    this.#wanted = wanted;
  }

  get source(): Source {
    return this.shownHistory ?? this.live;
  }

  /** The history where it is what is shown. */
  get shownHistory(): HistoryRows | null {
    const wanted = this.#wanted();
    if (wanted === null) return null;
    const isThere = this.#closed !== null && this.#closed.question.span.from < wanted.span.to && wanted.span.from < this.#closed.endMilliseconds;
    return !wanted.isOpen && isThere ? this.#closed : this.#open;
  }

  /** The last answer for what is shown now: for what is live, or for a stretch of the past. */
  get history(): HistoryRows | null {
    return this.#wanted()?.isOpen === false ? this.#closed : this.#open;
  }

  put(rows: HistoryRows): void {
    if (rows.question.isOpen) this.#open = rows;
    else this.#closed = rows;
  }

  forget(): void {
    this.#open = this.#closed = null;
  }

  /** Takes the newest sample; false when the machine's clock was set back, and all older rows are given up. */
  append(sample: SampleBase): boolean {
    const isLater = this.live.append(sample);
    if (!isLater) this.forget();
    this.#open?.take(this.live, this.live.ring.count - 1);
    return isLater;
  }

  tellGap(reason: string, isElsewhere: boolean): void {
    this.live.tellGap(reason);
    if (isElsewhere && this.#open !== null) this.#open.isStale = true;
  }

  /** Why and where samples are missing. */
  gapsBetween(start: number, end: number): readonly GapNote[] {
    const history = this.shownHistory;
    const live = this.live.gaps.between(start, end);
    if (history === null) return live;
    const newer = live.filter(({ fromMilliseconds }) => fromMilliseconds >= history.question.span.to);
    return [...history.gaps.between(start, end), ...newer];
  }

  /** The numbers at `path`, in whichever rows are shown. */
  series(path: Path): Series {
    this.live.column(path);
    return {
      value: (row) => this.source.series(path).value(row),
      copy: (first, count, target) => this.source.series(path).copy(first, count, target),
      copyBounds: (first, count, low, high) => this.source.series(path).copyBounds?.(first, count, low, high) ?? false,
    };
  }

  list(definition: ListDefinition): ListColumns {
    return new ShownList(() => this.source, this.live.list(definition), definition);
  }

  /** Says that these names are drawn. Returns what ends that. */
  hold(names: readonly string[]): () => void {
    const count = (by: number): void => {
      for (const name of names) this.#held.set(name, (this.#held.get(name) ?? 0) + by);
      for (const name of names) if (this.#held.get(name) === 0) this.#held.delete(name);
    };
    count(1);
    let isHeld = true;
    return () => {
      if (isHeld) count(-1);
      isHeld = false;
    };
  }

  get held(): Iterable<string> {
    return this.#held.keys();
  }
}
