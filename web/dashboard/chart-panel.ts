// <zp-chart-panel>: one row of the table of charts, with its strip, its facts and, when it is old, its age.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import type { Timeline } from "../elements/timeline";
import { read } from "../elements/value";
import "../elements/chart";
import "../elements/strip";
import { type ChartRow, type Fact } from "./charts";
import "./gpu-tables";
import { oldNote, paceNote } from "./old-note";
import { panelStyle } from "./panel-style";

export class ZpChartPanel extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .facts { padding-inline-start: 54px; margin-top: 4px; }
      zp-strip { margin-top: 1px; }
      .tag { font-size: 12px; color: var(--zp-warn); }
      .tag::before { content: "◆"; margin-inline-end: 4px; font-size: 9px; vertical-align: 1px; }
      @container (max-width: 480px) { .facts { padding-inline-start: 0; } }
      :host { container-type: inline-size; }
    `,
  ];

  @property({ attribute: false }) row!: ChartRow;
  @property({ attribute: false }) timeline: Timeline | null = null;
  @property({ attribute: false }) sample: Sample | null = null;

  override render(): TemplateResult {
    const { row, sample } = this;
    const old = oldNote(sample, row.collectors);
    return html`
      <article class="panel ${old === null ? "" : "stale"}">
        <zp-chart .timeline=${this.timeline} .heading=${row.title} .axis=${row.axis} .lines=${row.lines} ?stale=${old !== null}>
          <span slot="title">${old ?? paceNote(sample, row.collectors) ?? nothing} ${this.#throttling()}</span>
        </zp-chart>
        ${this.#strip()}
        <div class="facts">
          ${row.facts.filter((fact) => (sample === null ? fact.when === undefined : fact.when?.(sample) !== false)).map((fact) => this.#fact(fact))}
        </div>
        ${this.#tables()}
      </article>
    `;
  }

  #strip(): TemplateResult | typeof nothing {
    const strip = this.row.strip;
    if (strip === undefined) return nothing;
    const rows = this.sample === null ? [] : strip.rows(this.sample);
    return html`<zp-strip .timeline=${this.timeline} .label=${strip.label} .rows=${rows}></zp-strip>`;
  }

  #fact(fact: Fact): TemplateResult {
    const values = fact.paths.map(
      (path, index) => html`${index > 0 && fact.between !== undefined ? html`<span>${fact.between}</span>` : nothing}
        <zp-value .reading=${this.sample === null ? null : read(this.sample, path)}></zp-value>`,
    );
    return html`<span class="fact ${fact.between === undefined ? "" : "pair"}" title=${fact.title ?? nothing}>${fact.label === "" ? nothing : html`<span>${fact.label}</span>`}${values}</span>`;
  }

  // Where the GPU of this row stands; -1 for a row of something else.
  #gpuIndex(): number {
    const uuid = this.row.lines[0]?.path[2];
    if (this.sample === null || !this.row.key.startsWith("gpu ")) return -1;
    return (this.sample.system.gpus ?? []).findIndex((gpu) => gpu.uuid === uuid);
  }

  #tables(): TemplateResult | typeof nothing {
    const index = this.#gpuIndex();
    const gpu = this.sample?.system.gpus?.[index];
    return gpu === undefined ? nothing : html`<zp-gpu-tables .sample=${this.sample} .index=${index} .gpu=${gpu}></zp-gpu-tables>`;
  }

  #throttling(): TemplateResult | typeof nothing {
    const reasons = this.sample?.system.gpus?.[this.#gpuIndex()]?.throttle_reasons ?? [];
    if (reasons.length === 0) return nothing;
    return html`<span class="tag" title="The clocks are held down">throttled: ${reasons.join(", ")}</span>`;
  }
}

customElements.define("zp-chart-panel", ZpChartPanel);
