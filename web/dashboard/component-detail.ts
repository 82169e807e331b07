// <zp-component-detail>: all that is known of one AI component. It stands among the charts, so that what the machine
// does can be seen beside it.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { Component, PetalsBlock, Sample } from "../client/src/contract";
import { ago, duration } from "../elements/format";
import { find, missingReason, type Path } from "../elements/path";
import type { Timeline } from "../elements/timeline";
import { read } from "../elements/value";
import "../elements/chart";
import "../elements/status";
import "../elements/value";
import "./blocks-strip";
import { allFieldsOf, chartsOf, componentTitle, notesOf } from "./component-fields";
import { listsOf, plainListsOf } from "./component-lists";
import { COMPONENT_TONES } from "./component-tones";
import type { FieldNames } from "./field-names";
import { oldNote } from "./old-note";
import { panelStyle } from "./panel-style";
import "./rows-table";
import type { Run } from "./runs";
import type { AskSteps } from "./runs-panel";
import "./runs-panel";

export class ZpComponentDetail extends LitElement {
  static override styles = [
    panelStyle,
    css`
      section { scroll-margin-top: 52px; --zp-plot-height: clamp(110px, 14vh, 190px); border-color: var(--zp-text); }
      @media (max-width: 640px) { section { scroll-margin-top: 98px; } }
      section:focus { outline: none; }
      section:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      h2 { font-size: 15px; }
      .head { align-items: center; }
      .head zp-status { font-weight: 600; }
      .head .quiet { font-size: 12px; }
      button { padding: 2px 9px; border: 1px solid var(--zp-line); border-radius: 4px; background: none; color: inherit; font: inherit; font-size: 12.5px; cursor: pointer; }
      button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      .reason { margin: 4px 0 0; font-size: 12.5px; color: var(--zp-quiet); overflow-wrap: anywhere; }
      .failed .reason { color: var(--zp-bad); }
      .cells { grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); }
      .wide { grid-column: span 2; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 6px 16px; align-items: end; margin-top: 10px; }
      .part { margin-top: 14px; }
      h3 { margin: 0 0 5px; font-size: 12.5px; font-weight: 650; }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) timeline: Timeline | null = null;
  @property({ attribute: false }) runs: readonly Run[] = [];
  @property({ attribute: false }) askSteps: AskSteps | null = null;
  @property({ attribute: false }) names: FieldNames | null = null;
  @state() private helps: ReadonlyMap<string, string> = new Map();
  @query("section") private section!: HTMLElement;

  override focus(): void {
    this.section.focus({ preventScroll: true });
    this.section.scrollIntoView({ block: "nearest" });
  }

  override render(): TemplateResult {
    const component = this.sample?.ai.components[this.name] ?? null;
    return html`
      <section class="panel ${component?.status ?? ""}" tabindex="-1" aria-labelledby="title">
        <div class="head">
          <h2 id="title">${componentTitle(this.name)}</h2>
          ${component === null ? nothing : this.#state(component)}
          <button type="button" class="end" title="Close (Esc)" @click=${this.#close}>close</button>
        </div>
        ${component === null ? html`<p class="reason">${this.#whyNone()}</p>` : this.#body(component)}
      </section>
    `;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("name")) return;
    this.dataset["component"] = this.name;
    void this.names?.helpsOf(this.name).then((helps) => (this.helps = helps));
  }

  #state(component: Component): TemplateResult {
    const now = this.sample === null ? Number.NaN : Date.parse(this.sample.timestamp);
    const seconds = (time: string): number => (now - Date.parse(time)) / 1000;
    return html`
      <zp-status tone=${COMPONENT_TONES[component.status] ?? "unknown"} word=${component.status}></zp-status>
      ${oldNote(this.sample, [this.name]) ?? nothing}
      ${component.since === null ? nothing : html`<time class="quiet" datetime=${component.since} title="Since ${component.since}">for ${lasting(seconds(component.since))}</time>`}
      ${component.last_updated === null
        ? html`<span class="quiet">newest work <zp-value .reading=${read(this.sample!, this.#at("last_updated"))}></zp-value></span>`
        : html`<time class="quiet" datetime=${component.last_updated} title=${component.last_updated}>newest work ${ago(seconds(component.last_updated))}</time>`}
    `;
  }

  #body(component: Component): TemplateResult {
    const mine = this.runs.filter((run) => run.kind === this.name);
    return html`
      ${notesOf(this.name, component).map((note) => html`<p class="reason">${note}</p>`)}
      <dl class="cells">
        ${allFieldsOf(this.name, component).map(
          ({ label, path, wide }) => html`<div class=${wide ? "wide" : ""} title=${this.helps.get(path.slice(3).join(".")) ?? nothing}>
            <dt>${label}</dt>
            <dd><zp-value .reading=${read(this.sample!, path)}></zp-value></dd>
          </div>`,
        )}
        ${plainListsOf(component).map(([label, values]) => html`<div class="wide"><dt>${label}</dt><dd title=${values}>${values}</dd></div>`)}
      </dl>
      ${component.status === "absent" ? nothing : html`<div class="charts">
        ${chartsOf(this.name, component).map(
          ({ title, axis, lines }) => html`<zp-chart .timeline=${this.timeline} .heading=${title} .axis=${axis} .lines=${lines}></zp-chart>`,
        )}
      </div>`}
      ${this.#blocks(component)}
      ${mine.length === 0 ? nothing : html`<zp-runs class="part" .runs=${mine} .sample=${this.sample} .component=${this.name} .ask=${this.askSteps}></zp-runs>`}
      ${listsOf(this.name, component).map(
        ({ path, label, columns, empty, order }) => html`<zp-rows class="part" data-list=${String(path.at(-1))} .sample=${this.sample} .path=${path}
          .label=${label} .columns=${columns} .empty=${empty} .order=${order}></zp-rows>`,
      )}
    `;
  }

  #blocks(component: Component): TemplateResult | typeof nothing {
    const { value } = find(component, ["blocks"]);
    if (value === undefined) return nothing;
    const blocks = Array.isArray(value) ? (value as PetalsBlock[]) : [];
    return html`<div class="part">
      <h3>Blocks</h3>
      ${blocks.length === 0
        ? html`<p class="reason">${Array.isArray(value) ? "none is known" : missingReason(this.sample!, this.#at("blocks"))}</p>`
        : html`<zp-blocks .blocks=${blocks}></zp-blocks>`}
    </div>`;
  }

  #whyNone(): string {
    if (this.sample === null) return "Waiting for the first sample.";
    return `This appliance reports no component of this name. It reports: ${Object.keys(this.sample.ai.components).join(", ")}.`;
  }

  #at(field: string): Path {
    return ["ai", "components", this.name, field];
  }

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent("zp-open", { detail: null, bubbles: true, composed: true }));
  };
}

function lasting(seconds: number): string {
  const { number, unit } = duration(Math.max(0, Math.round(seconds)));
  return `${seconds < 60 ? Math.max(0, Math.round(seconds)) : number} ${unit}`;
}

customElements.define("zp-component-detail", ZpComponentDetail);
