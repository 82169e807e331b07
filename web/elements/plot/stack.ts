// How layers are put upon each other: which of them, in which order, and how high each reaches.

// A layer goes down when the one above it is so much larger: an order that changes at each sample cannot be read.
const CLEARLY_LARGER = 1.5;

/**
 * The keys of the largest weights, at most `most`, the largest first. Of keys that were in `before`, those keep their
 * order whose weights are about the same. `always` is among them whatever its weight.
 */
export function ranked(
  weights: ReadonlyMap<string, number>,
  before: readonly string[],
  most: number,
  always: string | null = null,
): string[] {
  const weightOf = (key: string): number => weights.get(key) ?? 0;
  const largest = [...weights.keys()].filter((key) => weightOf(key) > 0 || key === always);
  largest.sort((a, b) => Number(b === always) - Number(a === always) || weightOf(b) - weightOf(a));
  const chosen = new Set(largest.slice(0, most));
  const order = before.filter((key) => chosen.has(key));
  for (const key of chosen) if (!order.includes(key)) order.push(key);
  for (let end = 1; end < order.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const [lower, upper] = [order[at - 1] ?? "", order[at] ?? ""];
      if (weightOf(upper) <= CLEARLY_LARGER * weightOf(lower)) break;
      order[at - 1] = upper;
      order[at] = lower;
    }
  }
  return order;
}

/** The sum of all values that are there. */
export function weightOf(values: Float64Array, count: number): number {
  let weight = 0;
  for (let row = 0; row < count; row += 1) weight += Math.max(0, values[row] || 0);
  return weight;
}

/**
 * What is left of `whole` without `parts`, into `target`: of what is named, what is not drawn by itself. NaN where
 * nothing was read; what rounding leaves below 0 is 0.
 */
export function remainder(
  whole: readonly Float64Array[],
  parts: readonly Float64Array[],
  count: number,
  target: Float64Array,
): void {
  for (let row = 0; row < count; row += 1) {
    let rest = Number.NaN;
    for (const values of whole) {
      const value = values[row] ?? Number.NaN;
      if (!Number.isNaN(value)) rest = (Number.isNaN(rest) ? 0 : rest) + value;
    }
    if (!Number.isNaN(rest)) for (const values of parts) rest -= values[row] || 0;
    target[row] = rest < 0 ? 0 : rest;
  }
}

/**
 * How high each layer reaches, in place, the first at the bottom. In a row in which `isRead` is 0 there is nothing: NaN.
 * A layer without a value in a row that was read is not there: it is 0 high. Returns the highest of all.
 */
export function pile(layers: readonly Float64Array[], isRead: Uint8Array, count: number): number {
  let highest = 0;
  for (let row = 0; row < count; row += 1) {
    let height = 0;
    for (const layer of layers) {
      height += Math.max(0, layer[row] || 0);
      layer[row] = isRead[row] === 1 ? height : Number.NaN;
    }
    if (isRead[row] === 1) highest = Math.max(highest, height);
  }
  return highest;
}
