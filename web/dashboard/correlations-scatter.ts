// <zp-scatter>: the samples of a pair as dots, each as it was compared.

import { LitElement, css, html, svg, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { axisFor, share } from "../elements/curve-scale";

export class ZpScatter extends LitElement {
  static override styles = css`
    :host { display: block; min-width: 0; }
    h3 { margin: 0; min-height: 24px; font-size: 12.5px; font-weight: 650; }
    figure { margin: 0; }
    .plot { aspect-ratio: 1; max-width: 300px; margin: 6px 0 4px; border: solid var(--zp-line); border-width: 0 0 1px 1px; }
    svg { display: block; width: 100%; height: 100%; overflow: visible; }
    line { stroke: var(--zp-grid); vector-effect: non-scaling-stroke; }
    path { fill: none; stroke: var(--zp-series-1); stroke-width: 4; stroke-linecap: round; stroke-opacity: 0.45; vector-effect: non-scaling-stroke; }
    figcaption { color: var(--zp-quiet); font-size: 12px; overflow-wrap: anywhere; }
  `;

  @property() heading = "";
  /** What the dots are of, in words. */
  @property() caption = "";
  @property({ attribute: false }) dots: readonly (readonly [number, number])[] = [];

  override render(): TemplateResult {
    const [x, y] = [0, 1].map((side) => axisFor(this.dots.map((dot) => dot[side] ?? 0), false));
    const [left, top] = [share(0, x!), 1 - share(0, y!)];
    // A line without length has round ends: it is a dot.
    const path = this.dots.map((dot) => `M${share(dot[0], x!).toFixed(4)} ${(1 - share(dot[1], y!)).toFixed(4)}h0`).join("");
    return html`<figure role="group" aria-label="${this.heading}: ${this.dots.length} dots. ${this.caption}">
      <h3>${this.heading}</h3>
      <div class="plot" data-dots=${this.dots.length}>
        <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
          ${svg`<line x1="0" x2="1" y1=${top} y2=${top} /><line x1=${left} x2=${left} y1="0" y2="1" /><path d=${path} />`}
        </svg>
      </div>
      <figcaption>${this.caption}</figcaption>
    </figure>`;
  }
}

customElements.define("zp-scatter", ZpScatter);
