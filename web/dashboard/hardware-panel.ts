// <zp-hardware>: sensors, disks and interfaces one by one, folded away; its line tells how warm the warmest is.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Sample, Temperature } from "../client/src/contract";
import type { Path } from "../elements/path";
import { read } from "../elements/value";
import "../elements/value";
import { oldNote } from "./old-note";
import { panelStyle } from "./panel-style";
import type { Column } from "./rows-table";
import "./rows-table";

interface Table {
  readonly path: Path;
  readonly label: string;
  readonly empty: string;
  readonly columns: readonly Column[];
}

const TABLES: readonly Table[] = [
  {
    path: ["system", "disk", "devices"],
    label: "Disks",
    empty: "no disk of its own",
    columns: [
      { label: "disk", field: "name" },
      { label: "read", field: "read_bytes_per_second" },
      { label: "written", field: "write_bytes_per_second" },
      { label: "a read takes", field: "read_latency_seconds", title: "Mean time of the reads since the last sample" },
      { label: "a write takes", field: "write_latency_seconds", title: "Mean time of the writes since the last sample" },
      { label: "busy", field: "busy_percent", title: "Share of time in which it worked on something" },
    ],
  },
  {
    path: ["system", "network", "interfaces"],
    label: "Interfaces",
    empty: "none",
    columns: [
      { label: "interface", field: "name" },
      { label: "link", field: "up", words: ["up", "down"], tone: (value) => (value === true ? "good" : "off") },
      { label: "received", field: "bytes_received_per_second" },
      { label: "sent", field: "bytes_sent_per_second" },
      { label: "errors in", field: "errors_received_total", title: "Since it was set up" },
      { label: "out", field: "errors_sent_total", title: "Errors in sending since it was set up" },
      { label: "drops in", field: "drops_received_total", title: "Since it was set up" },
      { label: "out", field: "drops_sent_total", title: "Dropped in sending since it was set up" },
    ],
  },
  {
    path: ["system", "sensors", "temperatures"],
    label: "Temperatures",
    empty: "no sensor",
    columns: [
      { label: "sensor", field: "name" },
      { label: "now", field: "temperature_celsius" },
      { label: "high", field: "high_celsius", title: "From there on the chip calls it high" },
      { label: "critical", field: "critical_celsius", title: "From there on the chip calls it critical" },
    ],
  },
  {
    path: ["system", "sensors", "fans"],
    label: "Fans",
    empty: "no fan",
    columns: [
      { label: "fan", field: "name" },
      { label: "speed", field: "speed_rpm" },
    ],
  },
];
const BATTERY: readonly [label: string, field: string][] = [["charge", "charge_percent"], ["power", "power_watts"]];

export class ZpHardware extends LitElement {
  static override styles = [
    panelStyle,
    css`
      summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; cursor: pointer; font-size: 12.5px; }
      summary:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 2px; }
      summary::before { content: "▸"; color: var(--zp-quiet); }
      details[open] > summary::before { content: "▾"; }
      .tables { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); gap: 14px 28px; margin-top: 8px; }
      .alarm { color: var(--zp-bad); font-weight: 600; }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @state() private open = false;

  override render(): TemplateResult | typeof nothing {
    const { sample } = this;
    if (sample === null) return nothing;
    const old = oldNote(sample, ["sensors", "disk", "network"]);
    return html`
      <article class="panel ${old === null ? "" : "stale"}">
        <details @toggle=${this.#toggle}>
          <summary><h2>Disks, interfaces and sensors</h2>${this.#warmest(sample)}${old ?? nothing}</summary>
          ${this.open ? html`<div class="tables">${TABLES.map((table) => this.#table(sample, table))}</div>${this.#battery(sample)}` : nothing}
        </details>
      </article>
    `;
  }

  #table(sample: Sample, { path, label, empty, columns }: Table): TemplateResult {
    return html`<zp-rows data-list=${String(path.at(-1))} .sample=${sample} .path=${path} .label=${label} .empty=${empty} .columns=${columns}></zp-rows>`;
  }

  #warmest(sample: Sample): TemplateResult | typeof nothing {
    const all = sample.system.sensors?.temperatures ?? [];
    const index = all.reduce((best, one, place) => (warmth(one) > warmth(all[best]) ? place : best), 0);
    const one = all[index];
    if (one === undefined) return nothing;
    const limit = one.critical_celsius ?? one.high_celsius;
    const alarm = limit !== null && warmth(one) >= limit;
    return html`<span class=${alarm ? "alarm" : "quiet"}>${one.name}
      <zp-value .reading=${read(sample, ["system", "sensors", "temperatures", index, "temperature_celsius"])}></zp-value></span>`;
  }

  #battery(sample: Sample): TemplateResult | typeof nothing {
    if (sample.system.sensors?.battery == null) return nothing;
    return html`<dl class="cells">${BATTERY.map(
      ([label, field]) => html`<div><dt>battery, ${label}</dt><dd><zp-value .reading=${read(sample, ["system", "sensors", "battery", field])}></zp-value></dd></div>`,
    )}</dl>`;
  }

  // Nothing is made of what nobody sees.
  readonly #toggle = (event: Event): void => {
    this.open = (event.target as HTMLDetailsElement).open;
  };
}

function warmth(one: Temperature | undefined): number {
  return one?.temperature_celsius ?? -Infinity;
}

customElements.define("zp-hardware", ZpHardware);
