// Which hue a workload has got, kept for the next time that the page is opened.

import { HUES, Hues } from "../elements/hues";

const KEY = "zeropoint-hues";

export function rememberedHues(): Hues {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Hues(Array.isArray(kept) ? kept.filter(isHue) : []);
  } catch {
    return new Hues();
  }
}

export function rememberHues(hues: Hues): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(hues.known));
  } catch {
    // Storage is shut off in this browser: a hue may be another next time.
  }
}

function isHue(entry: unknown): entry is [string, number] {
  return Array.isArray(entry) && typeof entry[0] === "string" && Number.isInteger(entry[1]) && entry[1] >= 0 && entry[1] < HUES;
}
