// <zeropoint-value>: one value, live, that stands in a line of text.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { define } from "../define";
import { ago } from "../format";
import { MetricFeed } from "./metric-feed";
import { palette } from "./palette";
import { shownReading } from "./reading";

const AGE_STEP_MILLISECONDS = 10_000;

export class ZeropointValue extends LitElement {
  static override styles = [
    palette,
    css`
      :host { display: inline-block; }
      :host([hidden]) { display: none; }
      .frame { white-space: nowrap; }
      .label, .note { color: var(--zp-quiet); }
      .label { margin-inline-end: 0.4em; }
      .note { margin-inline-start: 0.5em; font-size: 0.86em; }
      .fault { --zp-quiet: var(--zp-warn); }
    `,
  ];

  @property() src: string | null = null;
  /** Sent in a header. As an attribute it stands in the page's source; setToken() or the property keep it out of there. */
  @property() token: string | null = null;
  @property() metric = "";
  @property() label: string | null = null;

  readonly #feed = new MetricFeed(this, { onSample: () => (this.#arrivedAt = performance.now()) });
  #arrivedAt = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keepTime(false);
  }

  override render(): TemplateResult {
    const feed = this.#feed;
    const isOld = feed.oldWords !== null && feed.fault === null;
    return html`<span
      class="frame ${isOld ? "old" : ""} ${feed.fault === null ? "" : "fault"}" data-sample=${feed.sample?.id ?? nothing}
      >${this.label === null ? nothing : html`<span class="label" part="label">${this.label}</span>`}${shownReading(feed.reading, feed.trouble, feed.faultInShort)}${isOld ? this.#age() : nothing}</span
    >`;
  }

  protected override updated(_changed: PropertyValues<this>): void {
    this.#keepTime(this.isConnected && this.#feed.oldWords !== null);
  }

  // By this browser's clock, which the machine's may differ from.
  #age(): TemplateResult {
    const seconds = (performance.now() - this.#arrivedAt) / 1000;
    return html`<span class="note" part="note" title=${this.#feed.oldWords ?? ""}>${ago(seconds)}</span>`;
  }

  #keepTime(runs: boolean): void {
    if (runs === (this.#timer !== null)) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = runs ? setInterval(() => this.requestUpdate(), AGE_STEP_MILLISECONDS) : null;
  }
}

define("zeropoint-value", ZeropointValue);
