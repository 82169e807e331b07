// The rows of a list that come and go from sample to sample, as columns: those of their numbers that are drawn, by key.

import { find, isRecord, keysOf, type Path } from "./path";
import type { ColumnRing } from "./ring";
import { seriesOf, type ListColumns, type Series } from "./series";

export interface ListDefinition {
  readonly path: Path;
  readonly fields: readonly string[];
  /** Whether a list tells all that there is: what it does not name is 0 then, and else is not known. */
  readonly isWhole: (sample: unknown) => boolean;
  /** What a row is called of which only the key is known. */
  readonly nameOfKey?: (key: string) => string;
}

interface Kept {
  readonly name: string;
  /** 1 in the rows whose sample has it. */
  readonly present: number;
  readonly columns: Map<string, number>;
  newestTime: number;
}

// Twice what is drawn at a time. Of what is forgotten, the sums remain.
const MOST_KEPT = 48;

export class RowColumns implements ListColumns {
  readonly #ring: ColumnRing;
  readonly #definition: ListDefinition;
  readonly #kept = new Map<string, Kept>();
  readonly #sums: ReadonlyMap<string, number>;
  readonly #whole: number;
  readonly #free: number[] = [];

  constructor(ring: ColumnRing, definition: ListDefinition) {
    this.#ring = ring;
    this.#definition = definition;
    this.#sums = new Map(definition.fields.map((field) => [field, ring.addColumn()]));
    this.#whole = ring.addColumn();
  }

  get path(): Path {
    return this.#definition.path;
  }

  get keys(): string[] {
    return [...this.#kept.keys()];
  }

  nameOf(key: string): string {
    return this.#kept.get(key)?.name ?? this.#definition.nameOfKey?.(key) ?? key;
  }

  /** Takes the list of a sample into its row. One that is older than all others pushes nothing out. */
  fill(row: number, sample: unknown): void {
    const list = find(sample, this.#definition.path).value;
    if (!Array.isArray(list)) return;
    this.#ring.set(this.#whole, row, this.#definition.isWhole(sample) ? 1 : 0);
    const records = (list as readonly unknown[]).filter(isRecord);
    const time = this.#ring.time(row);
    // First those that are known, so that none of them makes room for one of the same sample.
    for (const one of records) {
      const known = this.#kept.get(keysOf(one)[0] ?? "");
      if (known !== undefined) known.newestTime = Math.max(known.newestTime, time);
    }
    for (const one of records) {
      const [key] = keysOf(one);
      const kept = key === undefined ? null : this.#keep(key, String(one["name"] ?? key), time);
      if (kept !== null) this.#fillRow(row, one, kept);
    }
    for (const [field, column] of this.#sums) {
      const values = records.map((one) => one[field]).filter((value) => typeof value === "number");
      if (values.length > 0) this.#ring.set(column, row, values.reduce((sum, value) => sum + value, 0));
    }
  }

  clear(): void {
    for (const key of this.keys) this.#forget(key);
  }

  copyValues(key: string, field: string, first: number, count: number, target: Float64Array): boolean {
    const column = this.#kept.get(key)?.columns.get(field);
    if (column === undefined) return false;
    this.#ring.copyColumn(column, first, count, target);
    return true;
  }

  sum(field: string): Series {
    return this.#seriesOf((row) => this.#ring.value(this.#sums.get(field) ?? -1, row));
  }

  series(key: string, field: string): Series {
    return this.#seriesOf((row) => {
      const kept = this.#kept.get(key);
      if (kept !== undefined && this.#ring.value(kept.present, row) === 1) {
        return this.#ring.value(kept.columns.get(field) ?? -1, row);
      }
      const isRead = !Number.isNaN(this.#ring.value(this.#sums.get(field) ?? -1, row));
      return isRead && this.#ring.value(this.#whole, row) === 1 ? 0 : Number.NaN;
    });
  }

  /** Its numbers in a row, by key and field. */
  *numbersIn(row: number): Generator<readonly [key: string, field: string, value: number]> {
    for (const [key, { columns }] of this.#kept) {
      for (const [field, column] of columns) {
        const value = this.#ring.value(column, row);
        if (!Number.isNaN(value)) yield [key, field, value];
      }
    }
  }

  #seriesOf(value: (row: number) => number): Series {
    return seriesOf((row) => (row < 0 || row >= this.#ring.count ? Number.NaN : value(row)));
  }

  #fillRow(row: number, one: Readonly<Record<string, unknown>>, kept: Kept): void {
    this.#ring.set(kept.present, row, 1);
    for (const field of this.#definition.fields) {
      const value = one[field];
      if (typeof value === "number") this.#ring.set(this.#columnOf(kept, field), row, value);
    }
  }

  #keep(key: string, name: string, time: number): Kept | null {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#kept.size >= MOST_KEPT) {
      const [longestAgo] = [...this.#kept].sort(([, a], [, b]) => a.newestTime - b.newestTime);
      if (longestAgo === undefined || longestAgo[1].newestTime >= time) return null;
      this.#forget(longestAgo[0]);
    }
    const kept = { name, present: this.#newColumn(), columns: new Map<string, number>(), newestTime: time };
    this.#kept.set(key, kept);
    return kept;
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#free.push(kept.present, ...kept.columns.values());
  }

  #columnOf(kept: Kept, field: string): number {
    let column = kept.columns.get(field);
    if (column === undefined) {
      column = this.#newColumn();
      kept.columns.set(field, column);
    }
    return column;
  }

  #newColumn(): number {
    const column = this.#free.pop();
    if (column === undefined) return this.#ring.addColumn();
    this.#ring.clearColumn(column);
    return column;
  }
}
