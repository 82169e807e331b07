// What a timeline's rows come from: the samples that have arrived, or the history.

import type { GapNotes } from "./gap-notes";
import type { Path } from "./path";
import type { ColumnRing } from "./ring";
import type { ListDefinition } from "./row-columns";
import type { ListColumns, Series } from "./series";

export interface Source {
  /** The times of the rows, and where the line breaks between two of them. */
  readonly ring: ColumnRing;
  /** How far two neighbours are apart. */
  readonly rowSeconds: number;
  readonly gaps: GapNotes;
  series(path: Path): Series;
  list(definition: ListDefinition): ListColumns;
}

/** From a time to a time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}
