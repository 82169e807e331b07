// <zp-header>: which machine this is, whether it is seen live, how the appliance fares, and the window of the charts.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import type { ClientState } from "../client/src/index";
import { dayClock, inWords } from "../elements/format";
import type { Timeline } from "../elements/timeline";
import { addressOfView } from "./address";
import { read } from "../elements/value";
import "../elements/status";
import "../elements/value";
import "./connection";
import { machineName } from "./machine-watch";
import { metric } from "./metric-names";
import { HEALTH_TONES } from "./server-panel";
import type { ThemeChoice } from "./theme-choice";
import { VIEWS } from "./views";
import { WINDOWS } from "./windows";

/** What the header asks for; the page does it. */
export type HeaderAction = { window: number } | "freeze" | "as-it-was" | "theme" | "help" | "sign-out";

export class ZpHeader extends LitElement {
  static override styles = css`
    :host {
      position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 18px;
      padding: 7px var(--zp-edge); background: var(--zp-surface); border-bottom: 1px solid var(--zp-line);
      font-variant-numeric: tabular-nums;
    }
    h1 { display: flex; align-items: center; gap: 7px; margin: 0; font-size: 14px; font-weight: 700; letter-spacing: -0.01em; }
    h1 svg { width: 15px; height: 15px; color: var(--zp-series-1); }
    nav { display: flex; gap: 2px; }
    nav a { padding: 2px 7px; border-radius: 4px; color: var(--zp-quiet); text-decoration: none; font-size: 12.5px; line-height: 19px; }
    nav a:hover { color: var(--zp-text); background: var(--zp-page); }
    nav a[aria-current] { color: var(--zp-text); font-weight: 650; }
    nav a b { margin-inline-start: 5px; padding: 0 5px; border-radius: 8px; background: var(--zp-bad); color: var(--zp-surface); font-size: 11.5px; font-weight: 650; }
    nav a:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
    .host { flex: none; font-weight: 600; max-width: 16em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .item { display: inline-flex; align-items: baseline; gap: 6px; white-space: nowrap; }
    .item > span:first-child { color: var(--zp-quiet); }
    .time > span:first-child { min-width: 3.9em; }
    .item, zp-connection, .controls { flex: none; }
    .health { flex: 0 1 auto; min-width: 0; }
    .cost zp-value { min-width: 3.1em; }
    .clock { min-width: 4.6em; }
    zp-connection { min-width: 6.2em; font-weight: 600; }
    .reason { min-width: 0; max-width: 26em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--zp-quiet); font-size: 12px; }
    .each { align-self: center; color: var(--zp-quiet); font-size: 12px; }
    .controls { display: flex; gap: 8px; margin-inline-start: auto; }
    .group { display: flex; }
    select { display: none; min-width: 0; }
    button, select {
      padding: 2px 8px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-surface); color: var(--zp-text);
      font: inherit; font-size: 12.5px; line-height: 19px; cursor: pointer; white-space: nowrap;
    }
    .group button { padding-inline: 6px; border-radius: 0; margin-inline-start: -1px; }
    .group button:first-child { border-radius: 4px 0 0 4px; margin: 0; }
    .group button:last-child { border-radius: 0 4px 4px 0; }
    button:hover { background: var(--zp-page); }
    button[aria-pressed="true"] { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); }
    .time.past > span:first-child { color: inherit; font-weight: 650; }
    button:focus-visible, select:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; z-index: 1; }
    /* On a wide screen the reason gives way, not the line. */
    @media (min-width: 1560px) { :host { flex-wrap: nowrap; } }
    /* Between, the controls may have a line of their own; what the reason says does not decide that. */
    @media (min-width: 641px) and (max-width: 1559px) { .health { flex: 1 1 9em; } }
    /* It stands with the server's values too. */
    @media (max-width: 1480px) { .up, .cost, .each { display: none; } }
    @media (pointer: coarse) { button, select { line-height: 27px; height: 33px; } }
    @media (max-width: 640px) {
      :host { gap: 4px 12px; }
      .wide { display: none; }
      .controls { margin: 0; width: 100%; gap: 6px; }
      button { padding-inline: 7px; }
      /* Nine buttons would take a row of their own. */
      .group { display: none; }
      select { display: inline-block; flex: 1; }
    }
  `;

