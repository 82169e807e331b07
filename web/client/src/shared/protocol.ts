import type { Gap, Hello, Sample } from "../contract.js";
import type { Bye, ClientState } from "../state.js";
import type { Timing } from "../timing.js";

/** What tabs and the worker say to each other, over one MessagePort a tab. */

declare const METRICS_WORKER_VERSION: string | undefined;

/**
 * A digest of the worker's code, put in by the build. It is part of the worker's name, so that tabs with an old script
 * and tabs with a new one have a worker each. A worker tells its own, since an old name may start a new script.
 */
export const WORKER_VERSION = typeof METRICS_WORKER_VERSION === "undefined" ? "unbuilt" : METRICS_WORKER_VERSION;

/** Which stream a tab wants: tabs that say the same share one. */
export interface StreamRequest {
  readonly base: string;
  readonly sections: readonly string[];
  readonly host?: string | undefined;
  /** It stays in the memory of the worker; its name and address are seen by other scripts and in logs. */
  readonly token: string | null;
  readonly timing: Timing;
}

export type ToWorker =
  | { readonly type: "join"; readonly request: StreamRequest; readonly resumeId: string | null }
  /** Somebody looks at the tab (`visible`), or its network came back (`online`): is the stream alive? */
  | { readonly type: "check"; readonly event: "visible" | "online" }
  | { readonly type: "pong" }
  | { readonly type: "leave" };

export type ToTab =
  /** The first message. Its form is the same in all versions. */
  | { readonly type: "ready"; readonly version: string }
  | { readonly type: "state"; readonly state: ClientState }
  | { readonly type: "hello"; readonly hello: Hello }
  | { readonly type: "sample"; readonly id: string; readonly sample: Sample }
  | { readonly type: "gap"; readonly gap: Gap }
  | { readonly type: "bye"; readonly bye: Bye }
  | { readonly type: "delay"; readonly delayMs: number }
  /** To be answered with `pong`. */
  | { readonly type: "ping" }
  /** The tab has not answered for so long that it was taken for dead; it may join again. */
  | { readonly type: "dropped" };

/** How often the worker asks each tab whether it is there, and a tab can tell that the worker is. */
export const PING_MS = 2_000;

/**
 * Pings without an answer after which a tab is taken for dead: its memory would fill with what it does not take. They
 * are counted, not timed, so that a machine that slept does not lose its tabs.
 */
export const UNANSWERED_PINGS = 8;

/** What both ends need of a MessagePort. */
export interface Port {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

export function requestKey({ base, sections, host, token, timing }: StreamRequest): string {
  const inOrder = Object.entries(timing).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([base, [...new Set(sections)].sort(), host ?? null, token, inOrder]);
}
