// Why an answer does not have what was asked for, in the server's own words.

import { isRecord } from "../elements/path";

/** The message of an error, or the first reason in `unavailable`; null where an answer says neither. */
export function reasonIn(answer: unknown): string | null {
  if (!isRecord(answer)) return null;
  const { error, unavailable } = answer as { error?: unknown; unavailable?: unknown };
  if (isRecord(error) && typeof error["message"] === "string") return error["message"];
  const [row] = Array.isArray(unavailable) ? (unavailable as unknown[]) : [];
  return isRecord(row) && typeof row["reason"] === "string" ? row["reason"] : null;
}
