// The part of the address that says what is open and what is selected: #component/NAME, #workload/ID, or both with a & between.

export interface Address {
  /** The component whose detail view is open. */
  readonly component: string | null;
  /** The workload whose part all charts show. */
  readonly workload: string | null;
}

/** What an address names; null for what it does not, or not so that it can be read. */
export function addressIn(hash: string): Address {
  const parts = hash.replace(/^#/, "").split("&");
  return { component: named(parts, "component/"), workload: named(parts, "workload/") };
}

/** The fragment with its #; empty where nothing is named. */
export function fragmentOf({ component, workload }: Address): string {
  const parts: string[] = [];
  if (component !== null) parts.push(`component/${encodeURIComponent(component)}`);
  if (workload !== null) parts.push(`workload/${encodeURIComponent(workload)}`);
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}

/** The fragment that leads to a component. */
export function addressOf(component: string): string {
  return fragmentOf({ component, workload: null });
}

function named(parts: readonly string[], prefix: string): string | null {
  const part = parts.find((one) => one.startsWith(prefix));
  if (part === undefined) return null;
  try {
    return decodeURIComponent(part.slice(prefix.length)) || null;
  } catch {
    return null;
  }
}
