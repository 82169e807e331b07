// <zp-runs-view>: all runs, and two of them compared. Which two stands in the address: #view/runs/A/B.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import { duration } from "../elements/format";
import type { Ask } from "../elements/past";
import "../elements/status";
import { reasonIn } from "./answer-reason";
import "./compare-panel";
import { dayAndClock } from "./moments";
import { panelStyle } from "./panel-style";
import { addressOfPicked, before, EVERY, filtered, kindsOf, pickedIn, toggled, type Filter } from "./picked-runs";
import { endInWords, parseRuns, secondsOf, toneOf, type Run } from "./runs";
import { tableStyle } from "./table-style";

const SHOWN_AT_FIRST = 12;

export class ZpRunsView extends LitElement {
  static override styles = [
    panelStyle,
    tableStyle,
    css`
      :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--zp-gap); }
      form { display: flex; flex-wrap: wrap; gap: 6px 10px; margin: 6px 0; font-size: 12.5px; }
      label { display: inline-flex; gap: 5px; align-items: center; color: var(--zp-quiet); }
      input, select { font: inherit; color: var(--zp-text); background: var(--zp-surface); border: 1px solid var(--zp-line); border-radius: 4px; padding: 2px 6px; min-width: 0; }
      input:focus-visible, select:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      th { font-weight: 550; min-width: 6em; max-width: 22em; overflow-wrap: break-word; }
      td button { margin: 0; padding: 0; white-space: nowrap; }
      .key { display: inline-block; min-width: 1em; font-weight: 650; color: var(--zp-series-1); }
      .key.second { color: var(--zp-series-2); }
      p { margin: 6px 0 0; font-size: 12.5px; overflow-wrap: anywhere; }
      @media (pointer: coarse) { input[type="checkbox"] { width: 22px; height: 22px; } }
    `,
  ];

  @property() own = "";
  @property({ attribute: false }) go: (own: string) => void = () => undefined;
  @property({ attribute: false }) ask: Ask | null = null;
  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) runs: readonly Run[] = [];
  @state() private fetched: readonly Run[] | null = null;
  @state() private message = "";
  @state() private filter: Filter = EVERY;
  @state() private all = false;
  #running: AbortController | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running?.abort();
  }

  override render(): TemplateResult {
    const runs = this.runs.length > 0 ? this.runs : this.fetched;
    const picked = pickedIn(this.own);
    const [a, b] = picked;
    return html`
      <section class="panel" aria-labelledby="runs"><h2 id="runs">Runs</h2>${this.#list(runs, picked)}</section>
      ${a === undefined || b === undefined ? nothing : html`<zp-compare .a=${a} .b=${b} .ask=${this.ask} .tick=${this.sample}></zp-compare>`}
    `;
  }

  #list(runs: readonly Run[] | null, picked: readonly string[]): TemplateResult {
    if (runs === null) return html`<p role="status" class="quiet">${this.message === "" ? "…" : this.message}</p>`;
    if (runs.length === 0 && this.message !== "") return html`<p role="status" class="quiet">The runs can't be read: ${this.message}</p>`;
    if (runs.length === 0) return html`<p>There is no run yet. This begins one: <code>zeropoint run -- python train.py</code></p>`;
    const found = filtered(runs, this.filter);
    const shown = this.all ? found : found.slice(0, SHOWN_AT_FIRST);
    return html`
      ${this.#filters(runs)}
      <p role="status" class="quiet">${this.#advice(runs, found, picked)}</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Runs">
        <table>
          <thead><tr><th scope="col">compare</th><th scope="col">run</th><th scope="col">kind</th><th scope="col">state</th><th scope="col">began</th><th scope="col" class="number">for</th><th scope="col">end</th><th scope="col"></th></tr></thead>
          <tbody>${shown.map((run) => this.#row(run, runs, picked))}</tbody>
        </table>
      </div>
      ${found.length > SHOWN_AT_FIRST
        ? html`<button type="button" @click=${() => (this.all = !this.all)}>${this.all ? "show fewer" : `${found.length - SHOWN_AT_FIRST} more`}</button>`
        : nothing}
    `;
  }

  #advice(runs: readonly Run[], found: readonly Run[], picked: readonly string[]): string {
    if (runs.length === 1) return "There is one run; two can be compared.";
    if (found.length === 0) return "No run is like that.";
    if (picked.length === 1) return "Pick another one to compare it with.";
    return picked.length === 2 ? "A and B are compared below." : "Pick two runs to compare them.";
  }

  #filters(runs: readonly Run[]): TemplateResult {
    const set = (field: keyof Filter) => (event: Event): void => {
      this.filter = { ...this.filter, [field]: (event.target as HTMLInputElement).value };
    };
    const choice = (label: string, field: "kind" | "state", words: readonly string[]): TemplateResult =>
      html`<label>${label} <select @change=${set(field)}><option value="">all</option>${words.map((word) => html`<option value=${word}>${word}</option>`)}</select></label>`;
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      <label>name <input type="search" maxlength="200" @input=${set("name")} /></label>
      ${choice("kind", "kind", kindsOf(runs, "kind"))} ${choice("state", "state", kindsOf(runs, "status"))}
    </form>`;
  }

  #row(run: Run, runs: readonly Run[], picked: readonly string[]): TemplateResult {
    const place = picked.indexOf(run.id);
    const earlier = before(run, runs);
    const seconds = secondsOf(run, this.sample === null ? Number.NaN : Date.parse(this.sample.timestamp));
    const length = seconds === null ? null : duration(seconds);
    return html`<tr data-run=${run.id}>
      <td><label><input type="checkbox" aria-label="Compare ${run.name}, ${run.id}" .checked=${place >= 0} @change=${() => this.#pick(toggled(picked, run.id, runs))} />
        <span class="key ${place === 1 ? "second" : ""}">${place < 0 || picked.length < 2 ? "" : "AB"[place]}</span></label></td>
      <th scope="row" title=${run.id}>${run.name}</th>
      <td>${run.kind}</td>
      <td><zp-status tone=${toneOf(run)} word=${run.status}></zp-status></td>
      <td>${run.started === null ? "–" : html`<time datetime=${run.started} title=${run.started}>${dayAndClock(run.started)}</time>`}</td>
      <td class="number">${length === null ? "–" : `${length.number} ${length.unit}`}</td>
      <td class="text">${run.ended === null ? (run.reason ?? "–") : endInWords(run)}</td>
      <td>${earlier === null ? nothing : html`<button type="button" aria-label="Compare ${run.id} with the one before" @click=${() => this.#pick([earlier.id, run.id])}>with the one before</button>`}</td>
    </tr>`;
  }

  #pick(ids: readonly string[]): void {
    this.go(addressOfPicked(ids));
  }

  // The page has runs from its first sample on; whether there are none is known sooner so.
  async #read(): Promise<void> {
    if (this.ask === null) return;
    const running = (this.#running = new AbortController());
    try {
      const response = await this.ask("api/v1/runs", {}, running.signal);
      const answer: unknown = await response.json().catch(() => null);
      if (response.ok) this.fetched = parseRuns(answer);
      this.message = reasonIn(answer) ?? (response.ok ? "" : `the appliance answered ${response.status}`);
    } catch {
      if (!running.signal.aborted) this.message = "the runs could not be fetched";
    }
  }
}

customElements.define("zp-runs-view", ZpRunsView);
