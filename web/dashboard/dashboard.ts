// <zp-dashboard>: the page. It owns the feed and the timeline, and hands the shown sample to the panels.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import { MetricsClient, type ClientState } from "../client/src/index";
import { gapWords } from "../elements/gap-words";
import { Past, type Query } from "../elements/past";
import { Timeline } from "../elements/timeline";
import { addressIn, fragmentOf } from "./address";
import "./chart-panel";
import { AFTER_GPUS_KEY, chartRows, type ChartRow } from "./charts";
import { chartsOf, sparkOf } from "./component-fields";
import type { ZpComponents } from "./components-row";
import "./components-row";
import { FieldNames } from "./field-names";
import "./filesystems-panel";
import type { HeaderAction } from "./header-bar";
import "./header-bar";
import { HealthReasons } from "./health-reasons";
import type { ZpHelp } from "./help-dialog";
import "./help-dialog";
import { rememberHues, rememberedHues } from "./hue-memory";
import { actOnKey, type KeyActions } from "./keyboard";
import { holdHeights, rememberedHeights, rememberLayout } from "./layout-memory";
import type { ZpMissing } from "./missing-dialog";
import "./missing-dialog";
import { noticeOf } from "./notice";
import { WORKLOADS } from "./measures";
import { marksOfRuns, type Run } from "./runs";
import { RunsFeed } from "./runs-feed";
import "./server-panel";
import "./signed-out";
import { StatusMarks } from "./status-marks";
import { nextTheme, type ThemeChoice } from "./theme-choice";
import type { ZpWho } from "./who-panel";
import "./who-panel";
import { LONGEST_SECONDS, WINDOWS } from "./windows";
import { withPartOf } from "./workload-lines";

const STEP_POINTS = "500";
// For so long the parts keep their heights of last time while the runs are waited for.
const LONGEST_HOLD_MILLISECONDS = 1_000;

export class ZpDashboard extends LitElement {
  static override styles = css`
    :host { --zp-edge: 14px; --zp-plot-height: clamp(140px, 17vh, 260px); display: block; }
    main { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--zp-gap); padding: var(--zp-gap) var(--zp-edge) 40px; }
    main.old { color: var(--zp-quiet); --zp-strip-opacity: 0.5; }
    .panels { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--zp-gap); }
    @media (min-width: 900px) {
      .panels { grid-template-columns: repeat(2, minmax(0, 1fr)); }
      .panels > :last-child:nth-child(odd) { grid-column: 1 / -1; }
    }
    @media (min-width: 1900px) {
      .panels { grid-template-columns: repeat(3, minmax(0, 1fr)); }
      .panels > :last-child:nth-child(odd) { grid-column: auto; }
      .panels > :last-child:nth-child(3n + 1) { grid-column: 1 / -1; }
      .panels > :last-child:nth-child(3n + 2) { grid-column: span 2; }
    }
    .notice {
      position: fixed; inset-inline: 0; bottom: 12px; z-index: 3; width: fit-content; max-width: min(92vw, 900px); margin: 0 auto;
      padding: 7px 14px; border: 1px solid var(--zp-line); border-inline-start: 3px solid var(--zp-warn); border-radius: 5px;
      background: var(--zp-surface); box-shadow: 0 3px 14px rgb(0 0 0 / 0.16); overflow-wrap: anywhere;
    }
    @media (max-width: 640px) { :host { --zp-edge: 8px; } }
  `;

  /** Where the appliance lies: the page itself is at BASE/control/metrics. */
  @property({ attribute: false }) base = new URL("../", location.href);
  @property() theme: ThemeChoice = "auto";

  @state() private sample: Sample | null = null;
  @state() private connection: ClientState = { name: "idle", reason: null, retryAt: null };
  @state() private reasons: readonly string[] = [];
  @state() private tick = 0;
  @state() private runs: readonly Run[] = [];
  @state() private open: string | null = addressIn(location.hash).component;
  @state() private selected: string | null = addressIn(location.hash).workload;
  @query("zp-help") private help!: ZpHelp;
  @query("zp-missing") private missing!: ZpMissing;
  @query("zp-who") private who!: ZpWho | null;
  @query("zp-components") private components!: ZpComponents | null;

