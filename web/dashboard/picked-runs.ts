// Which runs of a list are shown, and which two of them are compared. Pure.

import type { Run } from "./runs";

export interface Filter {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
}

export const EVERY: Filter = { name: "", kind: "", state: "" };

export function filtered(runs: readonly Run[], { name, kind, state }: Filter): readonly Run[] {
  const wanted = name.trim().toLowerCase();
  return runs.filter(
    (run) =>
      (wanted === "" || run.name.toLowerCase().includes(wanted) || run.id.toLowerCase().includes(wanted)) &&
      (kind === "" || run.kind === kind) &&
      (state === "" || run.status === state),
  );
}

/** The ids in a view's part of the address, at most two: A and B. */
export function pickedIn(own: string): readonly string[] {
  return own
    .split("/")
    .slice(0, 2)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return "";
      }
    })
    .filter((id, place, all) => id !== "" && all.indexOf(id) === place);
}

export function addressOfPicked(ids: readonly string[]): string {
  return ids.map(encodeURIComponent).join("/");
}

/** What is picked after a click on a run: it is taken out, or comes in, in place of the first of two. A began before B. */
export function toggled(picked: readonly string[], id: string, runs: readonly Run[]): readonly string[] {
  if (picked.includes(id)) return picked.filter((one) => one !== id);
  const both = [...picked.slice(-1), id];
  const began = (one: string): number => Date.parse(runs.find((run) => run.id === one)?.started ?? "") || 0;
  return both.sort((one, other) => began(one) - began(other));
}

/** The run of the same name that began before; `runs` come with the newest first. */
export function before(run: Run, runs: readonly Run[]): Run | null {
  return runs.slice(runs.indexOf(run) + 1).find(({ name, id }) => name === run.name && id !== run.id) ?? null;
}

export function kindsOf(runs: readonly Run[], field: "kind" | "status"): readonly string[] {
  return [...new Set(runs.map((run) => run[field]))].filter((word) => word !== "").sort();
}
