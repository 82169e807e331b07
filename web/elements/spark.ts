// <zp-spark>: one value over the window of a timeline as a bare line, from 0 up; the value itself stands beside it.

import { LitElement, css, html, type PropertyValues, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { define } from "./define";
import { metricName, type Path } from "./path";
import { colourOf, onThemeChange } from "./theme";
import type { Timeline } from "./timeline";
import { watchVisible } from "./visible";

const LINE_WIDTH = 1.25;

export class ZpSpark extends LitElement {
  static override styles = css`
    :host { display: block; height: 26px; }
    canvas { display: block; width: 100%; height: 100%; }
  `;

  @property({ attribute: false }) timeline: Timeline | null = null;
  @property({ attribute: false, hasChanged: (now: Path, before: Path | undefined) => metricName(now) !== metricName(before ?? []) })
  path: Path = [];

  @query("canvas") private canvas!: HTMLCanvasElement;
  #colour = "";
  #visible = false;
  #release: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const release of this.#release.splice(0)) release();
  }

  override render(): TemplateResult {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    for (const release of this.#release.splice(0)) release();
    this.#begin();
  }

  #begin(): void {
    const { timeline } = this;
    if (timeline === null || this.path.length === 0) return;
    timeline.column(this.path);
    this.#colour = "";
    this.#release = [
      timeline.hold([metricName(this.path)]),
      timeline.subscribe(() => this.#draw(timeline)),
      onThemeChange(() => {
        this.#colour = "";
        this.#draw(timeline);
      }),
      watchVisible(this, (visible) => {
        this.#visible = visible;
        this.#draw(timeline);
      }),
    ];
  }

  #draw(timeline: Timeline): void {
    const view = timeline.view();
    const pen = this.#visible ? this.canvas.getContext("2d") : null;
    if (view === null || pen === null) return;
    const { clientWidth, clientHeight } = this.canvas;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height];
    pen.setTransform(density, 0, 0, density, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    this.#colour ||= colourOf(this.canvas, "--zp-series-1", "#1f6fd0");
    pen.strokeStyle = this.#colour;
    pen.lineWidth = LINE_WIDTH;
    const series = timeline.series(this.path);
    const { rows } = timeline;
    let most = 0;
    for (let row = view.first; row < view.first + view.rows; row += 1) most = Math.max(most, series.value(row) || 0);
    const span = view.endMilliseconds - view.startMilliseconds || 1;
    const toX = (row: number): number => ((rows.time(row) - view.startMilliseconds) / span) * clientWidth;
    const toY = (value: number): number => clientHeight - 1.5 - (most === 0 ? 0 : (value / most) * (clientHeight - 3));
    pen.beginPath();
    let drawn = false;
    for (let row = view.first; row < view.first + view.rows; row += 1) {
      const value = series.value(row);
      if (Number.isNaN(value)) {
        drawn = false;
        continue;
      }
      if (drawn && !rows.broken(row)) pen.lineTo(toX(row), toY(value));
      else pen.moveTo(toX(row), toY(value));
      drawn = true;
    }
    pen.stroke();
  }
}

define("zp-spark", ZpSpark);
