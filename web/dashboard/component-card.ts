// <zp-component>: the state of one AI component, its newest values, and why its state is what it is.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Component, Sample } from "../client/src/contract";
import { ago } from "../elements/format";
import { numberAt } from "../elements/path";
import type { Tone } from "../elements/status";
import { read } from "../elements/value";
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
        <dl class="cells">
          ${this.#fields(component).map(
            (field) => html`<div class=${field.wide ? "wide" : ""}>
              <dt>${field.label}</dt>
              <dd><zp-value .reading=${this.sample === null ? null : read(this.sample, field.path)}></zp-value></dd>
            </div>`,
          )}
        </dl>
        ${component === null ? nothing : notesOf(this.name, component).map((note) => html`<p class="reason">${note}</p>`)}
      </article>
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

customElements.define("zp-component", ZpComponent);
