// <zp-component>: the state of one AI component, its newest values, and why its state is what it is.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Component, Sample } from "../client/src/contract";
import { ago } from "../elements/format";
import { numberAt } from "../elements/path";
import type { Tone } from "../elements/status";
import { read, type Reading } from "../elements/value";
import "../elements/status";
import "../elements/value";
import { componentTitle, fieldsOf, notesOf, type Field } from "./component-fields";
import { panelStyle } from "./panel-style";

const TONES: Record<Component["status"], Tone> = {
  running: "good",
  idle: "calm",
  stopped: "off",
  failed: "bad",
  absent: "off",
  unknown: "unknown",
};

export class ZpComponent extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .panel { min-height: 124px; }
      @media (max-width: 640px) { .panel { min-height: 92px; } }
      .head { gap: 2px 10px; }
      .wide { grid-column: span 2; }
      time { font-size: 12px; }
      .reason { margin: 5px 0 0; font-size: 12px; color: var(--zp-quiet); overflow-wrap: anywhere; }
      :host([data-status="failed"]) .reason { color: var(--zp-bad); }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) sample: Sample | null = null;

  override render(): TemplateResult {
    const component = this.sample?.ai.components[this.name] ?? null;
    return html`
      <article class="panel">
        <div class="head">
          <h2>${componentTitle(this.name)}</h2>
          ${component === null
            ? html`<zp-value></zp-value>`
            : html`<zp-status tone=${TONES[component.status] ?? "unknown"} word=${component.status}></zp-status>
                ${this.#since(component)}`}
        </div>
        ${this.#values(this.#fields(component))}
        ${component === null ? nothing : notesOf(this.name, component).map((note) => html`<p class="reason">${note}</p>`)}
      </article>
    `;
  }

  // Values that all miss for one reason share a line with it: a wall of dashes would tell less.
  #values(fields: readonly Field[]): TemplateResult {
    const sample = this.sample;
    const readings = fields.map((field) => ({ field, reading: sample === null ? null : read(sample, field.path) }));
    const shared = sharedReason(readings.map(({ reading }) => reading));
    const together = readings.filter(({ reading }) => shared !== null && reading?.reason === shared);
    const apart = readings.filter((one) => !together.includes(one));
    return html`
      <dl class="cells">
        ${apart.map(
          ({ field, reading }) => html`<div class=${field.wide ? "wide" : ""}>
            <dt>${field.label}</dt>
            <dd><zp-value .reading=${reading}></zp-value></dd>
          </div>`,
        )}
      </dl>
      ${shared === null
        ? nothing
        : html`<p class="reason">
            ${together.map(
              ({ field, reading }, index) =>
                html`${index > 0 ? ", " : ""}${field.label} <zp-value .reading=${reading}></zp-value>`,
            )}: ${shared}
          </p>`}
    `;
  }

  protected override updated(): void {
    const status = this.sample?.ai.components[this.name]?.status;
    if (status !== undefined) this.dataset["status"] = status;
    this.dataset["component"] = this.name;
  }

  // Of a component that has left no trace only what was counted is worth a place: the rest would be a row of dashes.
  #fields(component: Component | null): Field[] {
    const fields = fieldsOf(this.name, component);
    if (component?.status !== "absent") return fields;
    return fields.filter(({ path }) => !Number.isNaN(numberAt(this.sample, path)));
  }

  // Ages are reckoned on the machine's clock, which the viewer's may differ from.
  #since(component: Component): TemplateResult | typeof nothing {
    if (component.last_updated === null || this.sample === null) return nothing;
    const seconds = (Date.parse(this.sample.timestamp) - Date.parse(component.last_updated)) / 1000;
    return html`<time class="quiet end" datetime=${component.last_updated} title="Newest evidence of work: ${component.last_updated}">
      ${ago(seconds)}
    </time>`;
  }
}

const WORTH_SHARING = 3;

/** The reason for which the most values are missing, if they are several. */
function sharedReason(readings: readonly (Reading | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const reading of readings) {
    if (reading !== null && reading.value === null) counts.set(reading.reason, (counts.get(reading.reason) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most !== undefined && most[1] >= WORTH_SHARING ? most[0] : null;
}

customElements.define("zp-component", ZpComponent);
