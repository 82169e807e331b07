// What a panel says when the source of its values is in trouble, or is read less often.

import { html, type TemplateResult } from "lit";
import type { Sample } from "../client/src/contract";
import { ageInWords, budgetInWords, paceInWords, slowed, slowedInWords, troubles } from "./collectors";

/** How old the values of these collectors are and why; null while they are read as they should be. */
export function oldNote(sample: Sample | null, collectors: readonly string[]): TemplateResult | null {
  const collector = sample === null ? undefined : troubles(sample, collectors)[0]?.collector;
  if (collector === undefined) return null;
  const why = collector.reason ?? collector.status;
  return html`<span class="old" title=${why}>${ageInWords(collector)}: ${why}</span>`;
}

/** How often these collectors are read, the slowest of them, where that is less often than usual; null otherwise. */
export function paceNote(sample: Sample | null, collectors: readonly string[]): TemplateResult | null {
  if (sample === null) return null;
  const periods = slowed(sample, collectors).sort((a, b) => (b.collector.period_seconds ?? 0) - (a.collector.period_seconds ?? 0));
  const slowest = periods[0]?.collector;
  if (slowest === undefined || slowest.period_seconds === null) return null;
  const why = `${slowedInWords(slowest)}, ${budgetInWords(sample)}`;
  return html`<span class="pace" title=${why}>${paceInWords(slowest.period_seconds)}</span>`;
}
