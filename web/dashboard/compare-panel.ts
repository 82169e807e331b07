// <zp-compare>: two runs side by side and laid over one another: what differs in words and with its interval, their curves,
// what they took of the machine.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { duration, inWords, unitOf, type UnitKind } from "../elements/format";
import { parseHistory, type HistoryAnswer } from "../elements/history-answer";
import type { Ask } from "../elements/past";
import "../elements/curve";
import "../elements/status";
import { DIFFERS, parseComparison, placeOf, reachOf, TOO_LITTLE, type Comparison, type Measure, type Side } from "./comparison";
import "./measure-interval";
import { dayAndClock } from "./moments";
import { byTime, NO_CURVE, ofHistory, timeUnit, type Curve } from "./overlaid";
import { panelStyle } from "./panel-style";
import { parseSteps } from "./run-steps";
import { tableStyle } from "./table-style";

const POINTS = "500";
const REFRESH_MILLISECONDS = 30_000;
const BY_STEP = ["loss", "step_seconds", "tokens_per_second"] as const;
const RESOURCES: readonly (readonly [name: string, heading: string])[] = [
  ["cpu_percent", "CPU, of one core"],
  ["memory_bytes", "Memory"],
  ["gpu_percent", "GPU, of one GPU"],
  ["gpu_memory_bytes", "GPU memory"],
  ["read_bytes_per_second", "Read from disks"],
  ["write_bytes_per_second", "Written for disks"],
  ["power_watts", "Power"],
];
const UNIT_KINDS: Readonly<Record<string, UnitKind>> = { s: "duration", bytes: "bytes", "bytes/s": "bytes-rate" };

interface Found {
  readonly comparison: Comparison;
  readonly steps: readonly [a: unknown, b: unknown];
  readonly histories: readonly [a: HistoryAnswer | null, b: HistoryAnswer | null];
}

export class ZpCompare extends LitElement {
  static override styles = [
    panelStyle,
    tableStyle,
    css`
      .runs { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0 0 8px; font-size: 12.5px; overflow-wrap: anywhere; }
      .key { font-weight: 650; color: var(--zp-series-1); }
      .key.second { color: var(--zp-series-2); }
      .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 8px 16px; margin-top: 12px; }
      th { font-weight: 550; }
      .says { min-width: 15em; max-width: 38em; }
      p { margin: 8px 0 0; font-size: 12.5px; }
      details { margin-top: 8px; font-size: 12.5px; }
      summary { cursor: pointer; }
      summary:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      li { overflow-wrap: anywhere; }
      .apart { margin-top: 12px; }
      /* The sentence has the verdict and the difference; what it has not gives way. */
      @media (max-width: 640px) {
        .measures :is(th, td):is(:nth-child(2), :nth-child(3), :nth-child(4)) { display: none; }
        .measures th { min-width: 6em; }
        .says { min-width: 9em; }
        zp-interval { width: 64px; }
      }
      .apart td { overflow-wrap: anywhere; }
    `,
  ];

