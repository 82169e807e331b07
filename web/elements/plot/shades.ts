// A ramp of colours as the pixels of an image, for shares of 0 to 100.

/** 101 pixels (RGBA in the byte order of ImageData), evenly between the colours given as #rrggbb. */
export function shades(stops: readonly string[]): Uint32Array {
  const ramp = new Uint32Array(101);
  const bytes = new Uint8ClampedArray(ramp.buffer);
  const colours = stops.map(parse);
  for (let share = 0; share <= 100; share += 1) {
    const place = (share / 100) * (colours.length - 1);
    const from = Math.min(colours.length - 2, Math.floor(place));
    for (let channel = 0; channel < 3; channel += 1) {
      const low = colours[from]?.[channel] ?? 0;
      const high = colours[from + 1]?.[channel] ?? 0;
      bytes[share * 4 + channel] = low + (high - low) * (place - from);
    }
    bytes[share * 4 + 3] = 255;
  }
  return ramp;
}

function parse(colour: string): readonly number[] {
  const digits = /^#([0-9a-f]{6})$/i.exec(colour)?.[1] ?? "808080";
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16));
}
