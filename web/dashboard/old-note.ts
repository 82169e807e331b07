// What a panel says when the source of its values is in trouble.

import { html, type TemplateResult } from "lit";
import type { Sample } from "../client/src/contract";
import { ageInWords, troubles } from "./collectors";

/** How old the values of these collectors are and why; null while they are read as they should be. */
export function oldNote(sample: Sample | null, collectors: readonly string[]): TemplateResult | null {
  const collector = sample === null ? undefined : troubles(sample, collectors)[0]?.collector;
  if (collector === undefined) return null;
  const why = collector.reason ?? collector.status;
  return html`<span class="old" title=${why}>${ageInWords(collector)}: ${why}</span>`;
}
