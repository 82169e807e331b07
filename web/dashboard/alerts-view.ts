// <zp-alerts>: what fires now and why, the rules and how they stand, what happened, and where notices go.

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import { inWords, unitOf } from "../elements/format";
import "../elements/status";
import { alertsOf, parseAlerts, toneOfSeverity, toneOfState, type AlertsAnswer, type Instance, type Rule, type Target } from "./alerts";
import "./alerts-events";
import { reasonIn } from "./answer-reason";
import { dayAndClock } from "./moments";
import { panelStyle } from "./panel-style";
import { tableStyle } from "./table-style";
import type { ViewContext } from "./views";

const EVERY_MILLISECONDS = 5_000;
const EXAMPLE = `[[alert]]
name = "disk-full"
metric = "system.disk.filesystems.*.usage_percent"
above = 90
for = "5m"
severity = "critical"`;

export class ZpAlerts extends LitElement {
  static override styles = [
    panelStyle,
    tableStyle,
    css`
      .panel { height: auto; }
      .panel + .panel, zp-alert-events, zp-alert-events + .panel { margin-top: var(--zp-gap); }
      ul { margin: 4px 0 0; padding: 0; list-style: none; }
      li { display: flex; flex-wrap: wrap; gap: 0 12px; padding: 5px 0; border-top: 1px solid var(--zp-grid); overflow-wrap: anywhere; }
      .says { flex: 1 1 20em; }
      p { margin: 6px 0 0; overflow-wrap: anywhere; }
      pre { margin: 6px 0 0; padding: 8px 10px; border: 1px solid var(--zp-line); border-radius: 4px; overflow-x: auto; font-size: 12.5px; }
      pre:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      td p { margin: 0; color: var(--zp-quiet); font-size: 12px; font-weight: 400; }
      td.text { overflow-wrap: anywhere; min-width: 12em; }
      .text zp-status { white-space: normal; }
      .name { font-weight: 600; white-space: nowrap; }
    `,
  ];

