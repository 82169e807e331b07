// <zp-correlation>: one pair of series: in words, in numbers, and drawn at the lag that was found.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { dayClock, inWords, unitOf } from "../elements/format";
import { timeStep, timeTicks } from "../elements/time-axis";
import "../elements/curve";
import { parsePair, type ComparedSeries, type Pair, type PairDrawn, type Values } from "./correlations";
import { lagText, lengthText, overUsualRange, signed, titleOf } from "./correlations-matrix";
import "./correlations-scatter";
import type { AskJson } from "./correlations-view";
import { panelStyle } from "./panel-style";

const CHART_PIXELS = 420;
// In the place of a p value that is smaller than what can be told apart.
const LEAST_CHANCE = 0.001;

export class ZpCorrelation extends LitElement {
  static override styles = [
    panelStyle,
    css`
      :host { --zp-plot-height: 130px; }
      h2 { font-size: 15px; overflow-wrap: anywhere; }
      p { margin: 6px 0 0; overflow-wrap: anywhere; }
      .sentence { font-size: 14.5px; max-width: 60em; }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 10px 18px; align-items: start; margin-top: 12px; }
      .both { grid-column: 1 / -1; }
      .quiet { font-size: 12.5px; }
      a { color: inherit; }
      a:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
    `,
  ];

