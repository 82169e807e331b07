// <zp-filesystems>: how full the file systems are.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Filesystem, Sample } from "../client/src/contract";
import { missingReason, type Path } from "../elements/path";
import { read } from "../elements/value";
import "../elements/bar";
import "../elements/value";
import { oldNote, paceNote } from "./old-note";
import { panelStyle } from "./panel-style";

const SHOWN_AT_FIRST = 6;
// Fuller than this, something will fail soon: a checkpoint, a log, a package.
const NEARLY_FULL_PERCENT = 95;
const WORTH_TELLING_INODES_PERCENT = 80;

export class ZpFilesystems extends LitElement {
  static override styles = [
    panelStyle,
    css`
      table { width: 100%; border-collapse: collapse; font-size: 12.5px; table-layout: fixed; }
      td, th { padding: 3.5px 0; font-weight: inherit; text-align: start; }
      th { width: 40%; }
      th > div { display: flex; padding-inline-end: 12px; white-space: nowrap; }
      .mount { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
      .used { width: 28%; text-align: end; white-space: nowrap; }
      .share { width: 58px; text-align: end; white-space: nowrap; }
      .kind, .warning { margin-inline-start: 7px; color: var(--zp-quiet); font-size: 11.5px; }
      .warning { color: var(--zp-bad); font-weight: 600; }
      button { margin-top: 4px; padding: 2px 0; border: 0; background: none; color: var(--zp-quiet); font: inherit; font-size: 12px; cursor: pointer; text-decoration: underline; }
      p { margin: 6px 0; font-size: 12.5px; }
      :host { container-type: inline-size; }
      @container (max-width: 480px) {
        .all { display: none; }
        .used { width: 22%; }
        th > div { padding-inline-end: 8px; }
      }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @state() private all = false;

  override render(): TemplateResult {
    const rows = [...(this.sample?.system.disk?.filesystems ?? [])].sort(byUse);
    const shown = this.all ? rows : rows.slice(0, SHOWN_AT_FIRST);
    const hidden = rows.length - shown.length;
    const old = oldNote(this.sample, ["filesystems"]);
    return html`
      <article class="panel ${old === null ? "" : "stale"}">
        <div class="head"><h2>File systems</h2>${old ?? paceNote(this.sample, ["filesystems"]) ?? nothing}</div>
        ${shown.length === 0 ? this.#none() : html`<table>${repeat(shown, (row) => row.mountpoint, (row) => this.#row(row))}</table>`}
        ${hidden > 0 || this.all
          ? html`<button type="button" @click=${this.#toggle}>${this.all ? "show fewer" : `${hidden} more`}</button>`
          : nothing}
      </article>
    `;
  }

  #row(row: Filesystem): TemplateResult {
    const at = (field: keyof Filesystem): Path => ["system", "disk", "filesystems", row.mountpoint, field];
    const sample = this.sample;
    if (sample === null) return html``;
    const full = (row.usage_percent ?? 0) >= NEARLY_FULL_PERCENT && row.read_only !== true;
    const inodes = (row.inodes_usage_percent ?? 0) >= WORTH_TELLING_INODES_PERCENT;
    return html`<tr>
      <th scope="row" title="${row.mountpoint}, ${row.device ?? ""} (${row.type ?? ""})">
        <div>
          <span class="mount">${row.mountpoint}</span>
          <span class="kind">${row.type ?? ""}${row.read_only === true ? ", read-only" : ""}</span>
          ${full ? html`<span class="warning">nearly full</span>` : nothing}
          ${inodes ? html`<span class="warning">inodes <zp-value .reading=${read(sample, at("inodes_usage_percent"))}></zp-value></span>` : nothing}
        </div>
      </th>
      <td><zp-bar .percent=${row.usage_percent} ?alarming=${full}></zp-bar></td>
      <td class="used">
        <zp-value .reading=${read(sample, at("used_bytes"))}></zp-value>
        <span class="all"><span class="quiet">of</span> <zp-value .reading=${read(sample, at("total_bytes"))}></zp-value></span>
      </td>
      <td class="share"><zp-value .reading=${read(sample, at("usage_percent"))}></zp-value></td>
    </tr>`;
  }

  #none(): TemplateResult | typeof nothing {
    if (this.sample === null) return nothing;
    const list = this.sample.system.disk?.filesystems;
    const why = list == null ? missingReason(this.sample, ["system", "disk", "filesystems"]) : "none that holds data";
    return html`<p class="quiet">${why}</p>`;
  }

  readonly #toggle = (): void => {
    this.all = !this.all;
  };
}

// The fullest first; ties in the order of names, so that rows do not change places for nothing.
function byUse(a: Filesystem, b: Filesystem): number {
  return Math.round(b.usage_percent ?? -1) - Math.round(a.usage_percent ?? -1) || a.mountpoint.localeCompare(b.mountpoint);
}

customElements.define("zp-filesystems", ZpFilesystems);