  @property({ attribute: false }) ask: ViewContext["ask"] | null = null;
  @property({ attribute: false }) sample: Sample | null = null;
  @state() private answer: AlertsAnswer | null = null;
  @state() private trouble: string | null = null;
  #told = "";
  #running: AbortController | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => void this.#read(), EVERY_MILLISECONDS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#running?.abort();
    this.#running = null;
    this.#told = "";
  }

  override render(): TemplateResult {
    const { answer } = this;
    return html`
      ${this.trouble === null ? nothing : html`<section class="panel"><p role="status">The alerts can't be read: ${this.trouble}</p></section>`}
      ${answer === null ? nothing : answer.rules.length === 0 ? this.#empty() : html`${this.#firing()}${this.#rules(answer)}`}
      ${answer === null || answer.events.length === 0 ? nothing : html`<zp-alert-events .events=${answer.events}></zp-alert-events>`}
      ${answer === null || answer.targets.length === 0 ? nothing : this.#targets(answer)}
    `;
  }

  protected override updated(changed: PropertyValues): void {
    // At once when something begins or ends to fire; else now and then.
    const told = alertsOf(this.sample).map(({ id, since }) => `${id} ${since}`).join("\n");
    if ((changed.has("ask") && this.answer === null) || told !== this.#told) void this.#read();
    this.#told = told;
  }

  async #read(): Promise<void> {
    if (this.ask === null || document.visibilityState === "hidden") return;
    this.#running?.abort();
    const running = (this.#running = new AbortController());
    try {
      const response = await this.ask("api/v1/alerts", {}, running.signal);
      if (response.status === 401 || response.status === 403) throw new Error("a token that may read is needed");
      if (!response.ok) throw new Error(reasonIn(await response.json().catch(() => null)) ?? `HTTP ${response.status}`);
      this.answer = parseAlerts(await response.json());
      this.trouble = null;
    } catch (error) {
      if (!running.signal.aborted) this.trouble = error instanceof TypeError ? "no connection" : (error as Error).message;
    }
  }

  #empty(): TemplateResult {
    return html`<section class="panel" aria-label="Alerts">
      <div class="head"><h2>No rules yet</h2></div>
      <p>A rule says which number a person wants to be told of. It stands in the settings file, the one that <code>--config</code> names:</p>
      <pre tabindex="0">${EXAMPLE}</pre>
      <p class="quiet"><code>zeropoint alerts check --config FILE</code> says whether it is right. Whom it tells is a table <code>[[notify]]</code>: ntfy, mail, Slack, a command.</p>
    </section>`;
  }

  #firing(): TemplateResult {
    const alerts = alertsOf(this.sample);
    return html`<section class="panel" aria-label="Firing now" data-firing=${alerts.length}>
      <div class="head"><h2>Firing now</h2>${alerts.length === 0 ? html`<span class="quiet">nothing</span>` : nothing}</div>
      <ul>${repeat(
        alerts,
        ({ id }) => id,
        ({ id, name, severity, says, since }) => html`<li data-alert=${id}>
          <zp-status tone=${toneOfSeverity(severity)} word=${severity}></zp-status><span class="name">${name}</span><span class="says">${says}</span>
          <span class="quiet">since ${this.#time(since)}</span>
        </li>`,
      )}</ul>
    </section>`;
  }

  #rules({ rules }: AlertsAnswer): TemplateResult {
    return html`<section class="panel" aria-label="Rules">
      <div class="head"><h2>Rules</h2></div>
      <div class="scroll" tabindex="0" role="group" aria-label="Table of rules"><table>
        <thead><tr><th scope="col">rule</th><th scope="col">state</th><th scope="col">fires when</th><th scope="col">values</th><th scope="col">tells</th></tr></thead>
        <tbody>${repeat(rules, ({ name }) => name, (rule) => this.#rule(rule))}</tbody>
      </table></div>
    </section>`;
  }

  #rule({ name, severity, condition, state: word, count, notify, instances }: Rule): TemplateResult {
    const busy = instances.filter((one) => one.state !== "ok");
    const shown = busy.length === 0 ? instances.slice(0, 1) : busy;
    return html`<tr data-rule=${name}>
      <td class="name">${name}<p>${severity}</p></td>
      <td><zp-status data-state=${word} tone=${toneOfState(word)} word=${word}></zp-status></td>
      <td class="text">${condition}</td>
      <td class="text">${count === 0 ? "nothing to look at now" : shown.map((one) => this.#instance(one))}${count > shown.length && count > 1 ? html`<p>of ${count}</p>` : nothing}</td>
      <td>${notify.length === 0 ? "nobody" : notify.join(", ")}</td>
    </tr>`;
  }

  #instance({ subject, state: word, since, value }: Instance): TemplateResult {
    const number = typeof value === "number" ? inWords(value, unitOf(subject.split("."))) : (value ?? "–");
    return html`<div>${number}<p>${subject}${since === null ? nothing : html`, ${word} since ${this.#time(since)}`}</p></div>`;
  }

  #targets({ targets }: AlertsAnswer): TemplateResult {
    return html`<section class="panel" aria-label="Channels">
      <div class="head"><h2>Channels</h2></div>
      <div class="scroll" tabindex="0" role="group" aria-label="Table of channels"><table>
        <thead><tr><th scope="col">channel</th>${["waiting", "delivered", "given up", "dropped"].map((word) => html`<th scope="col" class="number">${word}</th>`)}<th scope="col">trouble</th></tr></thead>
        <tbody>${targets.map((one) => this.#target(one))}</tbody>
      </table></div>
    </section>`;
  }

  #target({ channel, target, waiting, delivered, failed, dropped, trouble }: Target): TemplateResult {
    return html`<tr>
      <td>${channel} (${target})</td>${[waiting, delivered, failed, dropped].map((count) => html`<td class="number">${count}</td>`)}
      <td class="text">${trouble === null ? "none" : html`<zp-status tone="bad" word=${trouble}></zp-status>`}</td>
    </tr>`;
  }

  #time(time: string): TemplateResult {
    return html`<time datetime=${time} title=${time}>${dayAndClock(time)}</time>`;
  }
}

customElements.define("zp-alerts", ZpAlerts);
