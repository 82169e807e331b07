/** How long to wait before the next attempt, in whole milliseconds. Pure: chance and time are arguments. */

export interface Backoff {
  baseMs: number;
  capMs: number;
}

/** A number from 0 to below 1. */
export type Random = () => number;

/**
 * The wait after `failures` failed attempts in a row (1 or more).
 *
 * The first wait is exactly what the server asked for: it has drawn `retry` for the number of subscribers that it
 * has, and a second draw here would bunch them again. After that the ceiling doubles, is capped, and the wait is
 * drawn from the whole of it ("full jitter"); capping after the draw would heap clients up at the cap. A server that asks
 * for less than the base is obeyed once: doubling from nothing would ask it without pause for as long as it is gone.
 */
export function backoffMs(failures: number, retryMs: number | null, backoff: Backoff, random: Random): number {
  if (failures <= 1 && retryMs !== null) return retryMs;
  const doubled = Math.max(retryMs ?? 0, backoff.baseMs) * 2 ** Math.max(0, failures - 1);
  return Math.round(random() * Math.min(backoff.capMs, doubled));
}

/** The wait before a transport that does not work is tried again beside one that does: half of it certain, half drawn. */
export function probeMs(attempts: number, backoff: Backoff, random: Random): number {
  const ceiling = Math.min(backoff.capMs, backoff.baseMs * 2 ** attempts);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

/** Longer than this a Retry-After is taken for a mistake. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** A Retry-After header (RFC 9110, 10.2.3: seconds, or a date) as a wait from now; null without a readable one. */
export function retryAfterMs(header: string | null, nowEpochMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const waitMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowEpochMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), LONGEST_RETRY_AFTER_MS);
}
