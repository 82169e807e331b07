import { abortable, childController } from "./abort.js";
import type { Clock } from "./clock.js";
import type { Gap, Sample } from "./contract.js";
import { ask, type Endpoint, endpointUrl, requestHeaders } from "./endpoint.js";
import { type Failed, failed, judgeContentType, judgeError, judgeStatus, type Refused } from "./outcome.js";
import { checkBatch, checkSample, parseJson } from "./wire.js";

export type PollAnswer =
  | Failed
  | Refused
  | {
      readonly kind: "samples";
      /** What is missing before the first of `samples`. */
      readonly gap: Gap | null;
      readonly samples: readonly Sample[];
    }
  /** Given up from this side. */
  | { readonly kind: "closed" };

/** What a poll may take over the time that it lets the server wait. */
const ANSWER_GRACE_MS = 10_000;

/**
 * Asks /metrics/json once: for what came after `since`, waiting up to `waitSeconds` for it (long poll), or, without
 * `since`, for the newest sample.
 */
export async function poll(
  endpoint: Endpoint,
  since: string | null,
  waitSeconds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<PollAnswer> {
  if (signal.aborted) return { kind: "closed" };
  const query: Record<string, string> = since === null ? {} : { since, wait: String(waitSeconds) };
  const url = endpointUrl(endpoint, "metrics/json", query);
  const headers = requestHeaders(endpoint, "application/json");
  const limitMs = waitSeconds * 1_000 + ANSWER_GRACE_MS;
  const controller = childController(signal);
  let late = false;
  const cancel = clock.after(limitMs, () => {
    late = true;
    controller.abort();
  });
  try {
    const response = await ask(endpoint, url, headers, controller.signal);
    const refusal = judgeStatus(response, clock.epochMs()) ?? judgeContentType(response, "application/json");
    if (refusal) return refusal;
    const text = await abortable(response.text(), controller.signal);
    if (signal.aborted) return { kind: "closed" };
    const answer = parseJson<unknown>(text, "the answer");
    if (since === null) return { kind: "samples", gap: null, samples: [checkSample(answer)] };
    return { kind: "samples", ...checkBatch(answer) };
  } catch (error) {
    if (signal.aborted) return { kind: "closed" };
    if (late) return failed("silent", `no answer within ${limitMs / 1_000} s`);
    return judgeError(error, "unreachable");
  } finally {
    cancel();
    controller.abort(); // lets go of a body that was not read
  }
}
