// <zp-correlations>: which work goes together with what the machine does, as a matrix; and one pair of it.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { dayClock, inWords } from "../elements/format";
import { isRecord } from "../elements/path";
import type { ViewContext } from "./views";
import { addressOfView } from "./address";
import { parseCorrelations, type Correlations, type Pair } from "./correlations";
import { CORRELATION_WINDOWS, ownOf, shownIn, type Shown } from "./correlations-address";
import { matrixOf, secondsToWait, signed, strongestOf, type Choice, type Order } from "./correlations-matrix";
import "./correlations-pair";
import type { Place, ZpCorrelationTable } from "./correlations-table";
import "./correlations-table";
import { panelStyle } from "./panel-style";

/** The answer to a question, whose failure is an error with words for people. */
export type AskJson = (path: string, query: string[][], signal: AbortSignal) => Promise<unknown>;

const NAME = "correlations";
const MOST_SENTENCES = 5;
const STRENGTHS = [0, 0.3, 0.5, 0.7];
const USUAL_WINDOW = CORRELATION_WINDOWS[0]!;

export class ZpCorrelations extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .panel { height: auto; }
      zp-correlation { margin-top: var(--zp-gap); }
      .tools { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; margin-inline-start: auto; }
      .group { display: flex; }
      label { display: inline-flex; gap: 5px; align-items: center; font-size: 12.5px; color: var(--zp-quiet); }
      button, select, input {
        min-width: 0; padding: 2px 8px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-surface); color: var(--zp-text);
        font: inherit; font-size: 12.5px; line-height: 19px;
      }
      button, select { cursor: pointer; }
      input { width: 9em; }
      .group button { border-radius: 0; margin-inline-start: -1px; }
      button[aria-pressed="true"] { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); }
      button:focus-visible, select:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; z-index: 1; }
      p, ol { margin: 8px 0 0; overflow-wrap: anywhere; }
      ol { padding-inline-start: 22px; }
      li + li { margin-top: 3px; }
      a { color: inherit; }
      .quiet { font-size: 12.5px; }
      summary { cursor: pointer; }
      @media (pointer: coarse) { button, select, input { line-height: 27px; } }
    `,
  ];

  @property() own = "";
  @property({ attribute: false }) ask: ViewContext["ask"] | null = null;
  /** The time of the sample that is shown, up to which is compared: the clock of the viewer may be wrong. Null before there is one. */
  @property({ attribute: false, hasChanged: (_now, before) => before == null }) now: string | null = null;
  // A new one comes with each sample, and does the same.
  @property({ attribute: false, hasChanged: () => false }) go: ViewContext["go"] = () => undefined;
  @state() private answer: Correlations | null = null;
  @state() private trouble: string | null = null;
  @state() private choice: Choice = { order: "strength", least: 0, words: "" };
  @query("zp-correlation-table") private table!: ZpCorrelationTable | null;
  // Where the focus was when a pair was opened.
  #at: Place = [0, 0];
  #asked: string | null = null;
  #running: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running?.abort();
    this.#asked = null;
  }

  override render(): TemplateResult {
    const shown = shownIn(this.own);
    return html`
      <section class="panel" aria-label="Correlations" aria-busy=${String(this.answer === null && this.trouble === null)}>
        <div class="head">
          <h2>What goes together</h2>
          ${this.answer === null ? nothing : html`<span class="quiet">${rangeIn(this.answer)}</span>`}
          ${this.#tools(shown)}
        </div>
        ${shown.pair === null ? this.#all() : nothing}
      </section>
      ${shown.pair === null ? nothing : this.#pair(shown, shown.pair)}
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { name } = windowOf(shownIn(this.own));
    if (name !== this.#asked && this.ask !== null && this.now !== null) void this.#read(name);
    const before = changed.get("own");
    // Back from a pair, the focus is where it was.
    if (typeof before === "string" && shownIn(before).pair !== null && shownIn(this.own).pair === null) void this.updateComplete.then(() => this.table?.focus());
  }

  // --- asking

  async #read(window: string): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    this.#asked = window;
    [this.answer, this.trouble] = [null, null];
    try {
      const to = Math.ceil(Date.parse(this.now ?? "") / 1000);
      const { seconds } = windowOf({ window, pair: null });
      const answer = parseCorrelations(await this.#askJson("api/v1/correlations", [["from", String(to - seconds)], ["to", String(to)]], running.signal));
      if (!running.signal.aborted) this.answer = answer;
    } catch (error) {
      if (!running.signal.aborted) this.trouble = error instanceof Error ? error.message : String(error);
    }
  }

  readonly #askJson: AskJson = async (path, query, signal) => {
    const response = await this.ask!(path, query, signal).catch((error: unknown) => {
      throw signal.aborted ? error : new Error("The server does not answer.");
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    const error = isRecord(answer) && isRecord(answer["error"]) ? answer["error"]["message"] : null;
    throw new Error(typeof error === "string" ? error : `The server answered ${response.status}.`);
  };

  // --- what is shown

  #tools(shown: Shown): TemplateResult {
    const { name } = windowOf(shown);
    const { order, least, words } = this.choice;
    return html`<div class="tools">
      ${shown.pair !== null
        ? nothing
        : html`<label>only <input type="search" placeholder="words" aria-label="Only series with these words" .value=${words}
              @input=${(event: Event) => this.#choose({ words: (event.target as HTMLInputElement).value })}></label>
            <label>at least <select aria-label="Coefficient of at least" @change=${(event: Event) => this.#choose({ least: Number((event.target as HTMLSelectElement).value) })}>
              ${STRENGTHS.map((one) => html`<option value=${one} ?selected=${one === least}>${one === 0 ? "any" : one}</option>`)}
            </select></label>
            <label>by <select aria-label="Order" @change=${(event: Event) => this.#choose({ order: (event.target as HTMLSelectElement).value as Order })}>
              ${(["strength", "name"] as const).map((one) => html`<option ?selected=${one === order}>${one}</option>`)}
            </select></label>`}
      <span class="group" role="group" aria-label="Window">
        ${CORRELATION_WINDOWS.map((one) => html`<button type="button" aria-pressed=${String(one.name === name)} @click=${() => this.#window(one.name)}>${one.label}</button>`)}
      </span>
      <button type="button" title="Compare anew, up to now" @click=${() => void this.#read(name)}>again</button>
    </div>`;
  }

  #all(): TemplateResult {
    const { answer, trouble } = this;
    if (trouble !== null) return html`<p role="alert">${trouble}</p>`;
    if (answer === null) return html`<p class="quiet" role="status">Comparing …</p>`;
    if (answer.pairs.every(({ coefficient }) => coefficient === null)) return this.#tooLittle(answer);
    const matrix = matrixOf(answer, this.choice);
    const strongest = strongestOf(answer.pairs);
    return html`
      ${strongest.length === 0
        ? html`<p>Nothing tells that any of these series go together.</p>`
        : html`<ol>${strongest.slice(0, MOST_SENTENCES).map((pair) => html`<li><a href=${this.#address(pair)}>${signed(pair.coefficient ?? 0)}</a> ${pair.sentence}</li>`)}</ol>`}
      <zp-correlation-table .matrix=${matrix} .at=${this.#at} @zp-pair=${this.#open}></zp-correlation-table>
      <p class="quiet">${answer.caveat}</p>
      ${answer.notes.map((note) => html`<p class="quiet">${note}</p>`)}
      ${matrix.idle.length === 0
        ? nothing
        : html`<details class="quiet"><summary>${matrix.idle.length} series have too few samples of this time, or do not vary</summary>
            <p>${matrix.idle.map(({ name, samples }) => `${name} (${samples})`).join(", ")}</p></details>`}
    `;
  }

  #tooLittle(answer: Correlations): TemplateResult {
    const wait = secondsToWait(answer);
    if (!answer.series.some(({ isHost }) => !isHost)) {
      return html`<p>No AI work is stored of this time, so there is nothing to hold against the machine. A line of
        <code>zeropoint run -- COMMAND</code> makes one; or choose a longer window.</p>`;
    }
    return html`<p role="status">${wait === null
      ? "There is too little of this time to compare: what is stored does not vary, or not at the same times. Choose a longer window."
      : `There is too little to compare yet: series need 60 common samples. Ask again in ${inWords(wait, "duration")}, or choose a longer window.`}</p>`;
  }

  #pair(shown: Shown, names: readonly [string, string]): TemplateResult {
    const { answer, trouble } = this;
    if (answer === null) return html`<p class="quiet" role="status">${trouble ?? "Comparing …"}</p>`;
    const told = answer.pairs.find(({ a, b }) => a === names[0] && b === names[1]) ?? null;
    return html`<zp-correlation .told=${told} .names=${names} .series=${answer.series} .ask=${this.#askJson}
      .query=${[["from", answer.from], ["to", answer.to]]} .back=${addressOfView(NAME, ownOf({ ...shown, pair: null }))}></zp-correlation>`;
  }

  readonly #open = ({ detail }: CustomEvent<Pair>): void => {
    this.#at = this.table?.at ?? this.#at;
    this.go(this.#ownOf(detail));
  };

  #ownOf(pair: Pair): string {
    return ownOf({ window: shownIn(this.own).window, pair: [pair.a, pair.b] });
  }

  #address(pair: Pair): string {
    return addressOfView(NAME, this.#ownOf(pair));
  }

  #window(window: string): void {
    this.go(ownOf({ ...shownIn(this.own), window }));
  }

  #choose(part: Partial<Choice>): void {
    this.choice = { ...this.choice, ...part };
  }
}

function windowOf({ window }: Shown): (typeof CORRELATION_WINDOWS)[number] {
  return CORRELATION_WINDOWS.find(({ name }) => name === window) ?? USUAL_WINDOW;
}

function rangeIn({ from, to, tier, intervalSeconds }: Correlations): string {
  const of = tier === "samples" ? (intervalSeconds > 0 ? `samples each ${inWords(intervalSeconds, "duration")}` : "no samples") : `means of ${tier}`;
  return `${dayClock(Date.parse(from), false)} to ${dayClock(Date.parse(to))}, ${of}`;
}

customElements.define("zp-correlations", ZpCorrelations);
