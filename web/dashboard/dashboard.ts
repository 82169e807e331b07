// <zp-dashboard>: the page. It owns the feed and the timeline, and hands the shown sample to the panels.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import { MetricsClient, type ClientState } from "../client/src/index";
import { gapWords } from "../elements/gap-words";
import { Past, type Query } from "../elements/past";
import { Timeline } from "../elements/timeline";
import { signOut, type Access } from "./access";
import { addressIn, fragmentOf, type Address } from "./address";
import "./chart-panel";
import { AFTER_GPUS_KEY, chartRows, type ChartRow } from "./charts";
import { chartsOf, sparkOf } from "./component-fields";
import type { ZpComponents } from "./components-row";
import "./components-row";
import { FieldNames } from "./field-names";
import "./filesystems-panel";
import "./hardware-panel";
import type { HeaderAction } from "./header-bar";
import "./header-bar";
import { HealthReasons } from "./health-reasons";
import type { ZpHelp } from "./help-dialog";
import "./help-dialog";
import { rememberHues, rememberedHues } from "./hue-memory";
import { actOnKey, type KeyActions } from "./keyboard";
import { holdHeights, rememberedHeights, rememberLayout } from "./layout-memory";
import { MachineWatch, machineName } from "./machine-watch";
import type { ZpMissing } from "./missing-dialog";
import "./missing-dialog";
import { noticeOf } from "./notice";
import { WORKLOADS } from "./measures";
import { marksOfRuns, runsAt, type Run } from "./runs";
import { RunsFeed } from "./runs-feed";
import "./server-panel";
import "./signed-out";
import { StatusMarks } from "./status-marks";
import { nextTheme, type ThemeChoice } from "./theme-choice";
import type { TimeAction } from "./time-bar";
import "./time-bar";
import { TimeControl } from "./time-control";
import type { ZpWho } from "./who-panel";
import "./who-panel";
import { viewIn, type ViewContext } from "./views";
import { LIVE_SECONDS, WINDOWS } from "./windows";
import "./verdict-lines";
import { withPartOf } from "./workload-lines";

// Beyond what the charts keep of live samples the history has it; a night of samples would be 400 MB.
const RESUMABLE_MILLISECONDS = 600_000;
const STEP_POINTS = "500";
// For so long the parts keep their heights of last time while the runs are waited for.
const LONGEST_HOLD_MILLISECONDS = 1_000;

export class ZpDashboard extends LitElement {
  static override styles = css`
    :host { --zp-edge: 14px; --zp-plot-height: clamp(140px, 17vh, 260px); display: block; }
    main { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--zp-gap); padding: var(--zp-gap) var(--zp-edge) 64px; }
    .sign-in { padding: var(--zp-gap) var(--zp-edge) 0; }
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
    .foot {
      position: fixed; inset-inline: 0; bottom: 10px; z-index: 3; display: flex; flex-direction: column; align-items: center; gap: 6px;
      pointer-events: none;
    }
    .foot > * { pointer-events: auto; max-width: min(94vw, 900px); }
    .notice {
      margin: 0; padding: 7px 14px; border: 1px solid var(--zp-line); border-inline-start: 3px solid var(--zp-warn); border-radius: 5px;
      background: var(--zp-surface); box-shadow: 0 3px 14px rgb(0 0 0 / 0.16); overflow-wrap: anywhere;
    }
    @media (max-width: 640px) { :host { --zp-edge: 8px; } }
  `;

  /** Where the appliance lies: the page itself is at BASE/control/metrics. */
  @property({ attribute: false }) base = new URL("../", location.href);
  @property() theme: ThemeChoice = "auto";
  @property({ attribute: false }) access: Access = { scope: null, sections: null };
  /** Which machine of a hub's; null where the appliance itself is asked. */
  @property({ attribute: false }) host: string | null = null;

  @state() private sample: Sample | null = null;
  @state() private connection: ClientState = { name: "idle", reason: null, retryAt: null };
  @state() private reasons: readonly string[] = [];
  @state() private tick = 0;
  @state() private silence: string | null = null;
  @state() private runs: readonly Run[] = [];
  @state() private view: string | null = addressIn(location.hash).view;
  @state() private open: string | null = addressIn(location.hash).component;
  @state() private selected: string | null = addressIn(location.hash).workload;
  @query("zp-help") private help!: ZpHelp;
  @query("zp-missing") private missing!: ZpMissing;
  @query("zp-who") private who!: ZpWho | null;
  @query("zp-components") private components!: ZpComponents | null;

