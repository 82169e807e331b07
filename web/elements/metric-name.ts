// From a metric's name, as the catalogue writes it, to its path in a sample.
//
// Keys hold dots and slashes of their own: "system.disk.filesystems./mnt/a.b.usage_percent". So a name can't be split;
// it is followed down a sample, which knows its keys.

import { isRecord, keysOf, type Path } from "./path";

export type Resolved =
  /** It leads to a value, or to null. */
  | { readonly kind: "value"; readonly path: Path }
  /** It ends at a group of values, of which `known` are the names. */
  | { readonly kind: "group"; readonly at: string; readonly known: readonly string[] }
  /** There is no such name at `at` ("": the sample), where `known` are those that there are. */
  | { readonly kind: "unknown"; readonly at: string; readonly known: readonly string[] };

/** Follows `name` down `sample`. Rows of lists go by their key or their index: gpus.GPU-1, gpus.0 or gpus[0]. */
export function resolve(sample: unknown, name: string): Resolved {
  return follow(sample, name, []);
}

function follow(value: unknown, rest: string, path: Path): Resolved {
  if (rest === "") {
    const known = namesIn(value);
    return known === null ? { kind: "value", path } : { kind: "group", at: path.join("."), known };
  }
  // What would be below is not there now; its reason is that of the null above it.
  if (value === null) return { kind: "value", path: [...path, ...rest.split(".")] };
  let best: Resolved = { kind: "unknown", at: path.join("."), known: namesIn(value) ?? [] };
  for (const step of stepsInto(value, rest)) {
    const found = follow(step.value, step.rest, [...path, step.part]);
    if (found.kind === "value") return found;
    // A group ends a name only where no value does; of places where it goes wrong the farthest tells the most.
    if (best.kind === "unknown" && (found.kind === "group" || found.at.length > best.at.length)) best = found;
  }
  return best;
}

interface Step {
  readonly part: string | number;
  readonly value: unknown;
  readonly rest: string;
}

/** Every way on by a key with which `rest` begins, the longest key first: "/mnt/a.b" before "/mnt/a". */
function stepsInto(value: unknown, rest: string): Step[] {
  const steps: Step[] = [];
  const add = (key: string, part: string | number, inner: unknown): void => {
    const after = afterKey(rest, key);
    if (after !== null) steps.push({ part, value: inner, rest: after });
  };
  if (Array.isArray(value)) {
    value.forEach((row, index) => {
      for (const key of keysOf(row)) add(key, key, row);
      add(String(index), index, row);
      add(`[${index}]`, index, row);
    });
  } else if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) add(key, key, inner);
  }
  return steps.sort((one, other) => one.rest.length - other.rest.length);
}

/** What follows `key` at the beginning of a name; null where the name does not begin with it. */
function afterKey(name: string, key: string): string | null {
  if (!name.startsWith(key)) return null;
  const next = name[key.length];
  if (next === undefined) return "";
  if (next === ".") return name.slice(key.length + 1);
  return next === "[" ? name.slice(key.length) : null;
}

/** The names in a group; null for what is none. */
function namesIn(value: unknown): string[] | null {
  if (Array.isArray(value)) return value.map((row, index) => keysOf(row)[0] ?? String(index));
  return isRecord(value) ? Object.keys(value) : null;
}
