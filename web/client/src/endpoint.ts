import { abortable } from "./abort.js";

/** Where the appliance is and how it is asked: URLs, credentials and fetch. */
export interface Endpoint {
  readonly base: URL;
  readonly sections: readonly string[];
  /** The machine that is asked for, where a hub is asked. */
  readonly host?: string | undefined;
  readonly token: string | null;
  readonly fetch: typeof fetch;
}

/**
 * Base URL of the appliance: `url`, else what lies above static/ of the module's own address.
 * It ends in a slash, whatever was given, so that a base path of a reverse proxy is kept.
 */
export function resolveBase(url: string | URL | undefined, moduleUrl: string): URL {
  const base = url === undefined ? new URL("../", moduleUrl) : new URL(url, globalThis.document?.baseURI);
  if (base.protocol !== "http:" && base.protocol !== "https:") {
    throw new TypeError(`url is required here: ${base.href} is not an http address`);
  }
  if (base.username || base.password) throw new TypeError("url must not hold a user name or password; give a token");
  base.search = "";
  base.hash = "";
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/** Throws TypeError for a token that no header can carry, before the first request instead of with each. */
export function requestHeaders(endpoint: Endpoint, accept: string): Headers {
  const headers = new Headers({ Accept: accept });
  if (endpoint.token !== null) headers.set("Authorization", `Bearer ${endpoint.token}`);
  return headers;
}

export function endpointUrl(endpoint: Endpoint, path: string, query: Record<string, string> = {}): URL {
  const url = new URL(path, endpoint.base);
  if (endpoint.sections.length > 0) url.searchParams.set("sections", endpoint.sections.join(","));
  if (endpoint.host !== undefined) url.searchParams.set("host", endpoint.host);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** Asks, and rejects as soon as `signal` aborts, whatever a fetch that the page brought along makes of it. */
export function ask(endpoint: Endpoint, url: URL, headers: Headers, signal: AbortSignal): Promise<Response> {
  const answer = endpoint.fetch(url, { headers, signal, cache: "no-store" });
  return abortable(answer, signal, (late) => void late.body?.cancel().catch(() => {}));
}
