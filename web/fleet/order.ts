// Which rows of a table are shown, and in which order. Pure.

export interface Sorting {
  readonly field: string;
  readonly descending: boolean;
}

export type Sortable = string | number | null;

/** Another column begins its own way: amounts with the largest, texts in their order; the same one turns round. */
export function turned(sorting: Sorting, field: string, isText: boolean): Sorting {
  return sorting.field === field ? { field, descending: !sorting.descending } : { field, descending: !isText };
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * The rows in order, those without a value last, equal ones by name and key. Of those in `standing`, the order stays as
 * it is: who points at a row does not have it taken away.
 */
export function sorted<Row>(
  rows: readonly Row[],
  { descending }: Sorting,
  by: { readonly value: (row: Row) => Sortable; readonly name: (row: Row) => string; readonly key: (row: Row) => string },
  standing: readonly string[] | null = null,
): Row[] {
  const place = new Map((standing ?? []).map((key, index) => [key, index]));
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by.value(row), name: by.name(row), key: by.key(row), place: place.get(by.key(row)) ?? Infinity }))
    .sort((a, b) => byPlace(a.place, b.place) || compared(a.value, b.value, sign) || collator.compare(a.name, b.name) || (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

/** Those whose text has all words. */
export function found<Row>(rows: readonly Row[], words: string, text: (row: Row) => string): readonly Row[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return wanted.length === 0 ? rows : rows.filter((row) => wanted.every((word) => text(row).includes(word)));
}

function byPlace(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function compared(a: Sortable, b: Sortable, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
}