  @property({ attribute: false }) timeline: Timeline | null = null;
  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) connection: ClientState = { name: "idle", reason: null, retryAt: null };
  @property({ attribute: false }) healthReasons: readonly string[] = [];
  @property() theme: ThemeChoice = "auto";
  /** The scope of the session that the page is signed in with; null without one. */
  @property() scope: string | null = null;
  /** Whether a hub serves the page, which has one of all machines. */
  @property({ attribute: false }) isOfFleet = false;
  /** Name of the view that is shown; null for the live page. */
  @property() view: string | null = null;
  // Bumped by the page at each picture: the cursor and the window live in the timeline.
  @property({ attribute: false }) tick = 0;

  override render(): TemplateResult {
    // Nothing will come: places that wait for values would promise some.
    const isShut = this.connection.name === "signed-out" && this.sample === null;
    return html`
      <h1>${MARK}zeropoint</h1>
      ${isShut || VIEWS.length === 0 ? nothing : this.#nav()}
      ${isShut ? this.#connection() : this.#facts()}
      <span class="controls">
        ${isShut || this.view !== null ? nothing : this.#windows()}
        ${this.scope === null ? nothing : html`<button type="button" title="Signed in with a token of scope ${this.scope}" @click=${() => this.#ask("sign-out")}>${this.scope}: sign out</button>`}
        <button type="button" title="Theme: auto, light or dark (t)" @click=${() => this.#ask("theme")}>theme ${this.theme}</button>
        <button type="button" title="Keys (?)" aria-label="Keyboard help" @click=${() => this.#ask("help")}>?</button>
      </span>
    `;
  }

  #nav(): TemplateResult {
    const link = (name: string | null, title: string, count = 0): TemplateResult =>
      html`<a href=${addressOfView(name) || "#"} aria-current=${this.view === name ? "page" : nothing}>${title}${count === 0 ? nothing : html`<b>${count}</b>`}</a>`;
    return html`<nav aria-label="Views">${this.isOfFleet ? html`<a href="metrics" title="All machines">fleet</a>` : nothing}${link(null, "live")}${VIEWS.map(({ name, title, count }) => link(name, title, count?.(this.sample)))}</nav>`;
  }

  #connection(): TemplateResult {
    return html`<zp-connection .state=${this.connection} .intervalSeconds=${this.sample?.interval_seconds ?? null}></zp-connection>`;
  }

  #facts(): TemplateResult {
    return html`
      <span class="host" title="Host name">${machineName(this.sample) ?? this.#value("system.host.name")}</span>
      <span class="item wide up" title="Time since the machine started"><span>up</span>${this.#value("system.host.uptime_seconds")}</span>
      ${this.#connection()} ${this.#time()} ${this.#health()}
      <span class="item wide cost" title="What Zeropoint itself takes of one core, and of memory">
        <span>own cost</span>${this.#value("server.cpu_percent")}${this.#value("server.memory_bytes")}
      </span>
    `;
  }

  #windows(): TemplateResult {
    const isPast = this.timeline?.past != null;
    const pixel = this.timeline?.pixelSeconds ?? null;
    return html`
      ${pixel === null ? nothing : html`<span class="each wide" title=${`In the charts ${PIXEL_WORDS}`}>each ${inWords(pixel, "duration")}</span>`}
      <span class="group" role="group" aria-label="Window of the charts">
        ${WINDOWS.map(
          (choice, index) => html`<button
            type="button" title="${choice.title} (${index + 1})" aria-pressed=${String(this.timeline?.window === choice.window)}
            @click=${() => this.#ask({ window: index })}
          >${choice.label}</button>`,
        )}
      </span>
      <select aria-label="Window of the charts" @change=${this.#choose}>
        ${WINDOWS.map(({ label, title, window }, index) => html`<option value=${index} ?selected=${this.timeline?.window === window} title=${title}>${index === 0 ? "20 points" : label}</option>`)}
      </select>
      <button type="button" title="Stop or restart the shown time (space)" aria-pressed=${String((this.timeline?.frozen ?? false) && !isPast)} @click=${() => this.#ask("freeze")}>freeze</button>
      <button type="button" title="The whole page at a past moment (a)" aria-pressed=${String(isPast)} @click=${() => this.#ask("as-it-was")}>as it was</button>
    `;
  }

  #value(name: Parameters<typeof metric>[0] | "system.host.name"): TemplateResult {
    const path = name === "system.host.name" ? ["system", "host", "name"] : metric(name);
    return html`<zp-value .reading=${this.sample === null ? null : read(this.sample, path)}></zp-value>`;
  }

  #time(): TemplateResult {
    const { timeline, sample } = this;
    const cursor = timeline?.cursorTime() ?? null;
    const isPast = timeline?.past != null;
    const time = cursor ?? (sample === null ? null : Date.parse(sample.timestamp));
    const label = cursor !== null ? "cursor" : isPast ? "as it was" : timeline?.frozen === true ? "frozen" : "updated";
    return html`<span class="item time ${isPast && cursor === null ? "past" : ""}" title=${this.#timeTitle()}>
      <span>${label}</span><span class="clock">${time === null ? "–" : dayClock(time)}</span>
    </span>`;
  }

  #timeTitle(): string {
    const pixel = this.timeline?.pixelSeconds ?? null;
    const of = "When the sample that is shown was taken";
    return pixel === null ? of : `${of}. In the charts ${PIXEL_WORDS}: ${inWords(pixel, "duration")}`;
  }

  #health(): TemplateResult {
    const health = this.sample?.server.health ?? null;
    const reasons = this.healthReasons;
    return html`<span class="item health" title=${reasons.length === 0 ? "State of Zeropoint itself" : reasons.join("\n")}>
      <span>health</span>
      ${health === null ? html`<zp-value></zp-value>` : html`<zp-status data-health=${health} tone=${HEALTH_TONES[health] ?? "unknown"} word=${health}></zp-status>`}
      ${reasons.length === 0 ? nothing : html`<span class="reason">${reasons[0]}${reasons.length > 1 ? ` and ${reasons.length - 1} more` : ""}</span>`}
    </span>`;
  }

  readonly #choose = (event: Event): void => this.#ask({ window: Number((event.target as HTMLSelectElement).value) });

  #ask(action: HeaderAction): void {
    this.dispatchEvent(new CustomEvent<HeaderAction>("zp-action", { detail: action }));
  }
}

const PIXEL_WORDS = "a point is the mean of so long, and the light band around it goes from the lowest to the highest";

const MARK = html`<svg viewBox="0 0 16 16" aria-hidden="true">
  <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" />
  <circle cx="8" cy="8" r="1.8" fill="currentColor" />
</svg>`;

customElements.define("zp-header", ZpHeader);
