// Numbers as people read them: three significant digits, the unit apart so that it can be set in a quieter tone.

export interface Shown {
  readonly number: string;
  readonly unit: string;
}

export type UnitKind =
  | "bytes"
  | "bytes-rate"
  | "percent"
  | "duration"
  | "hertz"
  | "rate"
  | "load"
  | "count"
  | "plain"
  | { readonly suffix: string };

const BINARY_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] as const;
const SI_PREFIXES = ["", "k", "M", "G", "T"] as const;

/** Three significant digits; trailing zeros stay, so that a value keeps its width while it changes. */
export function threeDigits(value: number): string {
  if (value === 0) return "0";
  // Rounded first: 9.996 is 10.0, not 10.00.
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size >= 1000) return grouped(rounded);
  if (size >= 100) return rounded.toFixed(0);
  if (size >= 10) return rounded.toFixed(1);
  if (size >= 1) return rounded.toFixed(2);
  if (size >= 1e-4) return rounded.toFixed(2 - Math.floor(Math.log10(size)));
  return rounded.toExponential(2).replace("e-", "e−");
}

/** A whole number with its thousands grouped. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Like threeDigits, but never more than two places: a share of 0.03 % is as fine as anyone reads it. */
function twoPlaces(value: number): string {
  if (value === 0) return "0";
  return Math.abs(value) < 1 ? value.toFixed(2) : threeDigits(value);
}

/** Scaled to the binary unit that leaves at most three digits before the point: 1000 KiB is 0.98 MiB. */
export function bytes(value: number): Shown {
  let scaled = value;
  let unit = 0;
  while (Math.abs(Number(scaled.toPrecision(3))) >= 1000 && unit < BINARY_UNITS.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  const number = unit === 0 ? grouped(scaled) : Math.abs(scaled) < 1 ? scaled.toFixed(2) : threeDigits(scaled);
  return { number, unit: BINARY_UNITS[unit] ?? "B" };
}

function scaledBy1000(value: number, unit: string): Shown {
  let scaled = value;
  let prefix = 0;
  while (Math.abs(Number(scaled.toPrecision(3))) >= 1000 && prefix < SI_PREFIXES.length - 1) {
    scaled /= 1000;
    prefix += 1;
  }
  return { number: threeDigits(scaled), unit: `${SI_PREFIXES[prefix]}${unit}` };
}

/** A length of time, in one unit below a minute and in the two largest above: "4.20 ms", "12 min", "3 h 12 min". */
export function duration(seconds: number): Shown {
  const size = Math.abs(seconds);
  if (size === 0) return { number: "0", unit: "s" };
  if (size < 1e-3) return { number: threeDigits(seconds * 1e6), unit: "µs" };
  if (size < 1) return { number: threeDigits(seconds * 1e3), unit: "ms" };
  if (size < 60) return { number: threeDigits(seconds), unit: "s" };
  const minutes = Math.floor(size / 60);
  if (minutes < 60) return { number: String(minutes), unit: "min" };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { number: `${hours} h ${minutes % 60}`, unit: "min" };
  const days = Math.floor(hours / 24);
  return { number: `${grouped(days)} d ${hours % 24}`, unit: "h" };
}

/** How long ago, in words of one unit: an age that is precise to the second is noise after a minute. */
export function ago(seconds: number): string {
  if (seconds < 1.5) return "just now";
  if (seconds < 60) return `${Math.round(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${grouped(Math.floor(seconds / 86400))} d ago`;
}

/** Time of day on the viewer's clock, always 24 hours wide. */
export function clock(milliseconds: number, withSeconds = true): string {
  const date = new Date(milliseconds);
  const hours = String(date.getHours()).padStart(2, "0");
  const minutes = String(date.getMinutes()).padStart(2, "0");
  if (!withSeconds) return `${hours}:${minutes}`;
  return `${hours}:${minutes}:${String(date.getSeconds()).padStart(2, "0")}`;
}

/** A moment as people read it: the time of day, and the day where it is not today's. */
export function dayClock(milliseconds: number, withSeconds = true): string {
  const isToday = new Date(milliseconds).toDateString() === new Date().toDateString();
  return isToday ? clock(milliseconds, withSeconds) : `${day(milliseconds)} ${clock(milliseconds, withSeconds)}`;
}

/** "28 Nov", with the year where it is not this one. */
export function day(milliseconds: number): string {
  const date = new Date(milliseconds);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" as const };
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...year });
}

const SUFFIX_KINDS: readonly (readonly [RegExp, UnitKind])[] = [
  [/bytes(_[a-z]+)?_per_second$/, "bytes-rate"],
  [/frames_per_second$/, { suffix: "fps" }],
  [/_per_second$/, "rate"],
  [/bytes(_[a-z]+)?(_total)?$/, "bytes"],
  [/percent$/, "percent"],
  [/seconds(_total)?$/, "duration"],
  [/_hz$/, "hertz"],
  [/_celsius$/, { suffix: "°C" }],
  [/_watts$/, { suffix: "W" }],
  [/_joules(_total)?$/, { suffix: "J" }],
  [/_rpm$/, { suffix: "rpm" }],
  [/_cores$/, { suffix: "cores" }],
  [/^load_/, "load"],
  [/^(loss|gflops|throughput)$/, "plain"],
];

/** The unit that a metric's name carries, in its last part or in the one that holds it (`times_percent.iowait`). */
export function unitOf(metric: readonly (string | number)[]): UnitKind {
  for (let index = metric.length - 1; index >= 0; index -= 1) {
    const part = String(metric[index]);
    for (const [suffix, kind] of SUFFIX_KINDS) if (suffix.test(part)) return kind;
  }
  return "count";
}

export function show(value: number, kind: UnitKind): Shown {
  if (typeof kind === "object") return { number: threeDigits(value), unit: kind.suffix };
  switch (kind) {
    case "bytes":
      return bytes(value);
    case "bytes-rate": {
      const shown = bytes(value);
      return { number: shown.number, unit: `${shown.unit}/s` };
    }
    case "percent":
      return { number: twoPlaces(value), unit: "%" };
    case "duration":
      return duration(value);
    case "hertz":
      return scaledBy1000(value, "Hz");
    case "rate":
      return { number: twoPlaces(value), unit: "/s" };
    case "load":
      return { number: twoPlaces(value), unit: "" };
    case "count":
      return { number: Number.isInteger(value) ? grouped(value) : threeDigits(value), unit: "" };
    case "plain":
      return { number: threeDigits(value), unit: "" };
  }
}

/**
 * As short as it can be at a tick of an axis without saying something else: without "a second", which stands with the
 * values above, without the zeros that keep a changing value's width, and thousands by a letter.
 */
export function atTick(value: number, kind: UnitKind): string {
  if (value === 0) return "0";
  const isPlain = kind === "rate" || kind === "count" || kind === "plain" || kind === "load";
  const { number, unit } = isPlain ? scaledBy1000(value, "") : show(value, kind === "bytes-rate" ? "bytes" : kind);
  const short = number.includes(".") ? String(Number(number)) : number;
  if (unit === "") return short;
  return isPlain ? `${short}${unit}` : `${short} ${unit}`;
}

/** In one string, for labels of axes and for screen readers. */
export function inWords(value: number, kind: UnitKind): string {
  const { number, unit } = show(value, kind);
  return unit === "" ? number : `${number} ${unit}`;
}