  readonly #timeline = new Timeline({ longestSeconds: LIVE_SECONDS, hasHistory: true });
  readonly #hues = rememberedHues();
  readonly #workloads = this.#timeline.list(WORKLOADS);
  readonly #heights = rememberedHeights(addressIn(location.hash).component);
  #rows: readonly ChartRow[] = chartRows(null);
  #past: Past | null = null;
  #health: HealthReasons | null = null;
  #runsFeed: RunsFeed | null = null;
  #statusMarks = new StatusMarks();
  #time: TimeControl | null = null;
  #names: FieldNames | null = null;
  #client: MetricsClient | null = null;
  #watch: MachineWatch | null = null;
  #newest: Sample | null = null;
  #runsAsked: Promise<void> = Promise.resolve();
  #isFilled = false;
  #openedAt = 0;
  #at = addressIn(location.hash).at;
  #release: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const client = new MetricsClient({ url: this.base, host: this.host ?? undefined, timing: { resumableMs: RESUMABLE_MILLISECONDS } });
    this.#client = client;
    const past = new Past(this.#timeline, this.#ask);
    const runsFeed = new RunsFeed((signal) => this.#ask("api/v1/runs", {}, signal), (runs) => this.#showRuns(runs));
    this.#runsFeed = runsFeed;
    this.#names = new FieldNames(() => fetch(below(this.base, "openapi.json", {}, null)));
    this.#past = past;
    // What a hub tells at /health is its own.
    if (this.host === null) this.#health = new HealthReasons(this.base, (reasons) => (this.reasons = reasons));
    const time = new TimeControl(this.#timeline, { ask: this.#ask, changed: () => this.#showTime(), address: this.#goToMoment });
    this.#time = time;
    client.addEventListener("sample", (event) => {
      this.#watch?.heard();
      this.#timeline.append(event.detail);
    });
    client.addEventListener("gap", (event) => this.#timeline.tellGap(gapWords(event.detail), event.detail.reason !== "missed-ticks"));
    client.addEventListener("state", () => this.#follow(client.state));
    addEventListener("keydown", this.#key);
    addEventListener("popstate", this.#followAddress);
    this.#release = [
      this.#timeline.subscribe(() => this.#show()),
      () => removeEventListener("keydown", this.#key),
      () => removeEventListener("popstate", this.#followAddress),
      () => runsFeed.close(),
      () => past.close(),
      () => time.close(),
      () => client.close(),
    ];
    this.#timeline.window = (WINDOWS[0] ?? { window: { points: 20 } }).window;
    if (this.host !== null) {
      const watch = new MachineWatch((signal) => this.#ask("api/v1/fleet", {}, signal), (words) => this.#tellSilence(words));
      this.#watch = watch;
      this.#release.push(() => watch.close());
    }
    // Nothing may be read without a token: what is asked for all the same would be refused.
    if (this.access.sections === null) client.start();
    this.#follow(this.access.sections === null ? client.state : SHUT);
    time.show(addressIn(location.hash).at);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const release of this.#release.splice(0)) release();
  }

  override render(): TemplateResult {
    return html`
      <zp-header role="banner"
        .timeline=${this.#timeline} .sample=${this.sample} .connection=${this.#connectionShown()} .healthReasons=${this.#reasonsShown}
        .theme=${this.theme} .scope=${this.access.scope} .isOfFleet=${this.host !== null} .view=${viewIn(this.view)?.[0].name ?? null} .tick=${this.tick} @zp-action=${this.#action}
      ></zp-header>
      ${this.connection.name === "signed-out" && this.sample === null
        ? html`<main>${this.#signIn()}</main>`
        : html`${this.connection.name === "signed-out" ? html`<div class="sign-in">${this.#signIn()}</div>` : nothing} ${this.#view() ?? this.#main()}
            <div class="foot">
              ${this.#notice()}
              <zp-time-bar .timeline=${this.#timeline} .moment=${this.#time?.moment ?? null} .trouble=${this.#time?.trouble ?? null} .tick=${this.tick}
                @zp-time=${this.#act}></zp-time-bar>
            </div>`}
      <zp-help></zp-help>
      <zp-missing .sample=${this.sample}></zp-missing>
    `;
  }

  #signIn(): TemplateResult {
    return html`<zp-signed-out .base=${this.base} .reason=${this.connection.reason} @zp-signed-in=${this.#goOn}></zp-signed-out>`;
  }

  // Goes on after the sample that came last; a token that does not reach so far is told by the client.
  readonly #goOn = (event: CustomEvent<string>): void => {
    this.access = { scope: event.detail, sections: null };
    this.#client?.start();
  };

  #view(): TemplateResult | null {
    const found = viewIn(this.view);
    if (found === null) return null;
    const [view, own] = found;
    const context: ViewContext = { own, go: (next) => this.#goToView(`${view.name}/${next}`), ask: this.#ask, sample: this.sample, runs: this.runs };
    return html`<main data-view=${view.name}>${view.render(context)}</main>`;
  }

  #main(): TemplateResult {
    return html`
      <main class=${this.sample !== null && !this.#timeline.connected ? "old" : ""}>
        <zp-verdicts .told=${this.sample?.verdicts} .timestamp=${this.sample?.timestamp ?? ""} .ask=${this.#ask}></zp-verdicts>
        <zp-components data-part="components" .sample=${this.sample} .timeline=${this.#timeline} .runs=${this.#runsShown()} .open=${this.open}
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
          <zp-server data-part="server" .sample=${this.sample} .reasons=${this.#reasonsShown} @zp-missing=${this.#keys.missing}></zp-server>
        </div>
        <zp-hardware data-part="hardware" .sample=${this.sample}></zp-hardware>
      </main>
    `;
  }

  #rowsWithPart(): readonly ChartRow[] {
    const { sample, selected } = this;
    if (sample === null || selected === null) return this.#rows;
    return this.#rows.map((row) => withPartOf(selected, `hue-${this.#hues.of(selected)}`, row, sample, this.#workloads));
  }

  // Of a silent machine the hub's stream goes on.
  #connectionShown(): ClientState {
    const isSilent = this.silence !== null && NOT_CUT.has(this.connection.name);
    return isSilent ? { name: "offline", reason: this.silence, retryAt: null } : this.connection;
  }

  #notice(): TemplateResult | typeof nothing {
    const newest = this.#timeline.newest;
    const notice = (NOT_CUT.has(this.connection.name) ? this.silence : null) ?? noticeOf(this.connection, newest === null ? null : Date.parse(newest.timestamp), this.base.host);
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

  // Those of a past moment are not known.
  get #reasonsShown(): readonly string[] {
    return this.#timeline.past === null ? this.reasons : [];
  }

  #runsShown(): readonly Run[] {
    const { past } = this.#timeline;
    return past === null ? this.runs : runsAt(this.runs, Date.parse(past.timestamp));
  }

  // Once a picture, and never in a hidden tab: the timeline sees to that.
  #show(): void {
    const sample = this.#timeline.sample as Sample | null;
    this.tick += 1;
    this.#time?.follow(Date.now());
    const newest = this.#timeline.newest as Sample | null;
    if (newest !== null) this.#followNewest(newest);
    if (sample === this.sample || sample === null) return;
    const first = this.sample === null;
    this.sample = sample;
    if (this.#hues.meet((sample.ledger?.workloads ?? []).map(({ id }) => id))) rememberHues(this.#hues);
    this.#rows = chartRows(sample);
    this.#nameColumns(sample);
    this.dataset["sample"] = sample.id;
    document.title = `${this.#timeline.past === null ? "" : "as it was · "}${machineName(sample) ?? sample.system.host?.name ?? "zeropoint"} · zeropoint`;
    if (!first) return;
    // Runs have a place of their own, which is as high as there are some.
    void Promise.race([this.#runsAsked, new Promise((due) => setTimeout(due, LONGEST_HOLD_MILLISECONDS))]).then(() =>
      requestAnimationFrame(() => this.#settle()),
    );
  }

  // What belongs to now, whatever is shown.
  #followNewest(newest: Sample): void {
    if (newest === this.#newest) return;
    this.#newest = newest;
    if (this.#statusMarks.follow(newest)) this.#mark();
    this.#runsAsked = this.#runsFeed?.follow(newest, Date.now()) ?? Promise.resolve();
    void this.#health?.follow(newest.server.health, Date.now());
    if (this.#isFilled) return;
    this.#isFilled = true;
    this.#openedAt = Date.parse(newest.timestamp);
    // The charts name their columns in the picture after this one; the past is read into them.
    requestAnimationFrame(() => void this.#past?.fill());
  }

  #settle(): void {
    if (this.view !== null) return;
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
    const before = (this.#time?.marks ?? []).filter(({ milliseconds }) => milliseconds < this.#openedAt);
    // The one change from before the page was opened that a sample tells is among those of the history.
    const since = this.#statusMarks.marks.filter(({ milliseconds }) => before.length === 0 || milliseconds >= this.#openedAt);
    this.#timeline.marks = [...marksOfRuns(this.runs), ...before, ...since];
  }

  // --- which time is shown

  #showTime(): void {
    this.tick += 1;
    this.#mark();
  }

  readonly #act = (event: CustomEvent<TimeAction>): void => this.#time?.act(event.detail);

  readonly #goToMoment = (at: number | null, isStep: boolean): void => {
    this.#at = at;
    this.#goTo(this.open, this.selected, isStep);
  };

  readonly #ask = (path: string, query: Query, signal: AbortSignal): Promise<Response> =>
    fetch(below(this.base, path, query, this.host), { signal });

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

  #goTo(component: string | null, workload: string | null, isStep = false): void {
    this.#setAddress({ view: this.view, component, workload, at: this.#at }, isStep);
  }

  #goToView(view: string): void {
    this.view = view;
    this.#setAddress({ view, component: this.open, workload: this.selected, at: this.#at }, false);
  }

  #setAddress(address: Address, isStep: boolean): void {
    const place = location.pathname + location.search + fragmentOf(address);
    if (isStep) history.replaceState(null, "", place);
    else history.pushState(null, "", place);
  }

  readonly #followAddress = (): void => {
    const { view, component, workload, at } = addressIn(location.hash);
    this.view = view;
    this.selected = workload;
    this.#setOpen(component);
    if (at !== this.#at) this.#time?.show(at);
    this.#at = at;
  };

  #setOpen(name: string | null): void {
    const before = this.open;
    if (name === before) return;
    this.open = name;
    if (name !== null) void this.updateComplete.then(() => this.components?.focusDetail());
    else if (before !== null) this.components?.focusCard(before);
  }

  #tellSilence(words: string | null): void {
    this.silence = words;
    this.#follow(this.connection);
  }

  #follow(state: ClientState): void {
    this.connection = state;
    this.#timeline.connected = (state.name === "live" || state.name === "polling") && this.silence === null;
  }

  readonly #action = (event: CustomEvent<HeaderAction>): void => {
    const action = event.detail;
    if (action === "freeze") this.#keys.freeze();
    else if (action === "theme") this.#keys.theme();
    else if (action === "help") this.#keys.help();
    else if (action === "as-it-was") this.#keys.asItWas();
    // What was shown goes with the session.
    else if (action === "sign-out") void signOut(this.base).finally(() => location.reload());
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
    freeze: () => {
      if (this.#time?.moment != null) this.#time.live();
      else this.#timeline.freeze(!this.#timeline.frozen);
    },
    theme: () => {
      this.theme = nextTheme(this.theme);
    },
    missing: () => this.missing.toggle(),
    filter: () => this.who?.focusFilter(),
    step: (rows) => this.#time?.step(rows),
    stretch: (rows) => this.#timeline.stretch(rows),
    zoom: () => this.#time?.zoom(),
    asItWas: () => this.#time?.asItWas(),
    live: () => this.#time?.live(),
    // One thing a press: the cursor first, which may lie over the detail view.
    escape: () => {
      if (this.#time?.escape() === true) return;
      if (this.selected !== null) this.#select(new CustomEvent("zp-select", { detail: null }));
      else if (this.open !== null) this.#openDetail(new CustomEvent("zp-open", { detail: null }));
    },
  };
}

const SHUT: ClientState = { name: "signed-out", reason: null, retryAt: null };

// A connection that is lost says so itself.
const NOT_CUT: ReadonlySet<ClientState["name"]> = new Set(["live", "polling", "stopped"]);

function below(base: URL, path: string, query: Query, host: string | null): URL {
  const url = new URL(path, base);
  url.search = new URLSearchParams(query).toString();
  if (host !== null) url.searchParams.set("host", host);
  return url;
}

customElements.define("zp-dashboard", ZpDashboard);
