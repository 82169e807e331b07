import { retryAfterMs } from "./backoff.js";

/** The server, or something that answers in its place, does not keep to the contract. The message is for people. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

/** It did not work, and another attempt may. */
export interface Failed {
  readonly kind: "failed";
  /**
   * - `unreachable`: no answer.            - `status`: an answer that is not 200.
   * - `content`: not what was asked for.   - `silent`: opened, but nothing came (any more).   - `ended`: it broke off.
   * - `buffered`: what comes is late, since something on the way collects it.
   */
  readonly cause: "unreachable" | "status" | "content" | "silent" | "ended" | "buffered";
  readonly reason: string;
  /** What the server asked to wait, if it did. */
  readonly retryAfterMs: number | null;
}

/** The server said no: another attempt would get the same answer. */
export interface Refused {
  readonly kind: "refused";
  readonly state: "signed-out" | "stopped";
  readonly reason: string;
}

export function failed(cause: Failed["cause"], reason: string, retryAfterMs: number | null = null): Failed {
  return { kind: "failed", cause, reason, retryAfterMs };
}

/** Whether it is only the stream that does not work: the server answered, and what came was useless. */
export function isStreamAlone({ cause }: Failed): boolean {
  return cause === "silent" || cause === "content" || cause === "buffered";
}

/** Client errors that pass by themselves: request timeout, too early, too many requests. */
const PASSING = new Set([408, 425, 429]);

/** What a response's status means; null for 200. */
export function judgeStatus(response: Response, nowEpochMs: number): Failed | Refused | null {
  const { status } = response;
  if (status === 200) return null;
  if (status === 204) return refused("stopped", "the server says that there is nothing to read here (204)");
  if (status === 401) return refused("signed-out", "the server asks for a token (401)");
  if (status === 403) return refused("signed-out", "the token does not allow this (403)");
  if (status === 404) return refused("stopped", "there is no appliance at this address (404)");
  if (status >= 400 && status < 500 && !PASSING.has(status)) {
    return refused("stopped", `the server refuses the request (${status})`);
  }
  return failed("status", `the server answered ${status}`, retryAfterMs(response.headers.get("Retry-After"), nowEpochMs));
}

/** Holds the response to its media type; parameters like charset are let through. */
export function judgeContentType(response: Response, wanted: string): Failed | null {
  const got = (response.headers.get("Content-Type") ?? "").split(";")[0]!.trim().toLowerCase();
  return got === wanted ? null : failed("content", `expected ${wanted}, got ${got || "no content type"}`);
}

/** What an exception of fetch, of reading or of parsing means. */
export function judgeError(error: unknown, cause: "unreachable" | "ended"): Failed {
  if (error instanceof ProtocolError) return failed("content", error.message);
  // fetch says only "fetch failed"; Node hides the errno in `cause`. It is of use to people who look for the fault.
  const detail = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = detail instanceof Error ? detail.message : String(detail);
  return failed(cause, `${cause === "unreachable" ? "the server cannot be reached" : "the connection broke"} (${message})`);
}

function refused(state: Refused["state"], reason: string): Refused {
  return { kind: "refused", state, reason };
}
