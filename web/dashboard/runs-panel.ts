// <zp-runs>: the runs of a component, and the curve of one of them over its steps.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import { duration, show, unitOf } from "../elements/format";
import { find, isRecord } from "../elements/path";
import "../elements/curve";
import "../elements/status";
import { dayAndClock } from "./moments";
import { receiptToShow } from "./receipt";
import { NO_STEPS, parseSteps, withNewest, type RunSteps } from "./run-steps";
import { endInWords, leaves, secondsOf, toneOf, type Run } from "./runs";
import { tableStyle } from "./table-style";

const SHOWN_AT_FIRST = 6;
const REFRESH_MILLISECONDS = 10_000;
// Named here in the order in which they matter; further numbers of a run follow.
const CURVES: readonly (readonly [column: string, heading: string])[] = [
  ["loss", "Loss by step"],
  ["tokens_per_second", "Tokens by step"],
  ["step_seconds", "Step time by step"],
];
const MOST_CURVES = 6;

export type AskSteps = (id: string, signal: AbortSignal) => Promise<Response>;

export class ZpRuns extends LitElement {
  static override styles = [
    tableStyle,
    css`
      :host { display: block; min-width: 0; }
      .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 8px 16px; margin-top: 10px; }
      th { font-weight: 550; max-width: 22em; overflow-wrap: break-word; }
      th button { margin: 0; padding: 0; color: inherit; font-size: inherit; text-align: start; }
      tr.chosen th button { text-decoration: none; font-weight: 700; cursor: default; }
      dl { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 8px 0 0; font-size: 12.5px; }
      dl div { display: flex; gap: 6px; min-width: 0; overflow-wrap: anywhere; }
      p { margin: 0; color: var(--zp-quiet); font-size: 12.5px; }
      dt { color: var(--zp-quiet); }
      dd { margin: 0; }
    `,
  ];

