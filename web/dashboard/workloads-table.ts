// <zp-workloads>: who uses what, a row each; below them the sums that make the ledger close.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample, Workload } from "../client/src/contract";
import type { Hues } from "../elements/hues";
import { missingReason } from "../elements/path";
import { read } from "../elements/value";
import "../elements/value";
import { hueStyle } from "./hue-style";
import { sumPath, workloadPath, type UsageField } from "./measures";
import { tableStyle } from "./table-style";
import { filtered, isText, sorted, sortingBy, turned, type SortField, type Sorting } from "./workload-order";
import { kindInWords } from "./workload-words";

interface Column {
  readonly field: SortField;
  readonly label: string;
  readonly title: string;
  /** From which width of the table on it is shown; the selected workload's numbers are all told below. */
  readonly from: "" | "narrow" | "medium" | "wide";
}

export const COLUMNS: readonly Column[] = [
  { field: "name", label: "workload", title: "What people call it", from: "" },
  { field: "kind", label: "kind", title: "What says that its processes belong together", from: "medium" },
  { field: "cpu_percent", label: "CPU", title: "CPU time: 100 % is one core busy", from: "" },
  { field: "memory_bytes", label: "memory", title: "Memory, without page cache that nothing maps", from: "" },
  { field: "read_bytes_per_second", label: "read", title: "Read from disks", from: "narrow" },
  { field: "write_bytes_per_second", label: "write", title: "Written for disks", from: "narrow" },
  { field: "gpu_percent", label: "GPU", title: "GPU time: 100 % is one GPU busy", from: "" },
  { field: "gpu_memory_bytes", label: "GPU mem.", title: "Memory of GPUs that have their own", from: "wide" },
  { field: "power_watts", label: "power", title: "Power of GPUs, and of processors where it can be read", from: "narrow" },
  { field: "pids_count", label: "proc.", title: "Processes", from: "medium" },
];

const SHOWN_AT_FIRST = 9;