  readonly #timeline = new Timeline({ longestSeconds: LONGEST_SECONDS });
  readonly #hues = rememberedHues();
  readonly #workloads = this.#timeline.list(WORKLOADS);
  readonly #heights = rememberedHeights(addressIn(location.hash).component);
  #rows: readonly ChartRow[] = chartRows(null);
  #past: Past | null = null;
  #health: HealthReasons | null = null;
  #runsFeed: RunsFeed | null = null;
  #statusMarks = new StatusMarks();
  #names: FieldNames | null = null;
  #release: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const client = new MetricsClient({ url: this.base });
    const past = new Past(this.#timeline, this.#ask);
    const runsFeed = new RunsFeed((signal) => this.#ask("api/v1/runs", {}, signal), (runs) => this.#showRuns(runs));
    this.#runsFeed = runsFeed;
    this.#names = new FieldNames(() => fetch(below(this.base, "openapi.json", {})));
    this.#past = past;
    this.#health = new HealthReasons(this.base, (reasons) => (this.reasons = reasons));
    client.addEventListener("sample", (event) => this.#timeline.append(event.detail));
    client.addEventListener("gap", (event) => this.#timeline.tellGap(gapWords(event.detail)));
    client.addEventListener("state", () => this.#follow(client.state));
    addEventListener("keydown", this.#key);
    addEventListener("popstate", this.#followAddress);
    this.#release = [
      this.#timeline.subscribe(() => this.#show()),
      () => removeEventListener("keydown", this.#key),
      () => removeEventListener("popstate", this.#followAddress),
      () => runsFeed.close(),
      () => past.close(),
      () => client.close(),
    ];
    this.#timeline.window = (WINDOWS[0] ?? { window: { points: 20 } }).window;
    client.start();
    this.#follow(client.state);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const release of this.#release.splice(0)) release();
  }

  override render(): TemplateResult {
    return html`
      <zp-header role="banner"
        .timeline=${this.#timeline} .sample=${this.sample} .connection=${this.connection} .healthReasons=${this.reasons}
        .theme=${this.theme} .tick=${this.tick} @zp-action=${this.#action}
      ></zp-header>
      ${this.connection.name === "signed-out" && this.sample === null
        ? html`<main><zp-signed-out .reason=${this.connection.reason}></zp-signed-out></main>`
        : html`${this.#main()} ${this.#notice()}`}
      <zp-help></zp-help>
      <zp-missing .sample=${this.sample}></zp-missing>
    `;
  }

  #main(): TemplateResult {
    return html`
      <main class=${this.sample !== null && !this.#timeline.connected ? "old" : ""}>
        <zp-components data-part="components" .sample=${this.sample} .timeline=${this.#timeline} .runs=${this.runs} .open=${this.open}
          .askSteps=${this.#askSteps} .names=${this.#names} @zp-open=${this.#openDetail}></zp-components>
        <zp-who data-part="who" .sample=${this.sample} .timeline=${this.#timeline} .list=${this.#workloads} .hues=${this.#hues} .selected=${this.selected}
          @zp-select=${this.#select}></zp-who>
        <div class="panels">
          ${repeat(
            this.#rowsWithPart(),
            (row) => row.key,
            (row) => html`${row.key === AFTER_GPUS_KEY ? this.#expectedParts().map((part) => html`<div data-part=${part}></div>`) : nothing}
              <zp-chart-panel data-part=${row.key} .row=${row} .timeline=${this.#timeline} .sample=${this.sample}></zp-chart-panel>`,
          )}
          <zp-filesystems data-part="filesystems" .sample=${this.sample}></zp-filesystems>
          <zp-server data-part="server" .sample=${this.sample} .reasons=${this.reasons} @zp-missing=${this.#keys.missing}></zp-server>
        </div>
      </main>
    `;
  }

  #rowsWithPart(): readonly ChartRow[] {
    const { sample, selected } = this;
    if (sample === null || selected === null) return this.#rows;
    return this.#rows.map((row) => withPartOf(selected, `hue-${this.#hues.of(selected)}`, row, sample, this.#workloads));
  }

  #notice(): TemplateResult | typeof nothing {
    const newest = this.#timeline.newest;
    const notice = noticeOf(this.connection, newest === null ? null : Date.parse(newest.timestamp), this.base.host);
    return notice === null ? nothing : html`<p class="notice" role="status">${notice}</p>`;
  }

  protected override firstUpdated(): void {
    if (this.sample === null) holdHeights(this.#parts, this.#heights);
  }

  get #parts(): NodeListOf<HTMLElement> {
    return this.renderRoot.querySelectorAll<HTMLElement>("[data-part]");
  }

  // Room, where they will stand, for the charts that this machine had last time besides those that every machine has: its
  // GPUs'.
  #expectedParts(): string[] {
    return this.sample === null ? [...this.#heights.keys()].filter((part) => part.startsWith("gpu ")) : [];
  }

  // Once a picture, and never in a hidden tab: the timeline sees to that.
  #show(): void {
    const sample = this.#timeline.sample as Sample | null;
    this.tick += 1;
    if (sample === this.sample || sample === null) return;
    const first = this.sample === null;
    this.sample = sample;
    if (this.#hues.meet((sample.ledger?.workloads ?? []).map(({ id }) => id))) rememberHues(this.#hues);
    this.#rows = chartRows(sample);
    this.#nameColumns(sample);
    if (this.#statusMarks.follow(sample)) this.#mark();
    const runs = this.#runsFeed?.follow(sample, Date.now());
    this.dataset["sample"] = sample.id;
    document.title = `${sample.system.host?.name ?? "zeropoint"} · zeropoint`;
    void this.#health?.follow(sample.server.health, Date.now());
    // The charts name their columns in the picture after this one; the past is read into them.
    if (!first) return;
    requestAnimationFrame(() => void this.#past?.fill());
    // Runs have a place of their own, which is as high as there are some.
    void Promise.race([runs, new Promise((due) => setTimeout(due, LONGEST_HOLD_MILLISECONDS))]).then(() =>
      requestAnimationFrame(() => this.#settle()),
    );
  }

  #settle(): void {
    holdHeights(this.#parts, new Map());
    // Without the heights that were held, and after the layout that follows from that.
    requestAnimationFrame(() => {
      rememberLayout(this.#parts, this.open);
      // The address led to it; before, the cards above it had not their height.
      if (this.open !== null) void this.components?.focusDetail();
    });
  }

  // Before a detail view is opened, so that its charts have their past by then.
  #nameColumns(sample: Sample): void {
    for (const [name, component] of Object.entries(sample.ai.components)) {
      const spark = sparkOf(name, component);
      if (spark !== null) this.#timeline.column(spark);
      for (const { lines } of chartsOf(name, component)) for (const { path } of lines) this.#timeline.column(path);
    }
  }

  #showRuns(runs: readonly Run[]): void {
    this.runs = runs;
    this.#mark();
  }

  #mark(): void {
    this.#timeline.marks = [...marksOfRuns(this.runs), ...this.#statusMarks.marks];
  }

  readonly #ask = (path: string, query: Query, signal: AbortSignal): Promise<Response> =>
    fetch(below(this.base, path, query), { signal });

  readonly #askSteps = (id: string, signal: AbortSignal): Promise<Response> =>
    this.#ask("api/v1/runs/steps", { id, points: STEP_POINTS }, signal);

  // --- the detail view, which has an address

  readonly #openDetail = (event: CustomEvent<string | null>): void => {
    const name = event.detail;
    this.#goTo(name, this.selected);
    this.#setOpen(name);
  };

  // --- the selected workload, which is in the address too

  readonly #select = (event: CustomEvent<string | null>): void => {
    this.#goTo(this.open, event.detail);
    this.selected = event.detail;
  };

  #goTo(component: string | null, workload: string | null): void {
    history.pushState(null, "", location.pathname + location.search + fragmentOf({ component, workload }));
  }

  readonly #followAddress = (): void => {
    const { component, workload } = addressIn(location.hash);
    this.selected = workload;
    this.#setOpen(component);
  };

  #setOpen(name: string | null): void {
    const before = this.open;
    if (name === before) return;
    this.open = name;
    if (name !== null) void this.updateComplete.then(() => this.components?.focusDetail());
    else if (before !== null) this.components?.focusCard(before);
  }

  #follow(state: ClientState): void {
    this.connection = state;
    this.#timeline.connected = state.name === "live" || state.name === "polling";
  }

  readonly #action = (event: CustomEvent<HeaderAction>): void => {
    const action = event.detail;
    if (action === "freeze") this.#keys.freeze();
    else if (action === "theme") this.#keys.theme();
    else if (action === "help") this.#keys.help();
    else this.#keys.window(action.window);
  };

  readonly #key = (event: KeyboardEvent): void => actOnKey(event, this.#keys, WINDOWS.length);

  readonly #keys: KeyActions = {
    help: () => this.help.toggle(),
    window: (index) => {
      const choice = WINDOWS[index];
      if (choice === undefined) return;
      this.#timeline.window = choice.window;
      void this.#past?.fill();
    },
    freeze: () => this.#timeline.freeze(!this.#timeline.frozen),
    theme: () => {
      this.theme = nextTheme(this.theme);
    },
    missing: () => this.missing.toggle(),
    filter: () => this.who?.focusFilter(),
    step: (rows) => this.#timeline.step(rows),
    // One thing a press: the cursor first, which may lie over the detail view.
    escape: () => {
      if (this.#timeline.cursorTime() !== null) this.#timeline.pointAt(null);
      else if (this.selected !== null) this.#select(new CustomEvent("zp-select", { detail: null }));
      else if (this.open !== null) this.#openDetail(new CustomEvent("zp-open", { detail: null }));
    },
  };
}

function below(base: URL, path: string, query: Query): URL {
  const url = new URL(path, base);
  url.search = new URLSearchParams(query).toString();
  return url;
}

customElements.define("zp-dashboard", ZpDashboard);
