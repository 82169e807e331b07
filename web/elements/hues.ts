// A hue for each name: the same in every chart and table of a page, and again after it is loaded anew.

/** How many there are: the custom properties --zp-hue-0 and on. */
export const HUES = 10;

const MOST_KEPT = 200;

/** The hue that a name asks for: FNV-1a over its UTF-16 units, which spreads names that differ in a letter. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  // The low bits of FNV follow the last letters; the high ones are mixed in.
  return ((hash ^ (hash >>> 16)) >>> 0) % HUES;
}

/**
 * The hues that names have got. A name gets the one that it asks for, or the next that nobody has of those beside whom it
 * is met first; what it got it keeps.
 */
export class Hues {
  readonly #known: Map<string, number>;

  /** `known`: what was kept of an earlier page. */
  constructor(known: Iterable<readonly [string, number]> = []) {
    this.#known = new Map(known);
  }

  of(name: string): number {
    return this.#known.get(name) ?? hueOf(name);
  }

  /** Tells which names are shown together, the most important first. True when a name was new. */
  meet(names: readonly string[]): boolean {
    const fresh = names.filter((name) => !this.#known.has(name));
    const taken = new Set(names.map((name) => this.#known.get(name)));
    for (const name of fresh) {
      const wanted = Array.from({ length: HUES }, (_, step) => (hueOf(name) + step) % HUES);
      const hue = wanted.find((one) => !taken.has(one)) ?? hueOf(name);
      taken.add(hue);
      this.#known.set(name, hue);
    }
    for (const name of [...this.#known.keys()].slice(0, Math.max(0, this.#known.size - MOST_KEPT))) {
      if (!names.includes(name)) this.#known.delete(name);
    }
    return fresh.length > 0;
  }

  get known(): [string, number][] {
    return [...this.#known];
  }
}
