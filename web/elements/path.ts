// Reading a value out of a sample by its path, and the reason when it is not there.
//
// A path is the metric's name in parts. A part that names a row of a list is the row's stable key (a GPU's UUID, an
// interface's name); the rows of `unavailable` count instead, as in "system.gpus[0].power_watts", or speak of every row of a
// list, as in "ledger.workloads[*].gpu_percent".

export type Path = readonly (string | number)[];

export interface UnavailableRow {
  readonly path: string;
  readonly reason: string;
}

/** What every sample has, whatever sections were asked for. */
export interface SampleBase {
  readonly id: string;
  readonly timestamp: string;
  readonly interval_seconds: number;
  readonly unavailable?: readonly UnavailableRow[];
}

export interface Found {
  /** undefined: the sample has no such key; null: it has, but no value. */
  readonly value: unknown;
  /** Where it lies, as `unavailable` writes it. */
  readonly place: string;
}

const KEY_FIELDS = ["uuid", "id", "mountpoint", "name", "pid"] as const;
const EVERY_ROW = "[*]";

/** Whether two lists name other values, or the same in other words. If not, what was made of one stands for both. */
export function differ(
  now: readonly { path: Path; label: string }[],
  before: readonly { path: Path; label: string }[] | undefined,
): boolean {
  if (now === before) return false;
  return (
    now.length !== before?.length ||
    now.some(({ path, label }, index) => {
      const other = before[index];
      return label !== other?.label || metricName(path) !== metricName(other.path);
    })
  );
}

/** "system.cpu.per_core_percent[3]" in parts. Only for names that hold no dots of their own. */
export function pathOf(text: string): Path {
  return text.split(/[.[\]]+/).filter((part) => part !== "").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

export function metricName(path: Path): string {
  return path.join(".");
}

export function find(sample: unknown, path: Path): Found {
  let value: unknown = sample;
  let place = "";
  for (const part of path) {
    if (Array.isArray(value)) {
      const index = typeof part === "number" ? part : indexOfKey(value, part);
      place += `[${index}]`;
      value = value[index];
    } else {
      place += place === "" ? String(part) : `.${part}`;
      value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
    }
  }
  return { value, place };
}

/** The number at `path`, NaN when there is none. */
export function numberAt(sample: unknown, path: Path): number {
  const { value } = find(sample, path);
  return typeof value === "number" ? value : Number.NaN;
}

/**
 * The reason of the row for `place`, or of the nearest row above it; null when no row covers it. What is said of one row
 * of a list goes before what is said of all.
 */
export function reasonFor(rows: readonly UnavailableRow[] | undefined, place: string): string | null {
  let nearest: UnavailableRow | null = null;
  let farthest = 0;
  for (const row of rows ?? []) {
    const reach = reachOf(row.path, place);
    if (reach === 0 || reach < farthest) continue;
    if (reach === farthest && nearest !== null && row.path.includes(EVERY_ROW)) continue;
    nearest = row;
    farthest = reach;
  }
  return nearest?.reason ?? null;
}

/** Why there is no value at `path`. */
export function missingReason(sample: SampleBase, path: Path): string {
  const { value, place } = find(sample, path);
  const reason = reasonFor(sample.unavailable, place);
  if (reason !== null) return reason;
  return value === undefined ? "not reported by this server" : "no reason was given";
}

/** How much of `place` the path of a row names; 0 when the row speaks of something else. */
function reachOf(rowPath: string, place: string): number {
  let reach = 0;
  for (const [index, piece] of rowPath.split(EVERY_ROW).entries()) {
    if (index > 0) {
      const row = /^\[\d+\]/.exec(place.slice(reach));
      if (row === null) return 0;
      reach += row[0].length;
    }
    if (!place.startsWith(piece, reach)) return 0;
    reach += piece.length;
  }
  const next = place[reach];
  return next === undefined || next === "." || next === "[" ? reach : 0;
}

// By the stable key before any other: a row may be called what is the key of another.
function indexOfKey(rows: readonly unknown[], key: string): number {
  for (const field of KEY_FIELDS) {
    const index = rows.findIndex((row) => isRecord(row) && Object.hasOwn(row, field) && String(row[field]) === key);
    if (index >= 0) return index;
  }
  return -1;
}

/** What a row of a list may be called, its stable key first. */
export function keysOf(row: unknown): string[] {
  return isRecord(row) ? KEY_FIELDS.filter((field) => Object.hasOwn(row, field)).map((field) => String(row[field])) : [];
}

export function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
