// <zp-component>: the state of one AI component, its newest values, and why its state is what it is. It leads to more.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Component, PetalsBlock, Sample } from "../client/src/contract";
import { ago } from "../elements/format";
import { find, numberAt } from "../elements/path";
import type { Timeline } from "../elements/timeline";
import { read, type Reading } from "../elements/value";
import "../elements/spark";
import "../elements/status";
import "../elements/value";
import { addressOf } from "./address";
import "./blocks-strip";
import { componentTitle, fieldsOf, notesOf, sparkOf, type Field } from "./component-fields";
import { COMPONENT_TONES } from "./component-tones";
import { oldNote } from "./old-note";
import { panelStyle } from "./panel-style";

export class ZpComponent extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .panel { display: flex; flex-direction: column; min-height: 138px; cursor: pointer; }
      @media (max-width: 640px) { .panel { min-height: 92px; } }
      .panel:hover, .panel:focus-within { border-color: var(--zp-hatch); }
      .panel:has(a[aria-expanded="true"]) { border-color: var(--zp-text); }
      .head { gap: 2px 10px; }
      .cells { grid-template-columns: repeat(auto-fill, minmax(86px, 1fr)); }
      h2 a { color: inherit; text-decoration: none; }
      h2 a::after { content: "›"; margin-inline-start: 5px; color: var(--zp-quiet); font-weight: 400; }
      a[aria-expanded="true"]::after { content: "⌄"; }
      a:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 2px; border-radius: 2px; }
      .wide { grid-column: span 2; }
      time { font-size: 12px; }
      .reason { margin: 5px 0 0; font-size: 12px; color: var(--zp-quiet); overflow-wrap: anywhere; }
      .notes { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
      .picture { margin-top: auto; padding-top: 6px; }
      :host([data-status="failed"]) .reason { color: var(--zp-bad); }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) timeline: Timeline | null = null;
  /** Its detail view is open. */
  @property({ type: Boolean }) open = false;

  override render(): TemplateResult {
    const component = this.sample?.ai.components[this.name] ?? null;
    const old = oldNote(this.sample, [this.name]);
    return html`
      <article class="panel ${old === null ? "" : "stale"}" @click=${this.#click}>
        <div class="head">
          <h2><a href=${addressOf(this.name)} aria-expanded=${String(this.open)}>${componentTitle(this.name)}</a></h2>
          ${component === null
            ? html`<zp-value></zp-value>`
            : html`<zp-status tone=${COMPONENT_TONES[component.status] ?? "unknown"} word=${component.status}></zp-status>
                ${old ?? this.#since(component)}`}
        </div>
        ${this.#values(this.#fields(component))}
        ${component === null ? nothing : notesOf(this.name, component).map((note) => html`<p class="reason notes">${note}</p>`)}
        ${component === null ? nothing : this.#picture(component)}
      </article>
    `;
  }

  override focus(): void {
    this.renderRoot.querySelector("a")?.focus();
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

  // What says the most at a glance: the blocks of a swarm, else the rate.
  #picture(component: Component): TemplateResult | typeof nothing {
    const blocks = find(component, ["blocks"]).value;
    const spark = sparkOf(this.name, component);
    if (Array.isArray(blocks) && blocks.length > 0) {
      return html`<zp-blocks class="picture" compact .blocks=${blocks as PetalsBlock[]}></zp-blocks>`;
    }
    if (spark === null || component.status === "absent" || Number.isNaN(numberAt(this.sample, spark))) return nothing;
    return html`<zp-spark class="picture" .timeline=${this.timeline} .path=${spark}></zp-spark>`;
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

  // Anywhere on the card, unless the click was for the browser (a new tab) or marked a text.
  readonly #click = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (document.getSelection()?.type === "Range") return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent("zp-open", { detail: this.open ? null : this.name, bubbles: true, composed: true }));
  };
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
