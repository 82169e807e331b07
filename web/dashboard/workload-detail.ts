// <zp-workload-detail>: all numbers of the selected workload, and what they rest on.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import { read } from "../elements/value";
import "../elements/value";
import { commandOf } from "./command-line";
import { workloadPath, type UsageField } from "./measures";
import { panelStyle } from "./panel-style";
import { grounds, kindInWords } from "./workload-words";

const NUMBERS: readonly (readonly [UsageField, string])[] = [
  ["cpu_percent", "CPU"],
  ["memory_bytes", "memory"],
  ["read_bytes_per_second", "read"],
  ["write_bytes_per_second", "write"],
  ["gpu_percent", "GPU"],
  ["gpu_memory_bytes", "GPU memory"],
  ["power_watts", "power"],
  ["received_bytes_per_second", "received"],
  ["sent_bytes_per_second", "sent"],
  ["pids_count", "processes"],
];

export class ZpWorkloadDetail extends LitElement {
  static override styles = [
    panelStyle,
    css`
      section { margin-top: 8px; padding-top: 7px; border-top: 1px solid var(--zp-line); font-size: 12.5px; }
      h3 { margin: 0; font-size: 12.5px; font-weight: 650; overflow-wrap: anywhere; }
      h3 span { color: var(--zp-quiet); font-weight: 400; }
      .cells { grid-template-columns: repeat(auto-fill, minmax(78px, 1fr)); }
      .cells dd { font-size: 13px; }
      ul { margin: 8px 0 0; padding: 0; list-style: none; color: var(--zp-quiet); font-size: 12px; }
      li b { color: var(--zp-text); font-weight: 550; }
      p { margin: 6px 0 0; color: var(--zp-quiet); }
      code { font-size: 12px; overflow-wrap: anywhere; }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) selected: string | null = null;
  /** What it was called when it was last seen. */
  @property() name = "";

  override render(): TemplateResult | typeof nothing {
    const { sample, selected } = this;
    if (sample === null || selected === null) return nothing;
    const row = sample.ledger?.workloads?.find(({ id }) => id === selected);
    if (row === undefined) {
      return html`<section><h3>${this.name}</h3><p>Not among the workloads that this sample names: it has ended, or others use more.</p></section>`;
    }
    const command = commandOf(row);
    return html`<section aria-label="The selected workload">
      <h3>${row.name} <span>${kindInWords(row)}</span></h3>
      <dl class="cells">
        ${NUMBERS.map(([field, label]) => html`<div><dt>${label}</dt><dd><zp-value .reading=${read(sample, workloadPath(row.id, field))}></zp-value></dd></div>`)}
      </dl>
      ${command === null ? nothing : html`<p>runs <code>${command}</code></p>`}
      <ul>${grounds(row.basis).map(({ of, words }) => html`<li><b>${of}</b> ${words}</li>`)}</ul>
    </section>`;
  }
}

customElements.define("zp-workload-detail", ZpWorkloadDetail);
