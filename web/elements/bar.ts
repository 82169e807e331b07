// <zp-bar>: a share of 0 to 100 as a bar; the number itself stands beside it.

import { LitElement, css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "./define";

export class ZpBar extends LitElement {
  static override styles = css`
    :host { display: block; height: 7px; border-radius: 2px; background: var(--zp-heat-0, #eef1f5); overflow: hidden; }
    div { height: 100%; background: var(--zp-series-1, #1f6fd0); transform-origin: left; }
    :host([alarming]) div { background: var(--zp-bad, #c22525); }
  `;

  /** Null where the share could not be read: the bar stays empty. */
  @property({ attribute: false }) percent: number | null = null;
  @property({ type: Boolean, reflect: true }) alarming = false;

  override render(): TemplateResult {
    return html`<div aria-hidden="true"></div>`;
  }

  // By the style's own interface: a style attribute in markup is what a strict Content-Security-Policy forbids.
  protected override updated(): void {
    const bar = this.renderRoot.querySelector("div");
    if (bar !== null) bar.style.transform = `scaleX(${Math.min(1, Math.max(0, (this.percent ?? 0) / 100))})`;
  }
}

define("zp-bar", ZpBar);
