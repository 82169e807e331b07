// <zp-gpu-tables>: who holds a GPU, and what its partitions do; nothing where it has neither.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Gpu, Sample } from "../client/src/contract";
import type { Path } from "../elements/path";
import type { Column } from "./rows-table";
import "./rows-table";

const PROCESSES: readonly Column[] = [
  { label: "pid", field: "pid", as: "name" },
  { label: "program", field: "name" },
  { label: "memory", field: "memory_bytes", title: "GPU memory held" },
  { label: "busy", field: "utilization_percent", title: "Share of the GPU's time" },
];
const IN_PARTITIONS: Column = { label: "partitions", field: "mig_uuids" };
const PARTITIONS: readonly Column[] = [
  { label: "partition", field: "name" },
  { label: "GPU instance", field: "gpu_instance_id", as: "name" },
  { label: "compute instance", field: "compute_instance_id", as: "name" },
  { label: "busy", field: "utilization_percent", title: "Share of time in which a kernel ran" },
  { label: "memory", field: "memory_used_bytes", title: "Memory in use" },
  { label: "of", field: "memory_total_bytes", title: "Memory" },
];

// The greatest holder first; those whose memory is not known last.
const byMemory = (a: unknown, b: unknown): number => memoryOf(b) - memoryOf(a);

function memoryOf(row: unknown): number {
  return (row as { memory_bytes: number | null }).memory_bytes ?? -1;
}

export class ZpGpuTables extends LitElement {
  static override styles = css`
    :host { display: block; padding-inline-start: 54px; }
    zp-rows { margin-top: 6px; }
    @container (max-width: 480px) { :host { padding-inline-start: 0; } }
  `;

  @property({ attribute: false }) sample: Sample | null = null;
  /** Where the GPU stands in the list. */
  @property({ attribute: false }) index = 0;
  @property({ attribute: false }) gpu: Gpu | null = null;

  override render(): TemplateResult | typeof nothing {
    const { gpu } = this;
    if (gpu === null) return nothing;
    const parts = (gpu.mig ?? []).length > 0;
    return html`
      ${parts ? this.#rows("mig", "Partitions", PARTITIONS) : nothing}
      ${this.#rows("processes", "Processes", parts ? [...PROCESSES, IN_PARTITIONS] : PROCESSES, byMemory)}
    `;
  }

  #rows(field: keyof Gpu, label: string, columns: readonly Column[], order: typeof byMemory | null = null): TemplateResult {
    const path: Path = ["system", "gpus", this.index, field];
    return html`<zp-rows data-list=${field} .sample=${this.sample} .path=${path} .label=${label} .columns=${columns} .order=${order}></zp-rows>`;
  }
}

customElements.define("zp-gpu-tables", ZpGpuTables);
