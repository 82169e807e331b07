// <zp-correlation-table>: the matrix of correlations, as a grid that the arrow keys lead through. It tells which pair was
// chosen.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { Pair } from "./correlations";
import { signed, strengthOf, titleOf, type Matrix } from "./correlations-matrix";

const MOVES: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

export type Place = readonly [row: number, column: number];

export class ZpCorrelationTable extends LitElement {
  // The hue and the triangle say the sign, how full the cell is the strength; blue and orange are told apart by everybody.
  static override styles = css`
    :host { display: block; margin-top: 10px; }
    .scroll { overflow-x: auto; }
    table { border-collapse: separate; border-spacing: 1px; font-size: 12px; font-variant-numeric: tabular-nums; }
    th { font-weight: 550; text-align: start; }
    thead th { height: 11em; padding: 0 0 4px; vertical-align: bottom; }
    thead span { display: block; max-height: 11em; margin-inline: auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; writing-mode: vertical-rl; transform: rotate(180deg); }
    tbody th { position: sticky; inset-inline-start: 0; z-index: 1; max-width: 15em; padding: 0 8px 0 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; background: var(--zp-surface); }
    td { min-width: 3.6em; height: 24px; padding: 0 2px; color: var(--zp-quiet); text-align: center; white-space: nowrap; }
    td[tabindex] { cursor: pointer; }
    td:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: -1px; }
    .correlated { --hue: var(--zp-series-1); color: var(--zp-text); background: color-mix(in srgb, var(--hue) 12%, var(--zp-surface)); }
    .less { --hue: var(--zp-series-2); }
    .s2 { background: color-mix(in srgb, var(--hue) 22%, var(--zp-surface)); }
    .s3 { background: color-mix(in srgb, var(--hue) 32%, var(--zp-surface)); font-weight: 650; }
    .not-enough-data { background: repeating-linear-gradient(135deg, transparent 0 4px, var(--zp-grid) 4px 5px); }
    p { margin: 0; color: var(--zp-quiet); font-size: 12.5px; }
    @media (max-width: 640px) { tbody th { max-width: 8em; } }
    @media (pointer: coarse) { td { height: 34px; } }
  `;

  @property({ attribute: false }) matrix: Matrix | null = null;
  /** The cell that the Tab key leads to. */
  @property({ attribute: false }) at: Place = [0, 0];

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('td[tabindex="0"]')?.focus();
  }

  override render(): TemplateResult | typeof nothing {
    const { matrix } = this;
    if (matrix === null) return nothing;
    const { rows, columns } = matrix;
    if (rows.length === 0) return html`<p>No pair is so strong, or has these words.</p>`;
    return html`<div class="scroll">
      <table role="grid" aria-label="Series of work by series of the machine and of other work" @keydown=${this.#key}>
        <thead><tr><td></td>${columns.map((one) => html`<th scope="col" title=${one.name}><span>${titleOf(one)}</span></th>`)}</tr></thead>
        <tbody>
          ${rows.map((row, y) => html`<tr>
            <th scope="row" title=${row.name}>${titleOf(row)}</th>
            ${columns.map((column, x) => this.#cell(matrix.pairOf(row, column), y, x))}
          </tr>`)}
        </tbody>
      </table>
    </div>`;
  }

  #cell(pair: Pair | null, row: number, column: number): TemplateResult {
    const [y, x] = this.at;
    const isHere = Math.min(y, this.matrix!.rows.length - 1) === row && Math.min(x, this.matrix!.columns.length - 1) === column;
    const stop = isHere ? "0" : "-1";
    if (pair === null) return html`<td role="gridcell" tabindex=${stop} aria-label="the same work"></td>`;
    return html`<td role="gridcell" tabindex=${stop} class=${classOf(pair)} data-a=${pair.a} data-b=${pair.b} title=${pair.sentence} aria-label=${pair.sentence}
      @click=${() => this.#choose(pair, row, column)}>${textOf(pair)}</td>`;
  }

  #choose(pair: Pair, row: number, column: number): void {
    this.at = [row, column];
    this.dispatchEvent(new CustomEvent<Pair>("zp-pair", { detail: pair }));
  }

  // The page has these keys for its charts.
  readonly #key = (event: KeyboardEvent): void => {
    const { rows, columns, pairOf } = this.matrix!;
    const within = (place: number, count: number): number => Math.max(0, Math.min(count - 1, place));
    const [y, x] = [within(this.at[0], rows.length), within(this.at[1], columns.length)];
    const move = MOVES[event.key];
    if (move !== undefined && !event.ctrlKey && !event.altKey && !event.metaKey) {
      this.at = [within(y + move[0], rows.length), within(x + move[1], columns.length)];
      void this.updateComplete.then(() => this.focus());
    } else if (event.key === "Enter" || event.key === " ") {
      const pair = pairOf(rows[y]!, columns[x]!);
      if (pair !== null) this.#choose(pair, y, x);
    } else return;
    event.preventDefault();
  };
}

function textOf(pair: Pair): string {
  if (pair.verdict === "not-enough-data" || pair.coefficient === null) return "–";
  return pair.verdict === "none" ? "·" : `${pair.coefficient < 0 ? "▼" : "▲"}${signed(pair.coefficient)}`;
}

function classOf(pair: Pair): string {
  const strength = strengthOf(pair);
  const sign = (pair.coefficient ?? 0) < 0 ? " less" : "";
  return `${pair.verdict}${sign}${strength >= 0.7 ? " s3" : strength >= 0.4 ? " s2" : ""}`;
}

customElements.define("zp-correlation-table", ZpCorrelationTable);