  @property({ attribute: false }) runs: readonly Run[] = [];
  @property({ attribute: false }) sample: Sample | null = null;
  /** The component's name: its newest step goes to the end of the curve of the run that it is of. */
  @property() component = "";
  /** No curve is shown until a run is chosen. */
  @property({ type: Boolean }) brief = false;
  @property({ attribute: false }) ask: AskSteps | null = null;
  @state() private chosen: string | null = null;
  @state() private curve: RunSteps = NO_STEPS;
  @state() private message = "";
  @state() private all = false;
  #shown: string | null = null;
  #readAt = Number.NEGATIVE_INFINITY;
  #running: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running?.abort();
    this.#running = null;
  }

  override render(): TemplateResult | typeof nothing {
    const run = this.#run;
    if (run === null) return nothing;
    const shown = this.all ? this.runs : this.runs.slice(0, SHOWN_AT_FIRST);
    return html`
      <div class="scroll">
        <table>
          <caption>Runs</caption>
          <thead><tr><th scope="col">run</th><th scope="col">state</th><th scope="col">began</th><th scope="col" class="number">for</th><th scope="col">end</th></tr></thead>
          <tbody>${shown.map((one) => this.#row(one, this.#showsCurve && one === run))}</tbody>
        </table>
      </div>
      ${this.runs.length > SHOWN_AT_FIRST
        ? html`<button type="button" @click=${this.#toggle}>${this.all ? "show fewer" : `${this.runs.length - SHOWN_AT_FIRST} more`}</button>`
        : nothing}
      ${this.#showsCurve ? html`<div class="curves" data-run=${run.id}>${this.#curves()}</div> ${told(run.hyperparameters)} ${told(receiptToShow(run.receipt))}` : nothing}
    `;
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    const run = this.#run;
    if (run?.id !== this.#shown) {
      this.#shown = run?.id ?? null;
      this.#readAt = Number.NEGATIVE_INFINITY;
      this.curve = NO_STEPS;
      this.message = "";
      this.#running?.abort();
      this.#running = null;
    }
    if (run !== null) this.#goOn(run);
  }

  protected override updated(): void {
    const run = this.#run;
    if (run !== null && this.#isDue(run)) void this.#read(run);
  }

  get #run(): Run | null {
    return this.runs.find(({ id }) => id === this.chosen) ?? this.runs[0] ?? null;
  }

  get #showsCurve(): boolean {
    return !this.brief || this.chosen !== null;
  }

  #row(run: Run, isShown: boolean): TemplateResult {
    const now = this.sample === null ? Number.NaN : Date.parse(this.sample.timestamp);
    const seconds = secondsOf(run, now);
    const length = seconds === null ? null : duration(seconds);
    return html`<tr class=${isShown ? "chosen" : ""} data-run=${run.id}>
      <th scope="row"><button type="button" aria-current=${isShown ? "true" : nothing} title="Show the curve of ${run.id}" @click=${() => (this.chosen = run.id)}>${run.name}</button></th>
      <td><zp-status tone=${toneOf(run)} word=${run.status}></zp-status></td>
      <td>${run.started === null ? "–" : html`<time datetime=${run.started} title=${run.started}>${dayAndClock(run.started)}</time>`}</td>
      <td class="number">${length === null ? "–" : `${length.number} ${length.unit}`}</td>
      <td class="text">${run.ended === null ? (run.reason ?? "–") : endInWords(run)}</td>
    </tr>`;
  }

  #curves(): TemplateResult | TemplateResult[] {
    const { steps, columns } = this.curve;
    if (steps.length === 0 && this.message !== "") return html`<p>${this.message}</p>`;
    const known = CURVES.filter(([column], index) => index === 0 || columns.has(column));
    const further = [...columns.keys()].filter((column) => !CURVES.some(([name]) => name === column));
    const shown = [...known, ...further.map((column) => [column, `${column.replaceAll("_", " ")} by step`] as const)];
    return shown.slice(0, MOST_CURVES).map(
      ([column, heading]) => html`<zp-curve data-column=${column} .heading=${heading} .unit=${unitOf([column])}
        .steps=${steps} .values=${columns.get(column) ?? []} .message=${this.message}></zp-curve>`,
    );
  }

  // Between two readings the live sample tells the newest step.
  #goOn(run: Run): void {
    const latest = find(this.sample, ["ai", "components", this.component, "latest"]).value;
    if (!isRecord(latest) || latest["run"] !== run.id || typeof latest["step"] !== "number" || this.curve.steps.length === 0) return;
    this.curve = withNewest(this.curve, latest["step"], latest as Record<string, number | null>);
  }

  // A run that has ended does not change.
  #isDue(run: Run): boolean {
    if (this.ask === null || !this.#showsCurve || this.#running !== null || !this.isConnected) return false;
    if (this.#readAt === Number.NEGATIVE_INFINITY) return true;
    return run.ended === null && performance.now() - this.#readAt >= REFRESH_MILLISECONDS;
  }

  async #read(run: Run): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#readAt = performance.now();
    try {
      const response = await this.ask!(run.id, running.signal);
      const curve = response.ok ? parseSteps(await response.json()) : null;
      if (running.signal.aborted) return;
      if (curve !== null) this.curve = curve;
      this.message = curve === null ? `the appliance answered ${response.status}` : curve.steps.length === 0 ? `${run.name} has left no steps` : "";
    } catch {
      if (!running.signal.aborted) this.message = "the steps could not be fetched";
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }

  readonly #toggle = (): void => {
    this.all = !this.all;
  };
}

function told(value: unknown): TemplateResult | typeof nothing {
  const rows = leaves(value);
  if (rows.length === 0) return nothing;
  return html`<dl>${rows.map(([name, inner]) => html`<div><dt>${name}</dt><dd>${typeof inner === "number" ? inWordsOf(name, inner) : inner}</dd></div>`)}</dl>`;
}

/** With its unit where the name tells one; else as it was written: 0.001 is no rounded number. */
function inWordsOf(name: string, value: number): string {
  const kind = unitOf([name]);
  if (kind === "count" || kind === "plain") return String(value);
  const { number, unit } = show(value, kind);
  return `${number} ${unit}`;
}

customElements.define("zp-runs", ZpRuns);
