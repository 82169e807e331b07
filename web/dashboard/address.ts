// The part of the address that says which detail view is open: #component/NAME.

const PREFIX = "#component/";

/** The component that an address names; null for another address, or for one that cannot be read. */
export function componentIn(hash: string): string | null {
  if (!hash.startsWith(PREFIX)) return null;
  try {
    return decodeURIComponent(hash.slice(PREFIX.length)) || null;
  } catch {
    return null;
  }
}

export function addressOf(component: string): string {
  return PREFIX + encodeURIComponent(component);
}
