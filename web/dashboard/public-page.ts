// <zp-public>: the page for visitors without a token: the sections that everybody may read, and the way to sign in.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import { MetricsClient, type ClientState } from "../client/src/index";
import { askBelow } from "../elements/embed/ask";
import { dayClock } from "../elements/format";
import { gapWords } from "../elements/gap-words";
import { Past, type Ask } from "../elements/past";
import { covers } from "../elements/sections";
import { Timeline } from "../elements/timeline";
import { signOut } from "./access";
import "./chart-panel";
import { chartRows, type ChartRow } from "./charts";
import "./components-row";
import "./connection";
import "./filesystems-panel";
import { rememberedHues } from "./hue-memory";
import { WORKLOADS } from "./measures";
import { noticeOf } from "./notice";
import { publicRows, whole } from "./public-sample";
import "./server-panel";
import "./signed-out";
import type { ZpSignedOut } from "./signed-out";
import { nextTheme, type ThemeChoice } from "./theme-choice";
import "./verdict-lines";
import "./who-panel";

const WINDOW = { seconds: 300 };
const KEPT_SECONDS = 600;

export class ZpPublic extends LitElement {
  static override styles = css`
    :host { --zp-edge: 14px; --zp-plot-height: clamp(140px, 17vh, 260px); display: block; }
    header {
      position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 18px;
      padding: 7px var(--zp-edge); background: var(--zp-surface); border-bottom: 1px solid var(--zp-line); font-variant-numeric: tabular-nums;
    }
    h1 { margin: 0; font-size: 14px; font-weight: 700; }
    .quiet { color: var(--zp-quiet); }
    .controls { display: flex; gap: 8px; margin-inline-start: auto; }
    button {
      padding: 2px 8px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-surface); color: var(--zp-text);
      font: inherit; font-size: 12.5px; line-height: 19px; cursor: pointer;
    }
    button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
    main, .panels { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--zp-gap); }
    main { padding: var(--zp-gap) var(--zp-edge) 32px; }
    main.old { color: var(--zp-quiet); --zp-strip-opacity: 0.5; }
    .notice { margin: 0; color: var(--zp-quiet); }
    @media (min-width: 900px) { .panels { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    @media (max-width: 640px) { :host { --zp-edge: 8px; } }
  `;

  /** Where the appliance lies: the page itself is at BASE/control/metrics. */
  @property({ attribute: false }) base = new URL("../", location.href);
  @property() theme: ThemeChoice = "auto";
  /** Which machine of a hub's; null where the appliance itself is asked. */
  @property({ attribute: false }) host: string | null = null;
  /** What may be read. */
  @property({ attribute: false }) sections: readonly string[] = [];

  /** The scope of the session, which does not reach to samples; null without one. */
  @property() scope: string | null = null;

  @state() private sample: Sample | null = null;
  @state() private connection: ClientState = { name: "idle", reason: null, retryAt: null };
  @state() private isSigningIn = false;
  @query("zp-signed-out") private form!: ZpSignedOut | null;

