// <zp-server>: how the appliance itself fares, and which of its collectors have trouble or are read less often.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import type { Path } from "../elements/path";
import type { Tone } from "../elements/status";
import { show } from "../elements/format";
import { read } from "../elements/value";
import "../elements/status";
import "../elements/value";
import { ageInWords, budgetInWords, countByStatus, slowed, slowedInWords, troubles, type Named } from "./collectors";
import { metric } from "./metric-names";
import { panelStyle } from "./panel-style";

const CELLS: readonly (readonly [label: string, path: Path, title: string])[] = [
  ["clients", metric("server.clients"), "Subscribers of the stream"],
  ["queue", metric("server.queue_size"), "Frames waiting over all subscribers"],
  ["dropped", metric("server.dropped_total"), "Frames dropped for slow subscribers; each is told to them"],
  ["samples", metric("server.samples_total"), "Samples taken since the start"],
  ["missed", metric("server.missed_ticks_total"), "Samples that could not be taken in time"],
  ["up", metric("server.uptime_seconds"), "Time since the appliance started"],
  ["own CPU", metric("server.cpu_percent"), "CPU time of the appliance, of one core"],
  ["collecting", metric("server.overhead_percent"), "What collecting takes of that, of one core; serving is not in it"],
  ["its budget", metric("server.overhead_budget_percent"), "Beyond it, dear sources are read less often; 0 is no limit"],
  ["own memory", metric("server.memory_bytes"), "Resident memory of the appliance"],
];

export const HEALTH_TONES: Record<string, Tone> = { healthy: "good", degraded: "warn", unhealthy: "bad" };

export class ZpServer extends LitElement {
  static override styles = [
    panelStyle,
    css`
      ul { margin: 8px 0 0; padding: 0; list-style: none; font-size: 12px; line-height: 18px; }
      li { display: flex; gap: 8px; align-items: baseline; overflow-wrap: anywhere; }
      li zp-status { min-width: 8.5em; }
      .collectors { margin: 8px 0 0; font-size: 12px; }
      button { padding: 0; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; text-decoration: underline; }
      button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) reasons: readonly string[] = [];

  override render(): TemplateResult {
    const sample = this.sample;
    const health = sample?.server.health ?? null;
    return html`
      <article class="panel">
        <div class="head">
          <h2>Zeropoint itself</h2>
          ${health === null ? nothing : html`<zp-status tone=${HEALTH_TONES[health] ?? "unknown"} word=${health}></zp-status>`}
        </div>
        <dl class="cells">
          ${CELLS.map(
            ([label, path, title]) => html`<div title=${title}>
              <dt>${label}</dt>
              <dd><zp-value .reading=${sample === null ? null : read(sample, path)}></zp-value></dd>
            </div>`,
          )}
        </dl>
        ${sample === null ? nothing : this.#collectors(sample)}
      </article>
    `;
  }

  #collectors(sample: Sample): TemplateResult {
    const counts = [...countByStatus(sample)].map(([status, count]) => `${count} ${status}`).join(", ");
    const rows = troubles(sample);
    const slow = slowed(sample);
    // /health names the collectors too; those have their own rows here.
    const further = this.reasons.filter((reason) => !rows.some(({ name }) => reason.startsWith(`${name}:`)));
    return html`
      <p class="collectors quiet">
        collectors: ${counts === "" ? "none" : counts};
        <button type="button" title="What could not be read, and why (w)" @click=${this.#askMissing}>${missingWords(sample)}</button>
      </p>
      ${rows.length + further.length + slow.length === 0
        ? nothing
        : html`<ul>
            ${rows.map((row) => troubleRow(row))}
            ${slow.map((row) => slowedRow(row, budgetInWords(sample)))}
            ${further.map((reason) => html`<li><zp-status tone="warn" word=${sample.server.health ?? ""}></zp-status><span>${reason}</span></li>`)}
          </ul>`}
    `;
  }

  readonly #askMissing = (): void => {
    this.dispatchEvent(new CustomEvent("zp-missing"));
  };
}

function missingWords(sample: Sample): string {
  const count = sample.unavailable.length;
  return count === 1 ? "1 reading is missing" : `${count === 0 ? "no" : count} readings are missing`;
}

function slowedRow({ name, collector }: Named, why: string): TemplateResult {
  const cost = collector.cpu_percent === null ? "" : `; it costs ${show(collector.cpu_percent, "percent").number} %`;
  return html`<li data-slowed=${name} title=${why}>
    <zp-status tone="calm" word="slowed"></zp-status>
    <span><b>${name}</b>, ${slowedInWords(collector)}${cost}</span>
  </li>`;
}

function troubleRow({ name, collector }: Named): TemplateResult {
  return html`<li data-collector=${name}>
    <zp-status tone="warn" word=${collector.status}></zp-status>
    <span><b>${name}</b>, ${ageInWords(collector)}${collector.reason === null ? "" : html`: ${collector.reason}`}</span>
  </li>`;
}

customElements.define("zp-server", ZpServer);
