// The verdicts of a sample, as the page shows them. Pure.

import { duration } from "../elements/format";
import { isRecord } from "../elements/path";

/** One that holds, or did until it `ended`. `evidence` are numbers with the names of their metrics. */
export interface Verdict {
  readonly id: string;
  readonly name: string;
  readonly since: string;
  readonly says: string;
  readonly evidence: readonly string[];
  readonly refuted_by: string;
  readonly ended?: string | null;
}

/** Those of a sample, in its order. Nothing is taken for granted: older samples of the history have none. */
export function verdictsOf(told: unknown): readonly Verdict[] {
  return Array.isArray(told) ? told.filter(isVerdict) : [];
}

/** Those of an answer of /api/v1/verdicts that had ended at the time of a sample, the latest first. */
export function endedOf(answer: unknown, timestamp: string): readonly Verdict[] {
  const told = isRecord(answer) ? verdictsOf(answer["verdicts"]) : [];
  return told.filter(({ ended }) => typeof ended === "string" && Date.parse(ended) <= Date.parse(timestamp));
}

/** For how long it has held at the time of the sample that tells it; null where that makes no sense. */
export function heldFor(verdict: Verdict, timestamp: string): string | null {
  const seconds = (Date.parse(timestamp) - Date.parse(verdict.since)) / 1000;
  if (!(seconds >= 0)) return null;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const { number, unit } = duration(seconds);
  return `${number} ${unit}`;
}

function isVerdict(told: unknown): told is Verdict {
  if (typeof told !== "object" || told === null) return false;
  const { id, name, says, since, evidence, refuted_by } = told as Record<string, unknown>;
  return [id, name, says, since, refuted_by].every((text) => typeof text === "string") && Array.isArray(evidence);
}
