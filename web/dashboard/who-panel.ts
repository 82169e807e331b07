// <zp-who>: who uses the machine: a stack over time by workload, and a table beside it.

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import type { ZpChart } from "../elements/chart";
import "../elements/chart";
import type { Hues } from "../elements/hues";
import { StackAreas } from "../elements/plot/stack-areas";
import type { ListColumns } from "../elements/series";
import type { Timeline } from "../elements/timeline";
import { read } from "../elements/value";
import "../elements/value";
import { hueStyle } from "./hue-style";
import { MEASURES, pathsOf, sumPath, type Measure } from "./measures";
import { oldNote, paceNote } from "./old-note";
import { panelStyle } from "./panel-style";
import { whoStyle } from "./who-style";
import "./workload-detail";
import { sortingBy, type Sorting } from "./workload-order";
import type { ZpWorkloads } from "./workloads-table";
import "./workloads-table";

export class ZpWho extends LitElement {
  static override styles = [panelStyle, hueStyle, whoStyle];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) timeline!: Timeline;
  /** The workloads' columns in the timeline. */
  @property({ attribute: false }) list!: ListColumns;
  @property({ attribute: false }) hues!: Hues;
  @property({ attribute: false }) selected: string | null = null;
  @state() private measure: Measure = MEASURES[0]!;
  @state() private sorting: Sorting = sortingBy("cpu_percent");
  @state() private filter = "";
  @query("input") private input!: HTMLInputElement;
  @query("zp-chart") private chart!: ZpChart;
  @query("zp-workloads") private table!: ZpWorkloads;
  #stack: StackAreas | null = null;

  /** Puts the focus into the filter. */
  focusFilter(): void {
    this.input.focus();
    this.input.select();
  }

  /** What the selected workload is called, also when it has ended. */
  get #name(): string {
    return this.selected === null ? "" : this.list.nameOf(this.selected);
  }

  protected override willUpdate(): void {
    // All that can be chosen, so that it has its past by then.
    if (!this.hasUpdated) for (const path of MEASURES.flatMap(pathsOf)) this.timeline.column(path);
    if (this.#stack?.definitions !== this.measure.sides) this.#stack = new StackAreas(this.list, this.hues, this.measure.sides);
    this.#stack.selected = this.selected;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("selected")) this.chart.redraw();
  }

  override render(): TemplateResult {
    const { sample, measure } = this;
    const old = oldNote(sample, ["ledger"]);
    return html`
      <article class="panel ${old === null ? "" : "stale"}">
        <div class="head">
          <h2>Who uses it</h2>
          <span class="group" role="group" aria-label="What is shown by workload">
            ${MEASURES.map((one) => html`<button type="button" aria-pressed=${String(one === measure)} @click=${() => this.#choose(one)}>${one.label}</button>`)}
          </span>
          <span class="legend"><span><span class="swatch other"></span>other</span><span><span class="swatch unattributed"></span>unattributed</span></span>
          ${this.#chip()} ${old ?? paceNote(sample, ["ledger"]) ?? nothing}
          <input class="end" type="search" placeholder="filter" title="Filter workloads (/)" aria-label="Filter workloads" autocomplete="off" spellcheck="false"
            .value=${this.filter} @input=${this.#filter} @keydown=${this.#key} />
        </div>
        <div class="both">
          <zp-chart .timeline=${this.timeline} .heading=${measure.heading} .axis=${measure.axis} .lines=${measure.lines} .backdrop=${this.#stack} ?stale=${old !== null}>
            <span slot="title" class="over">${this.#over()}</span>
          </zp-chart>
          <zp-workloads .sample=${sample} .hues=${this.hues} .selected=${this.selected} .filter=${this.filter} .sorting=${this.sorting} @zp-sort=${this.#sort}></zp-workloads>
          <zp-workload-detail .sample=${sample} .selected=${this.selected} .name=${this.#name}></zp-workload-detail>
        </div>
      </article>
    `;
  }

  #chip(): TemplateResult | typeof nothing {
    if (this.selected === null) return nothing;
    return html`<button type="button" class="chip" title="Show no workload's part any more (Esc)" aria-label="${this.#name} is selected: show its part no more" @click=${this.#clear}>
      <span class="swatch hue-${this.hues.of(this.selected)}"></span><span>${this.#name}</span><span aria-hidden="true">×</span>
    </button>`;
  }

  // By how much the parts exceed the machine's own total: they are read one after another, and the machine goes on.
  #over(): TemplateResult | typeof nothing {
    const { sample } = this;
    if (sample === null) return nothing;
    const found = this.measure.sides
      .map(({ field, word }) => ({ word, reading: read(sample, sumPath("over_attributed", field as Parameters<typeof sumPath>[1])) }))
      .filter(({ reading }) => typeof reading.value === "number" && reading.value > 0);
    return html`${found.map(({ word, reading }) => html`<span title="The parts exceed the machine's own total by so much">over by <zp-value .reading=${reading}></zp-value> ${word}</span>`)}`;
  }

  #choose(measure: Measure): void {
    this.measure = measure;
    this.sorting = sortingBy(measure.sortBy);
  }

  readonly #sort = (event: CustomEvent<Sorting>): void => {
    this.sorting = event.detail;
  };

  readonly #filter = (): void => {
    this.filter = this.input.value.trim();
  };

  readonly #clear = (): void => {
    this.dispatchEvent(new CustomEvent<string | null>("zp-select", { detail: null }));
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Enter") {
      const { first } = this.table;
      if (first !== null) this.dispatchEvent(new CustomEvent<string | null>("zp-select", { detail: first }));
    } else if (event.key === "Escape") {
      // Before the page takes it to mean something else.
      event.preventDefault();
      if (this.filter === "") this.input.blur();
      this.filter = "";
    }
  };
}

customElements.define("zp-who", ZpWho);
