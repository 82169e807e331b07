import { type Clock, systemClock } from "./clock.js";
import { type Endpoint, requestHeaders, resolveBase } from "./endpoint.js";
import { currentPage, type Page } from "./page.js";
import type { SessionContext } from "./context.js";
import type { WorkerHandle } from "./shared/link.js";
import { workerOpener } from "./shared/open_worker.js";
import { DEFAULT_TIMING, type Timing } from "./timing.js";

export interface MetricsClientOptions {
  /** Base URL of the appliance. Default: from where this module was loaded, BASE/static/metrics_client.js -> BASE/. */
  url?: string | URL | undefined;
  /** Parts of the Sample to ask for, like `["system.cpu", "ai"]`. Default: all. */
  sections?: readonly string[] | undefined;
  /** Of a hub's machines this one alone: its name, or its id where several have that name. */
  host?: string | undefined;
  /** Sent as `Authorization: Bearer`, never in a URL. */
  token?: string | undefined;
  /**
   * Whether all tabs of this origin live on one stream, which a worker has. Default: true. Where that cannot be, each
   * has its own while it is visible, and polls while it is hidden: on pages of other sites than the appliance's, in
   * browsers without SharedWorker, and with `fetch`, `clock` or `random`, which cannot be handed to a worker.
   */
  shared?: boolean | undefined;
  /** In place of the global one: for a proxy, for instrumentation. */
  fetch?: typeof fetch | undefined;
  /** Durations that differ from the defaults. */
  timing?: Partial<Timing> | undefined;
  clock?: Clock | undefined;
  random?: (() => number) | undefined;
  /** The page whose visibility and network count; null: none, as in Node. Default: the one that this runs in. */
  page?: Page | null | undefined;
}

export interface ResolvedOptions {
  readonly context: SessionContext;
  readonly page: Page | null;
  /** Starts the worker that all tabs share; null where there is none, or none is wanted. */
  readonly openWorker: (() => WorkerHandle) | null;
}

/** Throws TypeError for options that no request could be made with. */
export function resolveOptions(options: MetricsClientOptions, moduleUrl: string): ResolvedOptions {
  const { fetch: given = globalThis.fetch } = options;
  const endpoint: Endpoint = {
    base: resolveBase(options.url, moduleUrl),
    sections: options.sections ?? [],
    host: options.host,
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
    isVisible: () => page?.isVisible() ?? true,
  };
  const isPlain = !options.fetch && !options.clock && !options.random;
  const isShared = (options.shared ?? true) && isPlain && page !== null;
  return { context, page, openWorker: isShared ? workerOpener(moduleUrl, endpoint.base) : null };
}
