import type { Gap, Sample } from "./contract.js";
import { ProtocolError } from "./outcome.js";

/** What came over the wire, checked as far as the client itself depends on it. All throw ProtocolError. */

export function parseJson<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ProtocolError(`${what} is not JSON`);
  }
}

export function checkSample(value: unknown): Sample {
  const sample = value as Partial<Sample> | null;
  if (typeof sample?.id !== "string" || sample.id === "") throw new ProtocolError("a sample has no id");
  return sample as Sample;
}

/** The answer of /metrics/json?since=. */
export function checkBatch(value: unknown): { gap: Gap | null; samples: Sample[] } {
  const batch = value as { samples?: unknown; gap?: Gap | null } | null;
  if (!Array.isArray(batch?.samples)) throw new ProtocolError("the answer has no samples");
  return { gap: batch.gap ?? null, samples: batch.samples.map(checkSample) };
}
