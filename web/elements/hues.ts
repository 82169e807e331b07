// A hue for each name, the same on every page and after every reload.

/** How many there are: the custom properties --zp-hue-0 and on. */
export const HUES = 10;

/** Which hue a name has: FNV-1a over its UTF-16 units, which spreads names that differ in a letter. */
export function hueOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0;
  }
  // The low bits of FNV follow the last letters; the high ones are mixed in.
  return ((hash ^ (hash >>> 16)) >>> 0) % HUES;
}
