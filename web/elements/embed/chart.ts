// <zeropoint-chart>: one metric over a window of time, with its value above it.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { axisOf } from "../axis";
import type { LineDefinition, ZpChart } from "../chart";
import "../chart";
import { readingAtCursor } from "../cursor-reading";
import { define } from "../define";
import { unitOf } from "../format";
import { Past } from "../past";
import { metricName, type Path } from "../path";
import { Timeline, type Window } from "../timeline";
import type { Reading } from "../value";
import { askBelow } from "./ask";
import { MetricFeed } from "./metric-feed";
import { palette } from "./palette";
import { shownReading } from "./reading";
import { DEFAULT_WINDOW, windowOf } from "./window-attribute";

export class ZeropointChart extends LitElement {
  static override styles = [
    palette,
    css`
      :host { display: block; box-sizing: border-box; height: 190px; min-width: 0; }
      :host([hidden]) { display: none; }
      .frame { display: flex; flex-direction: column; height: 100%; font-size: 13px; line-height: 1.4; }
      .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; margin-bottom: 3px; }
      .label { min-width: 0; font-weight: 600; overflow-wrap: anywhere; }
      .note { color: var(--zp-warn); font-size: 0.92em; }
      .reading { margin-inline-start: auto; font-size: 1.2em; font-weight: 650; }
      zp-chart { flex: 1 1 0; min-height: 64px; }
    `,
  ];

  @property() src: string | null = null;
  /** Sent in a header. As an attribute it stands in the page's source; setToken() or the property keep it out of there. */
  @property() token: string | null = null;
  @property() metric = "";
  @property() label: string | null = null;
  /** How many samples it shows: 20 if neither this nor `window` says. */
  @property() points: string | null = null;
  /** How much time it shows: 90s, 5m, 1h. */
  @property() window: string | null = null;

  @query("zp-chart") private chart!: ZpChart;
  readonly #feed: MetricFeed = new MetricFeed(this, {
    onOther: () => this.#startOver(),
    onSample: (sample) => this.#timeline.append(sample),
    onGap: (words) => this.#timeline.tellGap(words),
  });
  #timeline = new Timeline();
  #past: Past | null = null;
  #lines: readonly LineDefinition[] = [];
  #unsubscribe: (() => void) | null = null;
  #windowFault: string | null = null;
  #look = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unsubscribe ??= this.#timeline.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    this.#past?.close();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("points") || changed.has("window")) this.#timeline.window = this.#windowWanted();
    this.#timeline.connected = this.#feed.isConnected;
    const { path } = this.#feed;
    const before = this.#lines[0]?.path;
    if (path !== null && (before === undefined || metricName(before) !== metricName(path))) {
      this.#lines = [{ path, label: "", tone: 1 }];
      // Named before the past is asked for, which is read into it.
      this.#timeline.column(path);
    }
  }

  override render(): TemplateResult {
    const feed = this.#feed;
    const heading = this.label ?? this.metric;
    const title = this.label ?? breakable(this.metric);
    const message = this.#windowFault ?? feed.trouble ?? this.#textTrouble();
    const reading = this.#reading();
    return html`<div class="frame ${feed.oldWords === null ? "" : "old"}" data-sample=${this.#timeline.sample?.id ?? nothing}>
      <div class="head">
        <span class="label" part="label">${title}</span>
        ${feed.oldWords === null || message !== null ? nothing : html`<span class="note" part="note">${feed.oldWords}</span>`}
        ${feed.trouble === null ? shownReading(reading, null) : nothing}
      </div>
      <zp-chart
        bare exportparts="plot, message" ?stale=${feed.oldWords !== null} .message=${message}
        .heading=${heading} .timeline=${this.#timeline} .axis=${axisOf(unitOf(this.metric.split(".")))} .lines=${this.#lines}
        @keydown=${this.#key}
      ></zp-chart>
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.#timeline.sample === null || this.#lines.length === 0) return;
    if (this.#past === null || changed.has("points") || changed.has("window")) this.#fill();
    this.#followLook();
  }

  #fill(): void {
    const { base, usedToken } = this.#feed;
    if (base === null || !this.isConnected) return;
    this.#past ??= new Past(this.#timeline, askBelow(base, usedToken));
    void this.#past.fill();
  }

  #startOver(): void {
    this.#past?.close();
    this.#past = null;
    this.#lines = [];
    const { window } = this.#timeline;
    this.#timeline = new Timeline();
    this.#timeline.window = window;
    if (this.#unsubscribe === null) return;
    this.#unsubscribe();
    this.#unsubscribe = this.#timeline.subscribe(() => this.requestUpdate());
  }

  #windowWanted(): Window {
    this.#windowFault = null;
    try {
      return windowOf(this.points, this.window);
    } catch (error) {
      this.#windowFault = (error as Error).message;
      return DEFAULT_WINDOW;
    }
  }

  /** Under the cursor, else the newest. */
  #reading(): Reading | null {
    const path: Path | undefined = this.#lines[0]?.path;
    if (path === undefined) return null;
    return this.#timeline.cursorTime() === null ? this.#feed.reading : readingAtCursor(this.#timeline, path);
  }

  #textTrouble(): string | null {
    const value = this.#feed.reading?.value;
    return typeof value === "string" ? "A text can’t be drawn as a line; <zeropoint-value> shows it." : null;
  }

  // The page may change its colours in ways that tell nobody: a class far out, another style sheet.
  #followLook(): void {
    const style = getComputedStyle(this.chart);
    const look = [style.color, style.colorScheme, style.fontFamily, style.getPropertyValue("--zp-series-1")].join();
    if (this.#look !== "" && this.#look !== look) this.chart.recolour();
    this.#look = look;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 10 : 1;
    if (event.key === "ArrowLeft") this.#timeline.step(-step);
    else if (event.key === "ArrowRight") this.#timeline.step(step);
    else if (event.key === "Escape") this.#timeline.pointAt(null);
    else return;
    event.preventDefault();
  };
}

/** A name that may be broken after its dots and underscores. */
function breakable(name: string): TemplateResult {
  return html`${name.split(/(?<=[._])/).map((part) => html`${part}<wbr />`)}`;
}

define("zeropoint-chart", ZeropointChart);