  /** Of what was told of all pairs together; the number of that is in q. Null where these do not have it. */
  @property({ attribute: false }) told: Pair | null = null;
  @property({ attribute: false }) names: readonly [a: string, b: string] = ["", ""];
  @property({ attribute: false }) series: readonly ComparedSeries[] = [];
  /** The window, as the question for all pairs had it. */
  @property({ attribute: false }) query: readonly (readonly [string, string])[] = [];
  @property({ attribute: false }) ask: AskJson | null = null;
  /** Where the way back leads. */
  @property() back = "";
  @state() private drawn: PairDrawn | null = null;
  @state() private trouble: string | null = null;
  #asked = "";
  #running: AbortController | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#running?.abort();
    this.#asked = "";
  }

  override render(): TemplateResult {
    const pair = this.told ?? this.drawn?.pair ?? null;
    const [a, b] = this.names.map((name) => this.#title(name));
    return html`<section class="panel" aria-labelledby="title" data-pair=${this.names.join(" ~ ")}>
      <div class="head">
        <h2 id="title">${a} and ${b}</h2>
        <a class="end" href=${this.back}>all pairs</a>
      </div>
      ${pair === null ? nothing : html`<p class="sentence">${pair.sentence}</p>`}
      ${this.trouble === null ? nothing : html`<p role="alert">${this.trouble}</p>`}
      ${pair === null ? nothing : this.#numbers(pair)}
      ${this.drawn === null ? (this.trouble === null ? html`<p class="quiet">Reading …</p>` : nothing) : this.#charts(this.drawn, a!, b!)}
      ${this.drawn === null ? nothing : html`<p class="quiet">${this.drawn.caveat}</p>`}
    </section>`;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    const key = JSON.stringify([this.names, this.query]);
    if (key === this.#asked || this.ask === null) return;
    this.#asked = key;
    void this.#read(this.ask);
  }

  async #read(ask: AskJson): Promise<void> {
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    [this.drawn, this.trouble] = [null, null];
    try {
      const [a, b] = this.names;
      const drawn = parsePair(await ask("api/v1/correlations/pair", [["a", a], ["b", b], ...this.query.map((part) => [...part])], running.signal));
      if (!running.signal.aborted) this.drawn = drawn;
    } catch (error) {
      if (!running.signal.aborted) this.trouble = error instanceof Error ? error.message : String(error);
    }
  }

  #title(name: string): string {
    const found = this.series.find((one) => one.name === name);
    if (found === undefined) return name;
    return found.isHost && found.subject === null ? `${found.label} of the machine` : titleOf(found);
  }

  #numbers(pair: Pair): TemplateResult {
    const chance = (value: number | null): string => (value === null ? "–" : value < LEAST_CHANCE ? `< ${LEAST_CHANCE}` : value.toFixed(3));
    const rows: readonly (readonly [label: string, key: string, value: number | string | null, text: string, help: string])[] = [
      ["verdict", "verdict", pair.verdict, pair.verdict, "correlated: q of 0.05 and less"],
      ["lag", "lag_seconds", pair.lagSeconds, pair.lagSeconds === null ? "–" : lagText(pair.lagSeconds), "Positive: the second follows the first"],
      ["coefficient", "coefficient", pair.coefficient, pair.coefficient === null ? "–" : signed(pair.coefficient), `By ${this.drawn?.method ?? "rank"}`],
      ["95 %+ interval", "low", pair.low, pair.low === null || pair.high === null ? "–" : `${signed(pair.low)} to ${signed(pair.high)}`, "Holds the coefficient in at least 95 % of cases: the search over lags is counted"],
      ["samples", "n", pair.n, String(pair.n), "That both have at the same time"],
      ["worth", "n_effective", pair.effective, pair.effective === null ? "–" : pair.effective.toFixed(0), "So many samples without memory"],
      ["p", "p_value", pair.p, chance(pair.p), "How often unrelated series look so much related, at any lag that was searched"],
      ["q", "q_value", pair.q, chance(pair.q), this.told === null ? "Of this pair alone" : "The same, for all pairs together"],
      ["of", "compared", pair.compared, pair.compared ?? "–", "Levels less their straight line, or changes from one to the next"],
    ];
    return html`<dl class="cells">
      ${rows.map(([label, key, value, text, help]) => html`<div title=${help}><dt>${label}</dt><dd data-key=${key} data-value=${value ?? nothing}>${text}</dd></div>`)}
    </dl>`;
  }

  #charts(drawn: PairDrawn, a: string, b: string): TemplateResult {
    const { pair, times } = drawn;
    const lag = pair.lagSeconds ?? 0;
    const moved = lag === 0 ? "" : `, read ${lengthText(lag)} ${lag > 0 ? "later" : "earlier"}`;
    const each = drawn.pointSeconds > drawn.intervalSeconds ? `Each point is the mean of ${inWords(drawn.pointSeconds, "duration")}. ` : "";
    const one = (name: string, heading: string, values: Values): TemplateResult => html`<zp-curve data-curve=${name} .heading=${heading}
      .unit=${unitOf(this.names[name === "a" ? 0 : 1].split("."))} .steps=${times} .values=${values} .fromZero=${false} .placeText=${moment} .ticksAt=${moments}
      .message=${"nothing was read"}></zp-curve>`;
    return html`<div class="charts">
      <zp-curve class="both" data-curve="both" .heading=${`A: ${a}. B: ${b}${moved}. Each over its usual range`} .unit=${"percent"} .steps=${times}
        .values=${overUsualRange(drawn.a)} .second=${{ steps: times, values: overUsualRange(drawn.b) }} .placeText=${moment} .ticksAt=${moments} .message=${"nothing was read"}></zp-curve>
      ${one("a", a, drawn.a)} ${one("b", `${b}${moved}`, drawn.b)}
      ${drawn.lags.length === 0
        ? nothing
        : html`<zp-curve data-curve="lags" .heading=${`Coefficient by lag, strongest at ${lagText(lag)}`} .steps=${drawn.lags} .values=${drawn.coefficients}
              .bounds=${[drawn.bounds, drawn.bounds.map((bound) => (bound === null ? null : -bound))]} .placeText=${lagText}></zp-curve>
            <zp-scatter .heading=${"As compared"} .dots=${drawn.dots} .caption=${this.#dotsIn(drawn, a, b, moved)}></zp-scatter>`}
    </div>
    <p class="quiet">${each}${drawn.lags.length === 0 ? "" : "Between the dashed lines a coefficient at one lag is what unrelated series have in 95 % of cases."}</p>`;
  }

  #dotsIn({ pair, dots, comparedCount, method }: PairDrawn, a: string, b: string, moved: string): string {
    const of = pair.compared === "changes" ? "Changes" : "Levels less their straight line";
    const part = dots.length < comparedCount ? `; ${dots.length} of ${comparedCount}` : "";
    return `${of}${method === "rank" ? ", by rank" : ""}: ${a} to the right, ${b}${moved} upwards${part}.`;
  }
}

function moment(milliseconds: number): string {
  return dayClock(milliseconds);
}

function moments(first: number, last: number): readonly number[] {
  if (!(last > first)) return [];
  // The times at the ends have their own labels.
  const room = (last - first) / 4;
  return timeTicks(first + room, last - room, timeStep(last - first, CHART_PIXELS, 110));
}

customElements.define("zp-correlation", ZpCorrelation);
