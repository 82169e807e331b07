// What the address says of the view of correlations: 6h, or 6h~A~B with a pair that is open. Pure.

export interface Shown {
  /** The name of a window; null where the address names none. */
  readonly window: string | null;
  readonly pair: readonly [a: string, b: string] | null;
}

export interface CorrelationWindow {
  readonly name: string;
  readonly label: string;
  readonly seconds: number;
}

const HOUR = 3600;

export const CORRELATION_WINDOWS: readonly CorrelationWindow[] = [
  { name: "1h", label: "1 h", seconds: HOUR },
  { name: "6h", label: "6 h", seconds: 6 * HOUR },
  { name: "24h", label: "24 h", seconds: 24 * HOUR },
  { name: "7d", label: "7 d", seconds: 7 * 24 * HOUR },
];

const SEPARATOR = "~";

export function shownIn(own: string): Shown {
  const parts = own.split(SEPARATOR).map(decoded);
  const window = CORRELATION_WINDOWS.find(({ name }) => name === parts[0])?.name ?? null;
  const [a = "", b = ""] = window === null ? parts : parts.slice(1);
  return { window, pair: a === "" || b === "" ? null : [a, b] };
}

export function ownOf({ window, pair }: Shown): string {
  return [...(window === null ? [] : [window]), ...(pair ?? []).map(encoded)].join(SEPARATOR);
}

// encodeURIComponent leaves the separator as it is.
function encoded(name: string): string {
  return encodeURIComponent(name).replaceAll(SEPARATOR, "%7E");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
