// <zp-curve>: one value over the steps of a run, as a line on an axis of steps. The whole run, not a window of time. The axis
// can be of something else that rises. A second run's may be laid over it.

import { LitElement, css, html, nothing, svg, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { axisOf } from "./axis";
import { axisFor, curvePath, nearest, share, type Axis } from "./curve-scale";
import { define } from "./define";
import { atTick, grouped, inWords, show, type UnitKind } from "./format";

type Values = readonly (number | null)[];

export interface Overlaid {
  /** Rising. */
  readonly steps: readonly number[];
  readonly values: Values;
}

export class ZpCurve extends LitElement {
  static override styles = css`
    :host { display: block; min-width: 0; }
    header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; min-height: 24px; }
    h3 { margin: 0; font-size: 12.5px; font-weight: 650; }
    .number { font-size: 14px; font-weight: 600; font-variant-numeric: tabular-nums; }
    .quiet { color: var(--zp-quiet, #5b6472); font-size: 12px; font-variant-numeric: tabular-nums; }
    .plot { position: relative; height: var(--zp-plot-height, 148px); margin: 6px 8px 18px 54px; touch-action: pan-y; }
    .plot:focus-visible { outline: 2px solid var(--zp-focus, #1f6fd0); outline-offset: 3px; border-radius: 3px; }
    svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
    line { stroke: var(--zp-grid, #e9ecf0); stroke-width: 1; vector-effect: non-scaling-stroke; }
    path.bound { stroke: var(--zp-quiet, #5b6472); stroke-width: 1; stroke-dasharray: 4 3; }
    path { fill: none; stroke: var(--zp-series-1, #1f6fd0); stroke-width: 1.5; stroke-linejoin: bevel; vector-effect: non-scaling-stroke; }
    path.second { stroke: var(--zp-series-2, #b35c00); stroke-dasharray: 5 3; }
    .key { font-weight: 650; color: var(--zp-series-1, #1f6fd0); }
    .key.second { color: var(--zp-series-2, #b35c00); }
    .tick { position: absolute; color: var(--zp-quiet, #5b6472); font-size: 11px; line-height: 1; white-space: nowrap; }
    .y { right: calc(100% + 7px); transform: translateY(-50%); }
    .x { top: calc(100% + 6px); transform: translateX(-50%); }
    .x.last { transform: translateX(-100%); }
    .x.first { transform: none; }
    .cursor { position: absolute; inset-block: 0; width: 1px; background: var(--zp-text, #171b21); opacity: 0.55; pointer-events: none; }
    .none { position: absolute; inset: 0; display: grid; place-items: center; text-align: center; color: var(--zp-quiet, #5b6472); font-size: 12px; }
    [hidden] { display: none; }
  `;

  @property() heading = "";
  @property({ attribute: false }) unit: UnitKind = "plain";
  /** Rising. */
  @property({ attribute: false }) steps: readonly number[] = [];
  @property({ attribute: false }) values: Values = [];
  /** Laid over the first one, which is then called A, and this one B. */
  @property({ attribute: false }) second: Overlaid | null = null;
  /** How a place on the axis is written where it is of something else: a moment, a lag. */
  @property({ attribute: false }) placeText: ((place: number) => string) | null = null;
  /** Where the axis is labelled between its ends; at round numbers unless it is told. */
  @property({ attribute: false }) ticksAt: ((first: number, last: number) => readonly number[]) | null = null;
  /** Amounts begin at 0; what only moves a little around a level does not. */
  @property({ attribute: false }) fromZero = true;
  /** What the values may be held against, drawn thin: each as long as `values`. */
  @property({ attribute: false }) bounds: readonly (readonly (number | null)[])[] = [];
  /** What stands in place of the curve where there is no value. */
  @property() message = "";
  @state() private at: number | null = null;
  @query(".plot") private plot!: HTMLElement;

  override render(): TemplateResult {
    const { second, values } = this;
    const steps = this.#places;
    const all = second === null ? values : [...values, ...second.values];
    const isEmpty = lastKnown(all) < 0;
    const shown = this.at === null ? (second === null ? lastKnown(values) : steps.length - 1) : Math.min(this.at, steps.length - 1);
    const ticks = this.ticksAt?.(steps[0] ?? 0, steps.at(-1) ?? 0) ?? axisFor(steps, false).ticks;
    const y = axisFor([...all, ...this.bounds.flat()], this.fromZero, axisOf(this.unit) === "bytes" ? "bytes" : "plain");
    return html`
      <header><h3>${this.heading}</h3>${isEmpty ? nothing : this.#readout(steps[shown] ?? 0)}</header>
      <div class="plot" role="img" tabindex="0" aria-label=${this.#summary()} @pointermove=${this.#point} @pointerdown=${this.#point}
        @pointerleave=${this.#leave} @blur=${this.#leave} @keydown=${this.#key}>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          ${y.ticks.map((tick) => svg`<line x1="0" x2="1" y1=${1 - share(tick, y)} y2=${1 - share(tick, y)} />`)}
          ${isEmpty ? nothing : this.bounds.map((bound) => svg`<path class="bound" d=${curvePath(steps, bound, exact(steps), y)} />`)}
          ${isEmpty ? nothing : svg`<path d=${curvePath(this.steps, values, exact(steps), y)} />`}
          ${isEmpty || second === null ? nothing : svg`<path class="second" d=${curvePath(second.steps, second.values, exact(steps), y)} />`}
        </svg>
        ${y.ticks.map((tick) => html`<span class="tick y" data-top=${1 - share(tick, y)}>${atTick(tick, this.unit)}</span>`)}
        ${steps.length === 0 ? nothing : html`<span class="tick x first" data-left="0">${this.#place(steps[0] ?? 0)}</span>`}
        ${ticks.filter((tick) => isInside(tick, exact(steps))).map((tick) => html`<span class="tick x" data-left=${share(tick, exact(steps))}>${this.#place(tick)}</span>`)}
        ${steps.length < 2 ? nothing : html`<span class="tick x last" data-left="1">${this.#place(steps.at(-1) ?? 0)}</span>`}
        <div class="cursor" ?hidden=${this.at === null || isEmpty} data-left=${share(steps[shown] ?? 0, exact(steps))}></div>
        ${isEmpty ? html`<div class="none">${this.message}</div>` : nothing}
      </div>
    `;
  }

  // A style attribute in markup is what a strict Content-Security-Policy forbids.
  protected override updated(): void {
    this.setAttribute("data-points", String(this.values.filter((value) => value !== null).length));
    for (const element of this.plot.querySelectorAll<HTMLElement>("[data-left]")) element.style.left = percent(element.dataset["left"]);
    for (const element of this.plot.querySelectorAll<HTMLElement>("[data-top]")) element.style.top = percent(element.dataset["top"]);
  }

  // Where one of the curves has a point, rising.
  get #places(): readonly number[] {
    if (this.second === null) return this.steps;
    return [...new Set([...this.steps, ...this.second.steps])].sort((a, b) => a - b);
  }

  #place(value: number): string {
    return this.placeText === null ? grouped(value) : this.placeText(value);
  }

  #placeInWords(value: number): string {
    return this.placeText === null ? `step ${this.#place(value)}` : this.#place(value);
  }

  #readout(place: number): TemplateResult {
    const { second } = this;
    const at = this.#placeInWords(place);
    const first = this.#value(this.steps, this.values, place);
    if (second === null) return html`${first} <span class="quiet">${at}</span>`;
    return html`<span><span class="key">A</span> ${first}</span>
      <span><span class="key second">B</span> ${this.#value(second.steps, second.values, place)}</span>
      <span class="quiet">${at}</span>`;
  }

  // Of a curve that ended before the place, none; of two the nearest point counts, for they seldom share their places.
  #value(steps: readonly number[], values: Values, place: number): TemplateResult {
    const isInside = this.second === null || (place >= (steps[0] ?? Infinity) && place <= (steps.at(-1) ?? -Infinity));
    const value = isInside ? (values[nearest(steps, place)] ?? null) : null;
    const { number, unit } = value === null ? { number: "–", unit: "" } : show(value, this.unit);
    return html`<span><span class="number">${number}</span> <span class="quiet">${unit}</span></span>`;
  }

  #summary(): string {
    const { second } = this;
    if (second === null) return this.#sentence(this.heading, this.steps, this.values);
    const [a, b] = [this.#sentence("A", this.steps, this.values), this.#sentence("B", second.steps, second.values)];
    return `${this.heading}. ${a} ${b}`;
  }

  #sentence(name: string, steps: readonly number[], values: Values): string {
    const last = lastKnown(values);
    if (last < 0) return `${name}: ${this.message}`;
    const known = values.filter((value) => value !== null);
    const [lowest, highest] = [Math.min(...known), Math.max(...known)].map((value) => inWords(value, this.unit));
    const from = this.#placeInWords(steps[0] ?? 0);
    return `${name} from ${from} to ${this.#place(steps[last] ?? 0)}: last ${inWords(values[last] ?? 0, this.unit)}, lowest ${lowest}, highest ${highest}.`;
  }

  readonly #point = (event: PointerEvent): void => {
    const { left, width } = this.plot.getBoundingClientRect();
    const steps = this.#places;
    const axis = exact(steps);
    this.at = steps.length === 0 ? null : nearest(steps, axis.min + ((event.clientX - left) / width) * (axis.max - axis.min));
  };

  readonly #leave = (): void => {
    this.at = null;
  };

  // The arrows are the page's, which moves the cursor of all charts; here they go from step to step.
  readonly #key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const { length } = this.#places;
    if (by === undefined || length === 0) return;
    const from = this.at ?? (this.second === null ? lastKnown(this.values) : length - 1);
    this.at = Math.min(length - 1, Math.max(0, from + by * (event.shiftKey ? 10 : 1)));
    event.preventDefault();
  };
}

/** The axis of steps: from the first to the last, with no room beside. */
function exact(steps: readonly number[]): Axis {
  const [min, max] = [steps[0] ?? 0, steps.at(-1) ?? 1];
  return { min, max: max > min ? max : min + 1, ticks: [] };
}

// Ticks close to the ends would run into the labels there.
function isInside(tick: number, axis: Axis): boolean {
  const place = share(tick, axis);
  return place > 0.12 && place < 0.85;
}

function lastKnown(values: readonly (number | null)[]): number {
  for (let index = values.length - 1; index >= 0; index -= 1) if (values[index] != null) return index;
  return -1;
}

function percent(part: string | undefined): string {
  return `${(100 * Number(part ?? 0)).toFixed(3)}%`;
}

define("zp-curve", ZpCurve);
