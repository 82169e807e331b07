// <zp-value>: one value with its unit, or a dash that says why there is none.

import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "./define";
import { show, unitOf, type Shown, type UnitKind } from "./format";
import { find, metricName, missingReason, type Path, type SampleBase } from "./path";

/** A value as it was read: a number or a text, or null with the reason. */
export interface Reading {
  readonly path: Path;
  readonly value: number | string | null;
  readonly reason: string;
}

/** Reads the value at `path`; null with the reason when it is none that can be shown. */
export function read(sample: SampleBase, path: Path): Reading {
  const { value } = find(sample, path);
  if (typeof value === "number" || typeof value === "string") return { path, value, reason: "" };
  return { path, value: null, reason: missingReason(sample, path) };
}

export class ZpValue extends LitElement {
  static override styles = css`
    :host { display: inline-block; white-space: nowrap; font-variant-numeric: tabular-nums; }
    .unit { color: var(--zp-quiet, #5b6472); font-size: 0.86em; margin-inline-start: 0.22em; }
    .dash { color: var(--zp-quiet, #5b6472); cursor: help; }
    .pending { display: inline-block; width: 2.6em; height: 0.7em; border-radius: 2px; background: var(--zp-line, #e2e5ea); }
  `;

  /** Null while nothing has been read yet. */
  @property({ attribute: false, hasChanged: differs }) reading: Reading | null = null;
  /** Overrides the unit that the metric's name carries. */
  @property({ attribute: false }) unit: UnitKind | null = null;
  /** The value is shown as a share of so many: of one core as of all of them. */
  @property({ attribute: false }) of = 1;
  @property({ type: Boolean, attribute: "without-unit" }) withoutUnit = false;

  override render(): TemplateResult {
    if (this.reading === null) return html`<span class="pending"></span>`;
    const { value, path } = this.reading;
    if (value === null) return html`<span class="dash" aria-hidden="true">–</span>`;
    const shown: Shown =
      typeof value === "string" ? { number: value, unit: "" } : show(value / this.of, this.unit ?? unitOf(path));
    const unit = this.withoutUnit || shown.unit === "" ? "" : html`<span class="unit" part="unit">${shown.unit}</span>`;
    return html`<span class="number" part="number">${shown.number}</span>${unit}`;
  }

  // On the element itself, where tests and assistive technology look for them.
  protected override updated(_changed: PropertyValues<this>): void {
    const reading = this.reading;
    const reason = reading === null || reading.value !== null ? null : `not available: ${reading.reason}`;
    setAttribute(this, "data-metric", reading === null ? null : metricName(reading.path));
    setAttribute(this, "data-value", reading?.value == null ? null : String(reading.value));
    setAttribute(this, "data-of", this.of === 1 ? null : String(this.of));
    setAttribute(this, "data-missing", reading === null || reading.value !== null ? null : reading.reason);
    // A text may be cut off where it stands; a number never is.
    setAttribute(this, "title", reason ?? (typeof reading?.value === "string" ? reading.value : null));
    setAttribute(this, "role", reason === null ? null : "img");
    setAttribute(this, "aria-label", reason);
  }
}

function differs(now: Reading | null, before: Reading | null | undefined): boolean {
  if (now === null || before == null) return now !== before;
  return now.value !== before.value || now.reason !== before.reason || metricName(now.path) !== metricName(before.path);
}

function setAttribute(element: Element, name: string, value: string | null): void {
  if (element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

define("zp-value", ZpValue);
