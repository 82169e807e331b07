// <zp-interval>: by how much B is apart from A, as a bar from the low to the high end of its interval, beside a line where
// there is no difference. The numbers stand in words beside it.

import { LitElement, css, svg, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";

export class ZpInterval extends LitElement {
  static override styles = css`
    :host { display: block; width: 120px; height: 12px; }
    svg { width: 100%; height: 100%; overflow: visible; }
    line { stroke: var(--zp-mark); stroke-width: 1; vector-effect: non-scaling-stroke; }
    rect { fill: var(--zp-quiet); }
    :host([differs]) rect { fill: var(--zp-series-1); }
    .value { fill: var(--zp-text); }
  `;

  /** 0 to 1, 0.5 is no difference. */
  @property({ attribute: false }) place: readonly [low: number, value: number, high: number] = [0.5, 0.5, 0.5];
  @property({ type: Boolean, reflect: true }) differs = false;

  override render(): TemplateResult {
    const [low, value, high] = this.place.map((one) => 120 * one) as [number, number, number];
    return html`<svg viewBox="0 0 120 12" aria-hidden="true">
      ${svg`<line x1="60" x2="60" y1="0" y2="12" /><rect x=${low} y="4" width=${Math.max(1.5, high - low)} height="4" />
        <rect class="value" x=${value - 1} y="2" width="2" height="8" />`}
    </svg>`;
  }
}

customElements.define("zp-interval", ZpInterval);
