// <zp-chart>: lines of one window of a timeline, with the values under the cursor in its title row.

import { LitElement, css, html, nothing, unsafeCSS, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { AxisKind } from "./axis";
import { dayClock, unitOf, type UnitKind } from "./format";
import { readingAtCursor } from "./cursor-reading";
import { define } from "./define";
import { HUES } from "./hues";
import { marksBetween, marksInWords, type Mark } from "./marks";
import { ChartPointer } from "./chart-pointer";
import { differ, find, metricName, missingReason, type Path } from "./path";
import { OWN_GUTTERS, SHARED_GUTTERS } from "./plot/layout";
import type { Backdrop } from "./plot/backdrop";
import { Plot, type NewLine } from "./plot/plot";
import { summary } from "./plot/summary";
import { scaled, type Series } from "./series";
import { onThemeChange } from "./theme";
import type { Timeline } from "./timeline";
import type { Reading } from "./value";
import "./value";
import { watchVisible } from "./visible";

const EDGE_PIXELS = 22;
// How far from a mark its words are told.
const MARK_PIXELS = 7;
const MOST_MARKS_TOLD = 6;

export interface LineDefinition {
  readonly path: Path;
  readonly label: string;
  /** Which of the theme's series colours. */
  readonly tone: Tone;
  readonly below?: boolean;
  /** Where its numbers come from, when not from the value at `path` alone. */
  readonly series?: Series;
  /** What its value is shown as a share of, as the cores of all of CPU time: it is divided by that. */
  readonly of?: number;
  /** The unit of that share, where it is not the value's own. */
  readonly unit?: UnitKind;
  readonly dashed?: boolean;
}

/** A colour of the theme: of a series, of the text, or of a name (see hues.ts). */
export type Tone = 1 | 2 | 3 | 4 | "text" | `hue-${number}`;

const TONE_CLASSES = unsafeCSS(
  Array.from({ length: HUES }, (_, hue) => `.tone-hue-${hue} { --tone: var(--zp-hue-${hue}); }`).join("\n"),
);

export class ZpChart extends LitElement {
  static override styles = css`
    :host { display: block; min-width: 0; }
    header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 13px; min-height: 24px; }
    h2 { margin: 0; font-size: 13px; font-weight: 650; }
    .readout { display: inline-flex; align-items: baseline; gap: 6px; }
    .label { color: var(--zp-quiet, #5b6472); }
    .label::before {
      content: ""; display: inline-block; width: 10px; height: 0; margin-inline-end: 6px; vertical-align: 0.26em;
      border-top: 2.5px solid var(--tone);
    }
    .dashed .label::before { border-top-style: dashed; }
    .readout zp-value { min-width: 3.2em; font-weight: 550; }
    .bytes .readout zp-value { min-width: 4.9em; }
    .bytes-rate .readout zp-value { min-width: 5.9em; }
    .readout:first-of-type zp-value { font-size: 15.5px; font-weight: 650; }
    .percent .readout:first-of-type zp-value { min-width: 4.2em; }
    :host([stale]) .readout { color: var(--zp-quiet, #5b6472); }
    .plot { position: relative; height: var(--zp-plot-height, 148px); touch-action: pan-y; }
    .plot:focus-visible { outline: 2px solid var(--zp-focus, #1f6fd0); outline-offset: 1px; border-radius: 3px; }
    canvas { position: absolute; inset: 0; }
    .cursor {
      position: absolute; left: 0; width: 1px; background: var(--zp-text, #171b21); opacity: 0.55; pointer-events: none;
    }
    .selection { position: absolute; left: 0; pointer-events: none; background: var(--zp-focus, #1f6fd0); opacity: 0.16; }
    .marked {
      position: absolute; top: 9px; z-index: 1; max-width: min(75%, 300px); padding: 2px 7px; pointer-events: none;
      border: 1px solid var(--zp-line, #dfe3e8); border-radius: 3px; background: var(--zp-surface, #ffffff);
      font-size: 11.5px; line-height: 16px; overflow-wrap: anywhere;
    }
    .marked time { color: var(--zp-quiet, #5b6472); font-variant-numeric: tabular-nums; margin-inline-end: 6px; }
    .marked .alarming { color: var(--zp-bad, #c22525); }
    .edge {
      position: absolute; width: 22px; pointer-events: none; opacity: 0.8;
      background: repeating-linear-gradient(135deg, var(--zp-hatch, #b4bcc8) 0 1px, transparent 1px 6px);
    }
    .nothing {
      position: absolute; inset: 0 64px 19px 54px; display: grid; place-items: safe center; text-align: center; overflow: auto;
      color: var(--zp-quiet, #5b6472); font-size: 12px; overflow-wrap: anywhere;
    }
    :host([bare]) { display: flex; min-height: 0; }
    :host([bare]) .plot { flex: 1; min-width: 0; height: auto; }
    :host([bare]) .nothing { inset: 0; font-size: inherit; }
    :host([bare]) .silent > :not(.nothing) { visibility: hidden; }
    .tone-1 { --tone: var(--zp-series-1, #1f6fd0); }
    .tone-2 { --tone: var(--zp-series-2, #b35c00); }
    .tone-3 { --tone: var(--zp-series-3, #5a6575); }
    .tone-4 { --tone: var(--zp-series-4, #11786a); }
    .tone-text { --tone: var(--zp-text, #171b21); }
    ${TONE_CLASSES}
    [hidden] { display: none; }
  `;

  @property({ attribute: false }) timeline: Timeline | null = null;
  @property() heading = "";
  @property({ attribute: false }) axis: AxisKind = "plain";
  @property({ attribute: false, hasChanged: differ }) lines: readonly LineDefinition[] = [];
  /** What is drawn behind the lines. */
  @property({ attribute: false }) backdrop: Backdrop | null = null;
  /** The plot alone, for an element that has a title row of its own. */
  @property({ type: Boolean, reflect: true }) bare = false;
  /** Stands in the plot in place of what it would say itself when there is nothing to draw. */
  @property() message: string | null = null;
  /** The values are old: their source fails. */
  @property({ type: Boolean, reflect: true }) stale = false;

  @state() private readings: readonly (Reading | null)[] = [];
  @state() private empty: string | null = null;
  @state() private marked: readonly Mark[] = [];
  @query("canvas") private canvas!: HTMLCanvasElement;
  @query(".plot") private plot!: HTMLElement;
  @query(".cursor") private cursor!: HTMLElement;
  @query(".edge") private edge!: HTMLElement;
  @query(".selection") private selection!: HTMLElement;
  @query(".marked") private markLabel!: HTMLElement;

  #plot: Plot | null = null;
  #release: (() => void)[] = [];
  #visible = false;
  readonly #pointer = new ChartPointer(() => this.timeline, (x) => this.#timeAt(x));

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
  }

  protected override firstUpdated(): void {
    this.#begin();
  }

  /** Draws what has changed without a sample. */
  redraw(): void {
    if (this.timeline !== null && this.#release.length > 0) this.#refresh(this.timeline);
  }

  /** Draws again with the colours that CSS gives now. */
  recolour(): void {
    this.#plot?.recolour();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.message !== null) this.plot.setAttribute("aria-label", [this.heading, this.message].filter(Boolean).join(": "));
    const before = changed.get("timeline") ?? changed.get("lines") ?? changed.get("backdrop");
    if (before === undefined || before === null) return;
    // Other lines or another timeline: start over with them.
    this.#end();
    this.#begin();
  }

  override render(): TemplateResult {
    const message = this.message ?? this.empty;
    return html`
      ${this.bare ? nothing : this.#header()}
      <div
        class="plot ${message === null ? "" : "silent"}" part="plot" tabindex="0" role="img"
        @pointermove=${this.#pointer.move} @pointerdown=${this.#pointer.down} @pointerup=${this.#pointer.up}
        @pointerleave=${this.#pointer.leave} @pointercancel=${this.#pointer.cancel}
      >
        <canvas aria-hidden="true"></canvas>
        <div class="edge" hidden></div>
        <div class="selection" hidden></div>
        <div class="cursor" hidden></div>
        <div class="marked" ?hidden=${this.marked.length === 0}>
          ${this.marked.map(
            ({ milliseconds, label, alarming }) =>
              html`<div class=${alarming ? "alarming" : ""}><time>${dayClock(milliseconds)}</time>${label}</div>`,
          )}
        </div>
        ${message === null ? nothing : html`<div class="nothing" part="message">${message}</div>`}
      </div>
    `;
  }

  #header(): TemplateResult {
    return html`
      <header class=${String(this.#unit)}>
        <h2>${this.heading}</h2>
        ${this.lines.map((line, index) => this.#readout(line, index))}
        <slot name="title"></slot>
      </header>
    `;
  }

  // Percentages share their unit; bytes are scaled each for itself.
  #readout(line: LineDefinition, index: number): TemplateResult {
    const withoutUnit = this.axis === "percent" && index > 0;
    return html`<span class="readout tone-${line.tone} ${line.dashed === true ? "dashed" : ""}">
      <span class="label">${line.label}</span>
      <zp-value .reading=${this.readings[index] ?? null} .of=${line.of ?? 1} .unit=${line.unit ?? null} ?without-unit=${withoutUnit}></zp-value>
    </span>`;
  }

  // Once the element has its canvas, and again each time that it comes back into a document.
  #begin(): void {
    const timeline = this.timeline;
    if (timeline === null || !this.isConnected || this.#release.length > 0) return;
    // Named now and not when the chart is first seen, so that the rows have their values by then.
    for (const { path, series } of this.lines) if (series === undefined) timeline.column(path);
    this.#release = [
      timeline.hold([...this.lines.map(({ path }) => metricName(path)), ...(this.backdrop?.names ?? [])]),
      timeline.subscribe(() => this.#refresh(timeline)),
      onThemeChange(() => this.recolour()),
      watchVisible(this, (visible) => {
        this.#visible = visible;
        this.#refresh(timeline);
      }),
    ];
  }

  #end(): void {
    for (const release of this.#release.splice(0)) release();
    this.#plot?.destroy();
    this.#plot = null;
    this.#visible = false;
  }

  // The values always, the picture only where it can be seen.
  #refresh(timeline: Timeline): void {
    if (timeline.sample !== null) this.readings = this.lines.map(({ path, series }) => readingAtCursor(timeline, path, series));
    this.setAttribute("data-points", String(timeline.view()?.count ?? 0));
    if (!this.#visible) return;
    this.#plot ??= this.#newPlot(timeline);
    this.#plot.draw(timeline, this.stale || (timeline.sample !== null && !timeline.connected));
    this.#placeOverlays(timeline, this.#plot);
    this.#tellMarks(timeline, this.#plot);
    this.#describe(timeline, this.#plot);
  }

  #newPlot(timeline: Timeline): Plot {
    const lines = this.lines.map((line) => newLine(line, timeline));
    return new Plot(this.canvas, this.axis, this.#unit, lines, this.bare ? OWN_GUTTERS : SHARED_GUTTERS, this.backdrop);
  }

  #describe(timeline: Timeline, plot: Plot): void {
    if (timeline.sample === null) return;
    const first = this.lines[0]?.path;
    const isMissing = first !== undefined && !plot.drawn && typeof find(timeline.sample, first).value !== "number";
    this.empty = isMissing ? missingReason(timeline.sample, first) : null;
    const told = [...plot.lines, ...(plot.backdrop?.words ?? [])];
    const lines = summary(this.heading, timeline.windowSeconds(), plot.rows.count, told, this.#unit);
    const words = lines + marksInWords(plot.marks);
    if (this.message === null) this.plot.setAttribute("aria-label", words);
  }

  get #unit(): UnitKind {
    return unitOf(this.lines[0]?.path ?? []);
  }

  #placeOverlays(timeline: Timeline, plot: Plot): void {
    const { left, right, top, bottom } = plot.area;
    const row = timeline.readingRow();
    const time = timeline.cursorTime();
    const x = time === null ? Number.NaN : plot.pixelOf(row < 0 ? time : timeline.rows.time(row));
    this.cursor.hidden = !(x >= left - 1 && x <= right + 1);
    if (!this.cursor.hidden) this.cursor.style.transform = `translateX(${Math.round(x)}px)`;
    this.edge.hidden = timeline.sample === null || timeline.connected;
    this.edge.style.left = `${right - EDGE_PIXELS}px`;
    const { selection } = timeline;
    this.selection.hidden = selection === null;
    if (selection !== null) {
      const [from, to] = [plot.pixelOf(selection.from), plot.pixelOf(selection.to)];
      this.selection.style.transform = `translateX(${from}px)`;
      this.selection.style.width = `${Math.max(1, to - from)}px`;
    }
    for (const overlay of [this.cursor, this.edge, this.selection]) {
      overlay.style.top = `${top}px`;
      overlay.style.height = `${bottom - top}px`;
    }
  }

  // What stands at the cursor, told in the chart that is pointed at or has the focus. The keys move the cursor from
  // sample to sample, so to theirs belongs what lies between it and the next.
  #tellMarks(timeline: Timeline, plot: Plot): void {
    this.setAttribute("data-marks", String(plot.marks.length));
    const time = timeline.cursorTime();
    const isPointed = this.matches(":hover");
    if (time === null || !(isPointed || this.plot.matches(":focus"))) {
      if (this.marked.length > 0) this.marked = [];
      return;
    }
    const x = plot.pixelOf(time);
    const { left, right } = plot.area;
    const reach = isPointed ? MARK_PIXELS : Math.max(MARK_PIXELS, (right - left) / Math.max(2, plot.rows.count) / 2);
    const found = marksBetween(plot.marks, plot.timeAt(x - reach), plot.timeAt(x + reach));
    this.marked = found.slice(-MOST_MARKS_TOLD);
    const inRightHalf = x > (left + right) / 2;
    this.markLabel.style.left = `${Math.round(x) + (inRightHalf ? -MARK_PIXELS : MARK_PIXELS)}px`;
    this.markLabel.style.transform = inRightHalf ? "translateX(-100%)" : "";
  }

  // The moment at a place of the screen; null before there are any.
  #timeAt(clientX: number): number | null {
    if (this.#plot === null || this.#plot.view === null) return null;
    return this.#plot.timeAt(clientX - this.plot.getBoundingClientRect().left);
  }
}

function newLine({ path, label, tone, below, series, of, dashed }: LineDefinition, timeline: Timeline): NewLine {
  const own = series ?? timeline.series(path);
  return {
    label,
    series: of === undefined ? own : scaled(own, 1 / of),
    below: below ?? false,
    dashed: dashed ?? false,
    colourToken: tokenOf(tone),
  };
}

function tokenOf(tone: Tone): string {
  return typeof tone === "number" ? `--zp-series-${tone}` : `--zp-${tone}`;
}

define("zp-chart", ZpChart);
