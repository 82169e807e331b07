// <zp-strip>: shares of 0 to 100 over time as shades, a row each, under a chart and on its time axis.

import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { define } from "./define";
import { AXIS_PIXELS, END_PIXELS } from "./plot/layout";
import { shades } from "./plot/shades";
import { paintStrip } from "./plot/strip-image";
import { differ, metricName, missingReason, type Path } from "./path";
import type { Series } from "./series";
import { onThemeChange, tokensOf } from "./theme";
import type { Timeline, View } from "./timeline";
import { watchVisible } from "./visible";

export interface StripRow {
  readonly path: Path;
  readonly label: string;
}

const ROW_PIXELS = 9;
const MOST_PIXELS = 72;

export class ZpStrip extends LitElement {
  static override styles = css`
    :host { display: flex; align-items: center; min-width: 0; font-size: 11px; color: var(--zp-quiet, #5b6472); }
    .label { box-sizing: border-box; flex: none; padding-inline-end: 7px; text-align: end; line-height: 1; }
    .most { box-sizing: border-box; flex: none; padding-inline-start: 6px; font-variant-numeric: tabular-nums; white-space: nowrap; line-height: 1; }
    canvas { flex: 1; min-width: 0; width: 0; image-rendering: pixelated; border-radius: 2px; opacity: var(--zp-strip-opacity, 1); }
  `;

  @property({ attribute: false }) timeline: Timeline | null = null;
  @property() label = "";
  @property({ attribute: false, hasChanged: differ }) rows: readonly StripRow[] = [];

  @query("canvas") private canvas!: HTMLCanvasElement;
  @query(".most") private most!: HTMLElement;
  #lines: readonly Series[] = [];
  #shades: Uint32Array | null = null;
  #release: (() => void)[] = [];
  #visible = false;

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const release of this.#release.splice(0)) release();
  }

  protected override firstUpdated(): void {
    this.#begin();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if ((changed.has("rows") || changed.has("timeline")) && this.#release.length > 0) {
      this.disconnectedCallback();
      this.#begin();
    }
  }

  override render(): TemplateResult {
    return html`<span class="label">${this.label}</span><canvas role="img"></canvas><span class="most"></span>`;
  }

  #begin(): void {
    const timeline = this.timeline;
    if (timeline === null) return;
    this.#lines = this.rows.map((row) => timeline.series(row.path));
    const height = Math.min(MOST_PIXELS, Math.max(1, this.rows.length) * ROW_PIXELS);
    this.canvas.style.height = `${height}px`;
    this.renderRoot.querySelector<HTMLElement>(".label")!.style.width = `${AXIS_PIXELS}px`;
    this.most.style.width = `${END_PIXELS}px`;
    const resized = new ResizeObserver(() => this.#refresh());
    resized.observe(this.canvas);
    this.#release = [
      () => resized.disconnect(),
      timeline.hold(together(this.rows.map((row) => row.path))),
      timeline.subscribe(() => this.#refresh()),
      onThemeChange(() => {
        this.#shades = null;
        this.#refresh();
      }),
      watchVisible(this, (visible) => {
        this.#visible = visible;
        this.#refresh();
      }),
    ];
  }

  #refresh(): void {
    const view = this.timeline?.view() ?? null;
    if (!this.#visible || view === null || this.timeline === null || this.#lines.length === 0) return;
    this.#paint(this.timeline, view);
    this.#tell(this.timeline);
  }

  // One pixel a shade, stretched by CSS: 128 cores over 700 pixels are 90,000 numbers to write, and one image to show.
  #paint(timeline: Timeline, view: View): void {
    const width = Math.max(1, Math.round(this.canvas.clientWidth));
    const height = this.#lines.length;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const pen = this.canvas.getContext("2d");
    if (pen === null) return;
    this.#shades ??= this.#readShades();
    const image = pen.createImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    paintStrip(pixels, width, timeline, view, this.#lines, this.#shades);
    pen.putImageData(image, 0, 0);
  }

  #readShades(): Uint32Array {
    const token = tokensOf(this);
    return shades([
      token("--zp-heat-0", "#eef1f5"),
      token("--zp-heat-50", "#78a9e6"),
      token("--zp-heat-100", "#0b3a86"),
    ]);
  }

  #tell(timeline: Timeline): void {
    const row = timeline.readingRow();
    let most = Number.NaN;
    let which = "";
    this.#lines.forEach((line, index) => {
      const share = line.value(row);
      if (!Number.isNaN(share) && !(share <= most)) {
        most = share;
        which = this.rows[index]?.label ?? "";
      }
    });
    const told = Number.isNaN(most) ? "–" : `${Math.round(most)} %`;
    const words = this.rows.length > 1 ? `max ${told}` : told;
    if (this.most.textContent !== words) this.most.textContent = words;
    this.title = Number.isNaN(most) ? this.#whyMissing(timeline) : `${which}: ${told}`;
    this.canvas.setAttribute("aria-label", `${this.label}: ${Number.isNaN(most) ? this.title : `most on ${which}, ${told}`}`);
  }

  #whyMissing(timeline: Timeline): string {
    const path = this.rows[0]?.path;
    if (timeline.sample === null || path === undefined) return "";
    const now = timeline.cursorTime() === null;
    return `not available: ${now ? missingReason(timeline.sample, path) : timeline.missingAtCursor()}`;
  }
}

/** The names of a list's numbers by one name, in which a * stands for any of them: 128 cores are one thing to ask for. */
function together(paths: readonly Path[]): string[] {
  const above = paths.map((path) => (typeof path.at(-1) === "number" ? `${metricName(path.slice(0, -1))}.*` : metricName(path)));
  return [...new Set(above)];
}

define("zp-strip", ZpStrip);
