// Which workloads the table shows, and in which order.

import type { Workload } from "../client/src/contract";
import type { UsageField } from "./measures";

export type SortField = UsageField | "name" | "kind";

export interface Sorting {
  readonly field: SortField;
  readonly descending: boolean;
}

/** The largest amounts first, names in their order. */
export function sortingBy(field: SortField): Sorting {
  return { field, descending: !isText(field) };
}

/** Another column begins its own way; the same one turns round. */
export function turned(sorting: Sorting, field: SortField): Sorting {
  return sorting.field === field ? { field, descending: !sorting.descending } : sortingBy(field);
}

/** Those with all words of `filter` in what they are called, their kind or their user. */
export function filtered(rows: readonly Workload[], filter: string): readonly Workload[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return rows;
  return rows.filter(({ id, name, kind, user }) => {
    const text = `${id} ${name} ${kind} ${user}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * The rows in order, those without a number last. Of those in `standing`, the order stays as it is: who points at a row
 * does not have it taken away.
 */
export function sorted(rows: readonly Workload[], { field, descending }: Sorting, standing: readonly string[] = []): Workload[] {
  const place = new Map(standing.map((id, index) => [id, index]));
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [before, after] = [place.get(a.id), place.get(b.id)];
    if (before !== undefined && after !== undefined) return before - after;
    if (before !== undefined || after !== undefined) return before !== undefined ? -1 : 1;
    return compared(a[field], b[field], sign) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1);
  });
}

function compared(a: string | number | null, b: string | number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
}

export function isText(field: SortField): boolean {
  return field === "name" || field === "kind";
}
