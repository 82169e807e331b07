import { type Clock, systemClock } from "./clock";
import { type Endpoint, requestHeaders, resolveBase } from "./endpoint";
import { currentPage, type Page } from "./page";
import type { SessionContext } from "./context";
import { DEFAULT_TIMING, type Timing } from "./timing";

export interface MetricsClientOptions {
  /** Base URL of the appliance. Default: from where this module was loaded, BASE/static/metrics_client.js -> BASE/. */
  url?: string | URL | undefined;
  /** Parts of the Sample to ask for, like `["system.cpu", "ai"]`. Default: all. */
  sections?: readonly string[] | undefined;
  /** Sent as `Authorization: Bearer`, never in a URL. */
  token?: string | undefined;
  /** In place of the global one: for a proxy, for instrumentation. */
  fetch?: typeof fetch | undefined;
  /** Durations that differ from the defaults. */
  timing?: Partial<Timing> | undefined;
  clock?: Clock | undefined;
  random?: (() => number) | undefined;
  /** The page whose visibility and network count; null: none, as in Node. Default: the one that this runs in. */
  page?: Page | null | undefined;
}

/** Throws TypeError for options that no request could be made with. */
export function resolveOptions(
  options: MetricsClientOptions,
  moduleUrl: string,
): { context: SessionContext; page: Page | null } {
  const { fetch: given = globalThis.fetch } = options;
  const endpoint: Endpoint = {
    base: resolveBase(options.url, moduleUrl),
    sections: options.sections ?? [],
    token: options.token ?? null,
    // A browser's fetch refuses to be called as a method of another object.
    fetch: (input, init) => given(input, init),
  };
  requestHeaders(endpoint, "*/*");
  const page = options.page === undefined ? currentPage() : options.page;
  const context = {
    endpoint,
    timing: { ...DEFAULT_TIMING, ...options.timing },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    isOnline: () => page?.isOnline() ?? true,
  };
  return { context, page };
}