  readonly #timeline = new Timeline({ longestSeconds: KEPT_SECONDS });
  readonly #hues = rememberedHues();
  readonly #workloads = this.#timeline.list(WORKLOADS);
  #rows: readonly ChartRow[] = [];
  #release: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const client = new MetricsClient({ url: this.base, host: this.host ?? undefined, sections: this.sections });
    const past = new Past(this.#timeline, this.#ask);
    client.addEventListener("sample", (event) => {
      const isFirst = this.#timeline.newest === null;
      this.#timeline.append(whole(event.detail));
      // The charts name their columns in the picture after this one; the past is read into them. A hub tells no visitor
      // the past of its machines.
      if (isFirst && this.host === null) requestAnimationFrame(() => requestAnimationFrame(() => void past.fill()));
    });
    client.addEventListener("gap", (event) => this.#timeline.tellGap(gapWords(event.detail), event.detail.reason !== "missed-ticks"));
    client.addEventListener("state", () => this.#follow(client.state));
    this.#release = [this.#timeline.subscribe(() => this.#show()), () => past.close(), () => client.close()];
    this.#timeline.window = WINDOW;
    client.start();
    this.#follow(client.state);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const release of this.#release.splice(0)) release();
  }

  override render(): TemplateResult {
    const { sample } = this;
    return html`
      <header role="banner">
        <h1>zeropoint</h1>
        <zp-connection .state=${this.connection} .intervalSeconds=${sample?.interval_seconds ?? null}></zp-connection>
        <span class="quiet">updated ${sample === null ? "–" : dayClock(Date.parse(sample.timestamp))}</span>
        <span class="controls">
          <button type="button" @click=${() => (this.theme = nextTheme(this.theme))}>theme ${this.theme}</button>
          ${this.scope === null
            ? html`<button type="button" aria-expanded=${String(this.isSigningIn)} @click=${this.#toggle}>sign in</button>`
            : html`<button type="button" title="Signed in with a token of scope ${this.scope}" @click=${this.#signOut}>${this.scope}: sign out</button>`}
        </span>
      </header>
      <main class=${sample !== null && !this.#timeline.connected ? "old" : ""}>
        ${this.isSigningIn ? html`<zp-signed-out heading="Sign in to see everything" .base=${this.base} @zp-signed-in=${() => location.reload()}></zp-signed-out>` : nothing}
        ${this.#notice()} ${this.#parts()}
      </main>
    `;
  }

  #parts(): TemplateResult {
    const { sample } = this;
    const has = (section: string): boolean => covers(this.sections, section);
    const hasComponents = this.sections.some((section) => section === "ai" || section.startsWith("ai."));
    return html`
      ${has("verdicts") ? html`<zp-verdicts .told=${sample?.verdicts} .timestamp=${sample?.timestamp ?? ""}></zp-verdicts>` : nothing}
      ${hasComponents ? html`<zp-components .sample=${sample} .timeline=${this.#timeline} .runs=${[]} .open=${null}></zp-components>` : nothing}
      ${has("ledger")
        ? html`<zp-who .sample=${sample} .timeline=${this.#timeline} .list=${this.#workloads} .hues=${this.#hues} .selected=${null}></zp-who>`
        : nothing}
      <div class="panels">
        ${repeat(
          this.#rows,
          (row) => row.key,
          (row) => html`<zp-chart-panel .row=${row} .timeline=${this.#timeline} .sample=${sample}></zp-chart-panel>`,
        )}
        ${has("system.disk") ? html`<zp-filesystems .sample=${sample}></zp-filesystems>` : nothing}
        ${has("server") ? html`<zp-server .sample=${sample} .reasons=${[]}></zp-server>` : nothing}
      </div>
    `;
  }

  readonly #ask: Ask = (path, asked, signal) => {
    const query = new URLSearchParams(asked as Record<string, string>);
    query.set("sections", this.sections.join(","));
    if (this.host !== null) query.set("host", this.host);
    return askBelow(this.base, null)(path, [...query], signal);
  };

  #notice(): TemplateResult | typeof nothing {
    const newest = this.#timeline.newest;
    const notice = noticeOf(this.connection, newest === null ? null : Date.parse(newest.timestamp), this.base.host);
    return notice === null ? nothing : html`<p class="notice" role="status">${notice}</p>`;
  }

  #show(): void {
    const sample = this.#timeline.sample as Sample | null;
    if (sample === null || sample === this.sample) return;
    const rows = publicRows(chartRows(sample), this.sections);
    // A row that is new to a chart makes it begin anew.
    if (rows.map(({ key }) => key).join() !== this.#rows.map(({ key }) => key).join()) this.#rows = rows;
    this.#hues.meet((sample.ledger?.workloads ?? []).map(({ id }) => id));
    this.sample = sample;
    this.dataset["sample"] = sample.id;
  }

  #follow(state: ClientState): void {
    this.connection = state;
    this.#timeline.connected = state.name === "live" || state.name === "polling";
  }

  readonly #signOut = (): void => void signOut(this.base).finally(() => location.reload());

  readonly #toggle = async (): Promise<void> => {
    this.isSigningIn = !this.isSigningIn;
    await this.updateComplete;
    this.form?.focus();
  };
}

customElements.define("zp-public", ZpPublic);
