// What the address of the fleet's page says: #tab=work&sort=-cpu&show=silent&find=WORDS. What is usual is left out.
// #host/NAME leads to the page of a machine, and what stands after it to a place in that.

import type { Sorting } from "./order";

export type TabName = "machines" | "work";
export type Filter = "all" | "silent" | "clock" | "trouble" | "busy";

export interface Shown {
  readonly tab: TabName;
  readonly sorting: Sorting;
  readonly filter: Filter;
  readonly words: string;
}

export const FIRST_SORTING: Readonly<Record<TabName, Sorting>> = {
  machines: { field: "trouble", descending: true },
  work: { field: "state", descending: true },
};
const FILTERS: readonly Filter[] = ["all", "silent", "clock", "trouble", "busy"];

export function shownIn(hash: string): Shown {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const tab: TabName = parts.get("tab") === "work" ? "work" : "machines";
  const sort = /^(-?)([a-z]+)$/.exec(parts.get("sort") ?? "");
  return {
    tab,
    sorting: sort === null ? FIRST_SORTING[tab] : { field: sort[2] ?? "", descending: sort[1] === "-" },
    filter: FILTERS.find((one) => one === parts.get("show")) ?? "all",
    words: parts.get("find") ?? "",
  };
}

/** The fragment with its #, which alone names what is usual. */
export function fragmentOf({ tab, sorting, filter, words }: Shown): string {
  const parts = new URLSearchParams();
  if (tab !== "machines") parts.set("tab", tab);
  const first = FIRST_SORTING[tab];
  if (sorting.field !== first.field || sorting.descending !== first.descending) parts.set("sort", `${sorting.descending ? "-" : ""}${sorting.field}`);
  if (filter !== "all") parts.set("show", filter);
  if (words !== "") parts.set("find", words);
  return `#${parts.toString()}`;
}

/** Where the page of a machine is, beside that of the fleet. */
export function addressOfMachine(nameOrId: string, rest = ""): string {
  return `?host=${encodeURIComponent(nameOrId)}${rest === "" ? "" : `#${rest}`}`;
}

/** Where a fragment #host/NAME leads; null for other fragments. */
export function machineAddressIn(hash: string): string | null {
  const found = /^#host\/([^&]+)&?(.*)$/.exec(hash);
  if (found === null) return null;
  try {
    return addressOfMachine(decodeURIComponent(found[1] ?? ""), found[2] ?? "");
  } catch {
    return null;
  }
}
