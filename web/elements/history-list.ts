// The rows of a list that come and go, out of the history, where each of their numbers is a metric of its own.

import type { HistoryRows } from "./history-rows";
import { metricName, type Path } from "./path";
import type { ListDefinition } from "./row-columns";
import { seriesOf, type ListColumns, type Series } from "./series";

export class HistoryList implements ListColumns {
  readonly #rows: HistoryRows;
  readonly #definition: ListDefinition;
  #fields = new Map<string, Set<string>>();
  #counted = -1;

  constructor(rows: HistoryRows, definition: ListDefinition) {
    this.#rows = rows;
    this.#definition = definition;
  }

  get path(): Path {
    return this.#definition.path;
  }

  get keys(): readonly string[] {
    return [...this.#known.keys()];
  }

  nameOf(key: string): string {
    return this.#definition.nameOfKey?.(key) ?? key;
  }

  copyValues(key: string, field: string, first: number, count: number, target: Float64Array): boolean {
    if (this.#known.get(key)?.has(field) !== true) return false;
    this.#of(key, field).copy(first, count, target);
    return true;
  }

  sum(field: string): Series {
    const having = [...this.#known].filter(([, fields]) => fields.has(field));
    const all = having.map(([key]) => this.#of(key, field));
    return seriesOf((row) => {
      let sum = Number.NaN;
      for (const one of all) {
        const value = one.value(row);
        if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
      }
      return sum;
    });
  }

  series(key: string, field: string): Series {
    const own = this.#of(key, field);
    const all = this.sum(field);
    return seriesOf((row) => {
      const value = own.value(row);
      return Number.isNaN(value) && !Number.isNaN(all.value(row)) ? 0 : value;
    });
  }

  #of(key: string, field: string): Series {
    return this.#rows.seriesOf(`${metricName(this.path)}.${key}.${field}`);
  }

  // A key may have dots of its own; a field has none.
  get #known(): ReadonlyMap<string, ReadonlySet<string>> {
    if (this.#counted === this.#rows.namesCount) return this.#fields;
    this.#counted = this.#rows.namesCount;
    this.#fields = new Map();
    const above = `${metricName(this.path)}.`;
    for (const name of this.#rows.names) {
      const dot = name.lastIndexOf(".");
      if (!name.startsWith(above) || dot < above.length) continue;
      const key = name.slice(above.length, dot);
      this.#fields.set(key, (this.#fields.get(key) ?? new Set()).add(name.slice(dot + 1)));
    }
    return this.#fields;
  }
}
