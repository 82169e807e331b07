// A list's columns out of whichever rows a timeline shows.

import type { ListDefinition, RowColumns } from "./row-columns";
import type { ListColumns, Series } from "./series";
import type { Source } from "./source";

export class ShownList implements ListColumns {
  readonly #source: () => Source;
  readonly #live: RowColumns;
  readonly #definition: ListDefinition;

  constructor(source: () => Source, live: RowColumns, definition: ListDefinition) {
    this.#source = source;
    this.#live = live;
    this.#definition = definition;
  }

  get path(): ListDefinition["path"] {
    return this.#definition.path;
  }

  get keys(): readonly string[] {
    return this.#now.keys;
  }

  // The history has no names, but what came with a sample has.
  nameOf(key: string): string {
    return this.#live.nameOf(key);
  }

  copyValues(key: string, field: string, first: number, count: number, target: Float64Array): boolean {
    return this.#now.copyValues(key, field, first, count, target);
  }

  sum(field: string): Series {
    return this.#now.sum(field);
  }

  // Held for longer than one picture, so it asks each time which rows these are.
  series(key: string, field: string): Series {
    return {
      value: (row) => this.#now.series(key, field).value(row),
      copy: (first, count, target) => this.#now.series(key, field).copy(first, count, target),
    };
  }

  get #now(): ListColumns {
    return this.#source().list(this.#definition);
  }
}
