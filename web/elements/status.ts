// <zp-status>: a state told by a shape and a word; colour only repeats what these say.

import { LitElement, css, html, svg, type SVGTemplateResult, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "./define";

/** What a state means for the person who looks. */
export type Tone = "good" | "calm" | "off" | "warn" | "bad" | "unknown" | "busy";

const SHAPES: Record<Tone, SVGTemplateResult> = {
  good: svg`<circle cx="6" cy="6" r="4.5" fill="currentColor" />`,
  calm: svg`<circle cx="6" cy="6" r="3.7" fill="none" stroke="currentColor" stroke-width="1.6" />`,
  off: svg`<rect x="2.5" y="2.5" width="7" height="7" rx="1" fill="none" stroke="currentColor" stroke-width="1.6" />`,
  warn: svg`<path d="M6 1 11 6 6 11 1 6Z" fill="currentColor" />`,
  bad: svg`<path d="M6 1.2 11.4 10.6H.6Z" fill="currentColor" />`,
  unknown: svg`<path d="M1.5 6h9" stroke="currentColor" stroke-width="1.8" />`,
  busy: svg`<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="3.6 2.6" />`,
};

export class ZpStatus extends LitElement {
  static override styles = css`
    :host { display: inline-flex; align-items: center; gap: 0.42em; white-space: nowrap; color: var(--zp-quiet, #5b6472); }
    svg { width: 0.74em; height: 0.74em; flex: none; }
    :host([tone="good"]) { color: var(--zp-good, #0a7a5e); }
    :host([tone="busy"]), :host([tone="warn"]) { color: var(--zp-warn, #8f5a00); }
    :host([tone="bad"]) { color: var(--zp-bad, #c22525); }
  `;

  @property({ reflect: true }) tone: Tone = "unknown";
  @property() word = "";

  override render(): TemplateResult {
    return html`<svg part="shape" viewBox="0 0 12 12" aria-hidden="true">${SHAPES[this.tone]}</svg><span part="word">${this.word}</span>`;
  }
}

define("zp-status", ZpStatus);
