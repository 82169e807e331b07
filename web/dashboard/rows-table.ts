// <zp-rows>: a list of the sample as a table: a row each, with the reason where a value is missing.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import { find, isRecord, missingReason, reasonFor, type Path } from "../elements/path";
import { read } from "../elements/value";
import type { Tone } from "../elements/status";
import "../elements/status";
import "../elements/value";
import { dayAndClock } from "./moments";
import { tableStyle } from "./table-style";

export interface Column {
  readonly label: string;
  readonly field: string;
  readonly title?: string;
  /** A time, or a number that only names: neither is an amount. */
  readonly as?: "time" | "name";
  /** How a true or false is said; yes and no unless told. */
  readonly words?: readonly [yes: string, no: string];
  /** Told by a shape too. */
  readonly tone?: (value: unknown) => Tone;
}

const SHOWN_AT_FIRST = 12;

export class ZpRows extends LitElement {
  static override styles = [
    tableStyle,
    css`
      :host { display: block; min-width: 0; }
      p { margin: 2px 0 0; font-size: 12.5px; color: var(--zp-quiet); overflow-wrap: anywhere; }
      .caption { color: inherit; font-weight: 650; }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) path: Path = [];
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property() label = "";
  /** What is said where the list is empty. */
  @property() empty = "none";
  @property({ attribute: false }) order: ((a: unknown, b: unknown) => number) | null = null;
  @state() private all = false;

  override render(): TemplateResult | typeof nothing {
    const { sample } = this;
    if (sample === null) return nothing;
    const list = find(sample, this.path).value;
    if (!Array.isArray(list)) return this.#instead(missingReason(sample, this.path));
    if (list.length === 0) return this.#instead(this.empty);
    const order = this.order;
    const rows = list.map((row: unknown, index) => ({ row, index }));
    if (order !== null) rows.sort((a, b) => order(a.row, b.row) || a.index - b.index);
    const shown = this.all ? rows : rows.slice(0, SHOWN_AT_FIRST);
    return html`
      <div class="scroll">
        <table>
          ${this.label === "" ? nothing : html`<caption>${this.label}</caption>`}
          <thead><tr>${this.columns.map((column) => html`<th scope="col" class=${this.#kind(rows[0]?.row, column)} title=${column.title ?? nothing}>${column.label}</th>`)}</tr></thead>
          <tbody>${shown.map(({ row, index }) => html`<tr data-row=${index}>${this.columns.map((column) => this.#cell(sample, row, index, column))}</tr>`)}</tbody>
        </table>
      </div>
      ${rows.length > SHOWN_AT_FIRST
        ? html`<button type="button" @click=${this.#toggle}>${this.all ? "show fewer" : `${rows.length - SHOWN_AT_FIRST} more`}</button>`
        : nothing}
    `;
  }

  #instead(words: string): TemplateResult {
    return html`<p>${this.label === "" ? nothing : html`<span class="caption">${this.label}</span> `}${words}</p>`;
  }

  #cell(sample: Sample, row: unknown, index: number, column: Column): TemplateResult {
    const value = isRecord(row) ? row[column.field] : undefined;
    const kind = this.#kind(row, column);
    return html`<td class=${kind}>${this.#content(sample, value, index, column)}</td>`;
  }

  #content(sample: Sample, value: unknown, index: number, column: Column): unknown {
    const { as, tone, words = ["yes", "no"] } = column;
    if (as === "time" && typeof value === "string") return html`<time datetime=${value} title=${value}>${dayAndClock(value)}</time>`;
    if (as === "name" && typeof value === "number") return String(value);
    if (typeof value === "boolean") {
      const word = value ? words[0] : words[1];
      return tone === undefined ? word : html`<zp-status tone=${tone(value)} word=${word}></zp-status>`;
    }
    if (Array.isArray(value)) return value.length === 0 ? "–" : value.join(", ");
    if (tone !== undefined && typeof value === "string") return html`<zp-status tone=${tone(value)} word=${value}></zp-status>`;
    const path = [...this.path, index, column.field];
    // A text that has nothing to say, as the reason of a file that is valid, is no missing value.
    if (value === null && reasonFor(sample.unavailable, find(sample, path).place) === null) return nothing;
    return html`<zp-value .reading=${read(sample, path)}></zp-value>`;
  }

  #kind(row: unknown, { field, as }: Column): string {
    if (as === "time") return "time";
    const value = isRecord(row) ? row[field] : undefined;
    return typeof value === "number" || /_(bytes|percent|seconds|second|count|left|celsius|rpm|total)$/.test(field) ? "number" : "text";
  }

  readonly #toggle = (): void => {
    this.all = !this.all;
  };
}

customElements.define("zp-rows", ZpRows);
