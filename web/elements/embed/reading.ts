// How an element shows a value: the number with its unit, or a sign that says why there is none.

import { html, type TemplateResult } from "lit";
import { metricName } from "../path";
import type { Reading } from "../value";
import "../value";
import "./why";

/**
 * `trouble` is why there is no value to show, if there is none, and `sign` what stands in its place. All null: it is
 * about to come.
 */
export function shownReading(reading: Reading | null, trouble: string | null, sign: string | null = null): TemplateResult {
  if (trouble !== null) {
    return html`<zp-why class="reading" exportparts="dash, reason" .sign=${sign ?? "–"} .reason=${trouble}></zp-why>`;
  }
  if (reading === null || reading.value !== null) {
    return html`<zp-value class="reading" exportparts="number, unit" .reading=${reading}></zp-value>`;
  }
  return html`<zp-why
    class="reading" exportparts="dash, reason" data-metric=${metricName(reading.path)} data-missing=${reading.reason} .reason=${reading.reason}
  ></zp-why>`;
}