export class ZpWorkloads extends LitElement {
  static override styles = [
    tableStyle,
    hueStyle,
    css`
      :host { display: block; min-width: 0; container-type: inline-size; }
      th, td { padding: 2.5px 0 2.5px 10px; }
      th:first-child, td:first-child { padding-inline-start: 0; }
      thead button { margin: 0; padding: 0; font-size: 11.5px; text-decoration: none; white-space: nowrap; }
      thead button:hover { color: var(--zp-text); }
      thead th[aria-sort] button { color: var(--zp-text); font-weight: 650; }
      thead th[aria-sort="descending"] button::after { content: " ▾"; }
      thead th[aria-sort="ascending"] button::after { content: " ▴"; }
      tbody tr { cursor: pointer; }
      tbody tr:hover { background: var(--zp-page); }
      tbody tr[aria-current="true"] { background: var(--zp-page); box-shadow: inset 2px 0 0 var(--zp-text); }
      .name { width: 100%; max-width: 0; }
      tbody .name { font-weight: 550; }
      .pick { display: flex; align-items: baseline; gap: 7px; width: 100%; margin: 0; padding: 0; color: inherit; font: inherit; text-align: start; text-decoration: none; }
      .pick span, .of { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      /* Room for the usual value, so that those beside it stay where they are. */
      td zp-value { min-width: 3.9em; text-align: end; }
      .bytes zp-value { min-width: 4.9em; }
      .rate zp-value { min-width: 5.9em; }
      .short zp-value { min-width: 2.2em; }
      .over_attributed zp-value { min-width: 0; }
      .kind { color: var(--zp-quiet); white-space: nowrap; }
      tfoot td, tfoot th { color: var(--zp-quiet); font-weight: 400; border-bottom: 0; }
      tfoot tr:first-child > * { border-top: 1px solid var(--zp-line); }
      tfoot .totals > * { color: var(--zp-text); font-weight: 550; }
      tfoot .of { display: flex; align-items: baseline; gap: 7px; }
      p { margin: 6px 0; font-size: 12.5px; color: var(--zp-quiet); overflow-wrap: anywhere; }
      .waiting { height: 230px; }
      @container (max-width: 719px) { .wide { display: none; } }
      @container (max-width: 619px) { .medium { display: none; } }
      @container (max-width: 459px) { .narrow { display: none; } th, td { padding-block: 5px; } }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) selected: string | null = null;
  @property({ attribute: false }) hues!: Hues;
  @property({ attribute: false }) filter = "";
  @property({ attribute: false }) sorting: Sorting = sortingBy("cpu_percent");
  @state() private all = false;
  // While somebody points at a row or is on one, no row goes elsewhere.
  #standing: readonly string[] | null = null;
  #shown: readonly string[] = [];

  /** The first row that is shown; null where none is. */
  get first(): string | null {
    return this.#shown[0] ?? null;
  }

  override render(): TemplateResult {
    const { sample } = this;
    if (sample === null) return html`<div class="waiting"></div>`;
    const list = sample.ledger?.workloads ?? null;
    if (list === null) return html`<p>${missingReason(sample, ["ledger", "workloads"])}</p>`;
    const found = sorted(filtered(list, this.filter), this.sorting, this.#standing ?? []);
    const isWhole = this.all || this.filter !== "";
    const shown = isWhole ? found : withSelected(found, this.selected);
    this.#shown = shown.map(({ id }) => id);
    return html`
      <div class="scroll">
        <table aria-label="Workloads">
          <thead><tr>${COLUMNS.map((column) => this.#header(column))}</tr></thead>
          <tbody @pointerenter=${this.#hold} @pointerleave=${this.#letGo} @focusin=${this.#hold} @focusout=${this.#letGo}>
            ${repeat(shown, ({ id }) => id, (row) => this.#row(sample, row))}
          </tbody>
          <tfoot>${this.#sums(sample, list.length)}</tfoot>
        </table>
      </div>
      ${this.filter !== "" && found.length === 0 ? html`<p>no workload of that name</p>` : nothing}
      ${this.filter === "" && found.length > SHOWN_AT_FIRST
        ? html`<button type="button" @click=${this.#toggle}>${this.all ? "show fewer" : `${found.length - shown.length} more`}</button>`
        : nothing}
    `;
  }

  #header({ field, label, title, from }: Column): TemplateResult {
    const order = this.sorting.field !== field ? nothing : this.sorting.descending ? "descending" : "ascending";
    return html`<th scope="col" class="${isText(field) ? field : "number"} ${from}" aria-sort=${order}>
      <button type="button" title=${title} @click=${() => this.#sort(field)}>${label}</button>
    </th>`;
  }

  #row(sample: Sample, row: Workload): TemplateResult {
    const isSelected = row.id === this.selected;
    return html`<tr data-workload=${row.id} aria-current=${isSelected ? "true" : nothing} @click=${() => this.#select(row.id)}>
      <th scope="row" class="name">
        <button type="button" class="pick" aria-pressed=${String(isSelected)} title="${row.name}: ${kindInWords(row)}" @click=${(event: Event) => this.#pick(event, row.id)}>
          <span class="swatch hue-${this.hues.of(row.id)}"></span><span>${row.name}</span>
        </button>
      </th>
      ${COLUMNS.slice(1).map(({ field, from }) =>
        isText(field)
          ? html`<td class="kind ${from}">${row[field]}</td>`
          : html`<td class="number ${widthOf(field)} ${from}"><zp-value .reading=${read(sample, workloadPath(row.id, field as UsageField))}></zp-value></td>`,
      )}
    </tr>`;
  }

  #sums(sample: Sample, named: number): TemplateResult[] {
    const count = sample.ledger?.workloads_count ?? null;
    const further = count === null || count <= named ? "" : ` (${count - named} more)`;
    const over = Object.values(sample.ledger?.over_attributed ?? {}).some((value) => typeof value === "number" && value > 0);
    return [
      this.#sum(sample, "other", `other${further}`, "other", "All workloads that are not named"),
      this.#sum(sample, "unattributed", "unattributed", "unattributed", "Used by nobody that is known; never spread over others"),
      ...(over ? [this.#sum(sample, "over_attributed", "over-attributed", "none", "By how much the parts exceed the totals; never clipped")] : []),
      this.#sum(sample, "totals", "total", "none", "Of the machine, by its own counters"),
    ];
  }

  #sum(sample: Sample, sum: Parameters<typeof sumPath>[0], label: string, swatch: string, title: string): TemplateResult {
    return html`<tr class=${sum} title=${title}>
      <th scope="row" class="name"><div class="of"><span class="swatch ${swatch}"></span><span>${label}</span></div></th>
      ${COLUMNS.slice(1).map(({ field, from }) =>
        isText(field)
          ? html`<td class=${from}></td>`
          : html`<td class="number ${widthOf(field)} ${from}">
              ${sum === "over_attributed" ? this.#excess(sample, field as UsageField) : html`<zp-value .reading=${read(sample, sumPath(sum, field as UsageField))}></zp-value>`}
            </td>`,
      )}
    </tr>`;
  }

  #excess(sample: Sample, field: UsageField): TemplateResult | typeof nothing {
    const reading = read(sample, sumPath("over_attributed", field));
    return typeof reading.value === "number" && reading.value > 0 ? html`−&nbsp;<zp-value .reading=${reading}></zp-value>` : nothing;
  }

  #sort(field: SortField): void {
    this.#standing = null;
    this.sorting = turned(this.sorting, field);
    this.dispatchEvent(new CustomEvent<Sorting>("zp-sort", { detail: this.sorting }));
  }

  // The button stands in a row that is clicked too.
  #pick(event: Event, id: string): void {
    event.stopPropagation();
    this.#select(id);
  }

  #select(id: string): void {
    this.dispatchEvent(new CustomEvent<string | null>("zp-select", { detail: id === this.selected ? null : id, bubbles: true, composed: true }));
  }

  readonly #hold = (): void => {
    this.#standing = this.#shown;
  };

  readonly #letGo = (): void => {
    this.#standing = null;
  };

  readonly #toggle = (): void => {
    this.all = !this.all;
  };
}

/** How wide a column's usual value is. */
function widthOf(field: SortField): string {
  if (field === "pids_count") return "short";
  if (field.endsWith("_bytes")) return "bytes";
  return field.endsWith("_per_second") ? "rate" : "";
}

/** The first ones, and the one that is selected wherever it stands. */
function withSelected(rows: readonly Workload[], selected: string | null): readonly Workload[] {
  return rows.filter(({ id }, index) => index < SHOWN_AT_FIRST || id === selected);
}

customElements.define("zp-workloads", ZpWorkloads);
