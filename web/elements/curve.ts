// <zp-curve>: one value over the steps of a run, as a line on an axis of steps. The whole run, not a window of time.

import { LitElement, css, html, nothing, svg, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { axisFor, curvePath, nearest, share, type Axis } from "./curve-scale";
import { define } from "./define";
import { atTick, grouped, inWords, show, type UnitKind } from "./format";

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
    path { fill: none; stroke: var(--zp-series-1, #1f6fd0); stroke-width: 1.5; stroke-linejoin: bevel; vector-effect: non-scaling-stroke; }
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
  @property({ attribute: false }) values: readonly (number | null)[] = [];
  /** What stands in place of the curve where there is no value. */
  @property() message = "";
  @state() private at: number | null = null;
  @query(".plot") private plot!: HTMLElement;

  override render(): TemplateResult {
    const { steps, values } = this;
    const last = lastKnown(values);
    const isEmpty = last < 0;
    const shown = this.at === null ? last : Math.min(this.at, steps.length - 1);
    const [x, y] = [axisFor(steps, false), axisFor(values, true)];
    return html`
      <header><h3>${this.heading}</h3>${isEmpty ? nothing : this.#readout(shown)}</header>
      <div class="plot" role="img" tabindex="0" aria-label=${this.#summary(last)} @pointermove=${this.#point} @pointerdown=${this.#point}
        @pointerleave=${this.#leave} @blur=${this.#leave} @keydown=${this.#key}>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          ${y.ticks.map((tick) => svg`<line x1="0" x2="1" y1=${1 - share(tick, y)} y2=${1 - share(tick, y)} />`)}
          ${isEmpty ? nothing : svg`<path d=${curvePath(steps, values, exact(steps), y)} />`}
        </svg>
        ${y.ticks.map((tick) => html`<span class="tick y" data-top=${1 - share(tick, y)}>${atTick(tick, this.unit)}</span>`)}
        ${steps.length === 0 ? nothing : html`<span class="tick x first" data-left="0">${grouped(steps[0] ?? 0)}</span>`}
        ${x.ticks.filter((tick) => isInside(tick, exact(steps))).map((tick) => html`<span class="tick x" data-left=${share(tick, exact(steps))}>${grouped(tick)}</span>`)}
        ${steps.length < 2 ? nothing : html`<span class="tick x last" data-left="1">${grouped(steps.at(-1) ?? 0)}</span>`}
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

  #readout(index: number): TemplateResult {
    const value = this.values[index] ?? null;
    const { number, unit } = value === null ? { number: "–", unit: "" } : show(value, this.unit);
    return html`<span><span class="number">${number}</span> <span class="quiet">${unit}</span></span>
      <span class="quiet">step ${grouped(this.steps[index] ?? 0)}</span>`;
  }

  #summary(last: number): string {
    const known = this.values.filter((value) => value !== null);
    if (last < 0) return `${this.heading}: ${this.message}`;
    const [lowest, highest] = [Math.min(...known), Math.max(...known)].map((value) => inWords(value, this.unit));
    const from = grouped(this.steps[0] ?? 0);
    const to = grouped(this.steps[last] ?? 0);
    return `${this.heading} from step ${from} to ${to}: last ${inWords(this.values[last] ?? 0, this.unit)}, lowest ${lowest}, highest ${highest}.`;
  }

  readonly #point = (event: PointerEvent): void => {
    const { left, width } = this.plot.getBoundingClientRect();
    const axis = exact(this.steps);
    this.at = this.steps.length === 0 ? null : nearest(this.steps, axis.min + ((event.clientX - left) / width) * (axis.max - axis.min));
  };

  readonly #leave = (): void => {
    this.at = null;
  };

  // The arrows are the page's, which moves the cursor of all charts; here they go from step to step.
  readonly #key = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined || this.steps.length === 0) return;
    const from = this.at ?? lastKnown(this.values);
    this.at = Math.min(this.steps.length - 1, Math.max(0, from + by * (event.shiftKey ? 10 : 1)));
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
