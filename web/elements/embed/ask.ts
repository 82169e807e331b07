// Requests of an element beside its stream.

import type { Ask } from "../past";

/** Asks the appliance at `base`; the token goes into a header, and the browser's own credentials stay at home. */
export function askBelow(base: URL, token: string | null): Ask {
  const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
  return (path, query, signal) => {
    const url = new URL(path, base);
    url.search = new URLSearchParams(query).toString();
    return fetch(url, { headers, signal, cache: "no-store", credentials: "omit" });
  };
}
