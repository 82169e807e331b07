// <zp-time-bar>: says that the charts or the whole page do not show what is now, and leads back; at the bottom of the window,
// so that nothing is moved by its coming.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { ago, dayClock, duration } from "../elements/format";
import type { Timeline } from "../elements/timeline";
import type { Moment } from "./moment-feed";

/** What the bar asks for; the page does it. */
export type TimeAction = { at: number } | { step: number } | "zoom-in" | "zoom-out" | "let-go" | "live";

export class ZpTimeBar extends LitElement {
  static override styles = css`
    :host { display: block; }
    .bar {
      display: flex; flex-wrap: wrap; align-items: center; gap: 5px 10px; padding: 6px 10px; border: 1px solid var(--zp-line); border-radius: 5px;
      background: var(--zp-surface); color: var(--zp-text); box-shadow: 0 3px 14px rgb(0 0 0 / 0.16); font-variant-numeric: tabular-nums;
    }
    .bar.past { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); }
    strong { font-weight: 650; }
    .trouble { flex-basis: 100%; overflow-wrap: anywhere; }
    .buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-inline-start: auto; }
    button, input {
      padding: 2px 9px; border: 1px solid currentColor; border-radius: 4px; background: none; color: inherit;
      font: inherit; font-size: 12.5px; line-height: 19px; cursor: pointer; white-space: nowrap;
    }
    input { cursor: text; padding-inline: 5px; min-width: 0; flex: 0 1 auto; }
    @media (max-width: 640px) { .buttons { margin: 0; } input { width: 14em; } }
    /* On the colours of the text, as is the sign in it that opens the calendar. */
    .past input { color-scheme: var(--zp-inverse-scheme); }
    button:focus-visible, input:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
    .live { font-weight: 650; }
    @media (pointer: coarse) { button, input { line-height: 27px; } }
  `;

  @property({ attribute: false }) timeline!: Timeline;
  @property({ attribute: false }) moment: Moment | null = null;
  /** Why there is no history to show. */
  @property() trouble: string | null = null;
  // Bumped by the page at each picture: what is shown lives in the timeline.
  @property({ attribute: false }) tick = 0;

  override render(): TemplateResult | typeof nothing {
    const { past, zoomed } = this.timeline;
    if (past !== null || this.moment !== null) return this.#past();
    if (zoomed !== null) return this.#zoomed(zoomed.from, zoomed.to);
    if (this.timeline.isHeld) return this.#held(this.timeline.cursorTime() ?? 0);
    if (this.trouble === null) return nothing;
    return html`<div class="bar">
      <span role="status">No history: ${this.trouble}. The charts show the samples that this page has.</span>
    </div>`;
  }

  #past(): TemplateResult {
    const { past, newest } = this.timeline;
    const time = past === null ? null : Date.parse(past.timestamp);
    const now = newest === null ? Date.now() : Date.parse(newest.timestamp);
    return html`<div class="bar past" data-past=${past?.id ?? nothing}>
      <span role="status"><strong>${time === null ? "A past moment" : "As it was"}</strong>${time === null ? nothing : ` ${dayClock(time)}, ${ago((now - time) / 1000)}`}</span>
      <span class="buttons">
        <button type="button" title="The sample before (←)" aria-label="The sample before" @click=${() => this.#ask({ step: -1 })}>‹</button>
        <button type="button" title="The sample after (→)" aria-label="The sample after" @click=${() => this.#ask({ step: 1 })}>›</button>
        <input type="datetime-local" step="1" aria-label="Moment to show" .value=${localTime(this.moment?.milliseconds ?? time ?? now)} max=${localTime(now)} @change=${this.#choose} />
        <button type="button" class="live" title="Back to what is now (Esc)" @click=${() => this.#ask("live")}>back to live</button>
      </span>
      ${this.moment?.trouble == null ? nothing : html`<span class="trouble">Nothing to show of ${dayClock(this.moment.milliseconds)}: ${this.moment.trouble}.</span>`}
    </div>`;
  }

  #zoomed(from: number, to: number): TemplateResult {
    const { number, unit } = duration((to - from) / 1000);
    return html`<div class="bar">
      <span><strong>${dayClock(from)} – ${dayClock(to)}</strong>, ${number} ${unit}${this.#each()}</span>
      <span class="buttons">
        ${this.timeline.isHeld ? this.#asItWas(this.timeline.cursorTime() ?? to) : nothing}
        <button type="button" @click=${() => this.#ask("zoom-out")}>zoom out</button>
        <button type="button" class="live" title="Back to what is now (Esc)" @click=${() => this.#ask("live")}>back to live</button>
      </span>
      ${this.trouble === null ? nothing : html`<span class="trouble">No history: ${this.trouble}.</span>`}
    </div>`;
  }

  #held(time: number): TemplateResult {
    return html`<div class="bar">
      <span><strong>cursor at ${dayClock(time)}</strong>${this.#each()}</span>
      <span class="buttons">
        <button type="button" @click=${() => this.#ask("zoom-in")}>zoom in</button>
        ${this.#asItWas(time)}
        <button type="button" title="Let the cursor go (Esc)" @click=${() => this.#ask("let-go")}>let go</button>
      </span>
    </div>`;
  }

  #asItWas(time: number): TemplateResult {
    return html`<button type="button" title="The whole page at this moment (a)" @click=${() => this.#ask({ at: time })}>as it was then</button>`;
  }

  #each(): string {
    const seconds = this.timeline.pixelSeconds;
    if (seconds === null) return "";
    const { number, unit } = duration(seconds);
    return `, a point stands for ${number} ${unit}`;
  }

  #ask(action: TimeAction): void {
    this.dispatchEvent(new CustomEvent<TimeAction>("zp-time", { detail: action }));
  }

  readonly #choose = (event: Event): void => {
    const milliseconds = new Date((event.target as HTMLInputElement).value).getTime();
    if (!Number.isNaN(milliseconds)) this.#ask({ at: milliseconds });
  };
}

/** As the browser's field writes it: the viewer's time, to the second. */
export function localTime(milliseconds: number): string {
  const date = new Date(milliseconds);
  return new Date(milliseconds - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

customElements.define("zp-time-bar", ZpTimeBar);
