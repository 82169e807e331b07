// What could not be read, by reason: one missing library leaves many values out.

import type { UnavailableRow } from "../elements/path";

export interface Cause {
  readonly reason: string;
  readonly paths: readonly string[];
}

/** The reasons with what is missing for each, those first that leave out the most. */
export function causes(rows: readonly UnavailableRow[]): Cause[] {
  const paths = new Map<string, string[]>();
  for (const { path, reason } of rows) {
    const known = paths.get(reason);
    if (known === undefined) paths.set(reason, [path]);
    else known.push(path);
  }
  return [...paths]
    .map(([reason, found]) => ({ reason, paths: found.sort() }))
    .sort((a, b) => b.paths.length - a.paths.length || a.reason.localeCompare(b.reason));
}