  @property() a = "";
  @property() b = "";
  @property({ attribute: false }) ask: Ask | null = null;
  /** Bumped by the page with each sample: runs that go on are compared again now and then. */
  @property({ attribute: false }) tick: unknown = null;
  @state() private found: Found | null = null;
  @state() private message = "";
  #running: AbortController | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("a") && !changed.has("b")) return;
    this.#stop();
    this.found = null;
    this.message = "";
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  protected override updated(): void {
    if (this.ask === null || this.#running !== null || !this.isConnected) return;
    const goesOn = this.found !== null && (this.found.comparison.a.ended === null || this.found.comparison.b.ended === null);
    const isDue = goesOn && performance.now() - this.#readAt >= REFRESH_MILLISECONDS;
    if (this.#readAt === Number.NEGATIVE_INFINITY || isDue) void this.#read(this.ask);
  }

  override render(): TemplateResult {
    const words = this.message === "" ? "comparing…" : this.message;
    return html`<section class="panel" aria-label="Comparison" aria-busy=${this.found === null && this.message === ""}>
      ${this.found === null ? html`<p role="status" class="quiet">${words}</p>` : this.#all(this.found)}
    </section>`;
  }

  #all({ comparison, steps, histories }: Found): TemplateResult {
    const { a, b, measures, told, missing } = comparison;
    const reach = reachOf(measures);
    const shown = measures.filter(({ verdict }) => verdict !== TOO_LITTLE);
    const left = measures.filter(({ verdict }) => verdict === TOO_LITTLE);
    return html`
      <h2>${a.name === b.name ? `${a.name}: two runs` : `${a.name} and ${b.name}`}</h2>
      <p class="runs">${this.#side("A", a)} ${this.#side("B", b)}</p>
      ${shown.length === 0
        ? html`<p role="status">Nothing of them can be compared yet.</p>`
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Measures">
            <table class="measures">
              <thead><tr><th scope="col">measure</th><th scope="col">verdict</th><th scope="col" class="number">A</th><th scope="col" class="number">B</th><th scope="col">less · more in B</th><th scope="col">in words</th></tr></thead>
              <tbody>${shown.map((measure) => this.#row(measure, reach))}</tbody>
            </table>
          </div>`}
      ${left.length + missing.length === 0
        ? nothing
        : html`<details ?open=${shown.length === 0}><summary>${left.length + missing.length} not compared</summary>
            <ul>${left.map(({ says }) => html`<li>${says}</li>`)}${missing.map(([what, why]) => html`<li>${what}: ${why}</li>`)}</ul>
          </details>`}
      <div class="curves">${this.#curves(a, b, steps, histories)}</div>
      ${told.length === 0
        ? html`<p class="quiet">Nothing that was recorded of them differs.</p>`
        : html`<div class="scroll apart"><table>
            <caption>Recorded of them and not the same</caption>
            <thead><tr><th scope="col">what</th><th scope="col">A</th><th scope="col">B</th></tr></thead>
            <tbody>${told.map(([name, one, other]) => html`<tr><th scope="row">${name}</th><td>${one}</td><td>${other}</td></tr>`)}</tbody>
          </table></div>`}
    `;
  }

  #side(key: string, { id, started, seconds }: Side): TemplateResult {
    const took = seconds === null ? null : duration(seconds);
    return html`<span><span class="key ${key === "A" ? "" : "second"}">${key}</span> ${id}
      <span class="quiet">${started === null ? "" : `began ${dayAndClock(started)}`}${took === null ? "" : `, ${took.number} ${took.unit}`}</span></span>`;
  }

  #row(measure: Measure, reach: number): TemplateResult {
    const place = placeOf(measure, reach);
    const differs = measure.verdict === DIFFERS;
    return html`<tr data-measure=${measure.name} data-verdict=${measure.verdict}>
      <th scope="row">${measure.title}</th>
      <td><zp-status tone=${differs ? "calm" : "off"} word=${differs ? "differs" : "none told"}></zp-status></td>
      <td class="number">${amount(measure.a, measure.unit)}</td>
      <td class="number">${amount(measure.b, measure.unit)}</td>
      <td>${place === null ? "–" : html`<zp-interval .place=${place} ?differs=${differs}></zp-interval>`}</td>
      <td class="says">${measure.says}</td>
    </tr>`;
  }

  #curves(a: Side, b: Side, steps: Found["steps"], histories: Found["histories"]): TemplateResult[] {
    const [one, other] = steps.map(parseSteps) as [ReturnType<typeof parseSteps>, ReturnType<typeof parseSteps>];
    const byStep = BY_STEP.filter((name) => one.columns.has(name) || other.columns.has(name)).map((name) =>
      this.#curve(`${headingOf(name)} by step`, name, { steps: one.steps, values: one.columns.get(name) ?? [] }, { steps: other.steps, values: other.columns.get(name) ?? [] }),
    );
    const [unit, length] = timeUnit(Math.max(a.seconds ?? 0, b.seconds ?? 0));
    const [beganA, beganB] = [Date.parse(a.started ?? ""), Date.parse(b.started ?? "")];
    const loss = [byTime(steps[0], "loss", beganA, length), byTime(steps[1], "loss", beganB, length)] as const;
    const series = (history: HistoryAnswer | null, side: Side, name: string, began: number): Curve =>
      history === null ? NO_CURVE : ofHistory(history, `ledger.workloads.${side.workload}.${name}`, began, length);
    const timed = RESOURCES.map(([name, heading]) => [name, heading, series(histories[0], a, name, beganA), series(histories[1], b, name, beganB)] as const);
    return [
      ...byStep,
      ...[["loss", "Loss", ...loss] as const, ...timed]
        .filter(([, , first, second]) => first.steps.length + second.steps.length > 0)
        .map(([name, heading, first, second]) => this.#curve(`${heading}, over time`, name, first, second, unit)),
    ];
  }

  #curve(heading: string, column: string, first: Curve, second: Curve, timeUnit?: string): TemplateResult {
    const placeText = timeUnit === undefined ? null : (place: number): string => `${Number(place.toPrecision(3))} ${timeUnit}`;
    return html`<zp-curve data-column=${column} data-along=${timeUnit ?? "step"} .heading=${heading} .unit=${unitOf([column])} .steps=${first.steps}
      .values=${first.values} .second=${second} .placeText=${placeText} message="nothing is known of it"></zp-curve>`;
  }

  #stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  async #read(ask: Ask): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.#readAt = performance.now();
    const { signal } = running;
    try {
      const response = await ask("api/v1/runs/compare", { a: this.a, b: this.b }, signal);
      const comparison = response.ok ? parseComparison(await response.json()) : null;
      if (comparison === null) {
        if (!signal.aborted) this.message = response.status === 404 ? "one of these runs is not there any more" : `the appliance answered ${response.status}`;
        return;
      }
      const sides = [comparison.a, comparison.b] as const;
      const steps = await Promise.all(sides.map(({ id }) => answerOf(ask("api/v1/runs/steps", { id, points: POINTS }, signal))));
      const histories = await Promise.all(sides.map((side) => historyOf(ask, side, signal)));
      if (signal.aborted) return;
      this.found = { comparison, steps: [steps[0], steps[1]], histories: [histories[0] ?? null, histories[1] ?? null] };
      this.message = "";
    } catch {
      if (!signal.aborted) this.message = "the comparison could not be fetched";
    } finally {
      if (this.#running === running) this.#running = null;
    }
  }
}

async function answerOf(asked: Promise<Response>): Promise<unknown> {
  const response = await asked;
  return response.ok ? response.json() : null;
}

/** What the history has of a run over its life; null where that is not known. */
async function historyOf(ask: Ask, side: Side, signal: AbortSignal): Promise<HistoryAnswer | null> {
  if (side.workload === null || side.started === null || side.seconds === null || side.workload.includes("*")) return null;
  const end = new Date(Date.parse(side.started) + 1000 * side.seconds).toISOString();
  const names = RESOURCES.map(([name]) => ["metric", `ledger.workloads.${side.workload}.${name}`]);
  const answer = await answerOf(ask("api/v1/history", [...names, ["from", side.started], ["to", end], ["points", POINTS]], signal));
  try {
    return answer === null ? null : parseHistory(answer);
  } catch {
    return null;
  }
}

function headingOf(name: string): string {
  return { loss: "Loss", step_seconds: "Step time", tokens_per_second: "Tokens" }[name] ?? name;
}

function amount(value: number | null, unit: string): string {
  if (value === null) return "–";
  const kind = UNIT_KINDS[unit] ?? (unit.startsWith("%") ? "percent" : unit === "W" ? { suffix: "W" } : unit === "tokens/s" ? "rate" : "plain");
  return inWords(value, kind);
}

customElements.define("zp-compare", ZpCompare);
