// The part of the address that says which view is shown, what is open in it, what is selected, and which moment is shown:
// #view/NAME/OF-ITS-OWN, #component/NAME, #workload/ID, #at=2026-11-28T14:03:00Z, or several with a & between.

export interface Address {
  /** The view in place of the live page: its name, and after a slash what it says itself of what it shows. */
  readonly view: string | null;
  /** The component whose detail view is open. */
  readonly component: string | null;
  /** The workload whose part all charts show. */
  readonly workload: string | null;
  /** The past moment that all of the page shows, in milliseconds since 1970. */
  readonly at: number | null;
}

/** What an address names; null for what it does not, or not so that it can be read. */
export function addressIn(hash: string): Address {
  const parts = hash.replace(/^#/, "").split("&");
  const at = Date.parse(named(parts, "at=") ?? "");
  return {
    view: named(parts, "view/"),
    component: named(parts, "component/"),
    workload: named(parts, "workload/"),
    at: Number.isNaN(at) ? null : at,
  };
}

/** The fragment with its #; empty where nothing is named. */
export function fragmentOf({ view, component, workload, at }: Address): string {
  const parts: string[] = [];
  if (view !== null) parts.push(`view/${encodeURIComponent(view)}`);
  if (component !== null) parts.push(`component/${encodeURIComponent(component)}`);
  if (workload !== null) parts.push(`workload/${encodeURIComponent(workload)}`);
  if (at !== null) parts.push(`at=${new Date(at).toISOString().replace(".000Z", "Z")}`);
  return parts.length === 0 ? "" : `#${parts.join("&")}`;
}

/** The fragment that leads to a component. */
export function addressOf(component: string): string {
  return fragmentOf({ view: null, component, workload: null, at: null });
}

/** The fragment that leads to a view, `own` is what it says itself of what it shows; null leads to the live page. */
export function addressOfView(name: string | null, own = ""): string {
  const view = name === null || own === "" ? name : `${name}/${own}`;
  return fragmentOf({ view, component: null, workload: null, at: null });
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
