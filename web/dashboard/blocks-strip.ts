// <zp-blocks>: a model's blocks in a row, each told by its shape: full, hatched, half full or empty, and underlined when on disk.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { PetalsBlock } from "../client/src/contract";
import { SERVING_WORDS, blockInWords, blocksInWords, countOf, servingOf, type Serving } from "./blocks";

const SERVINGS = Object.keys(SERVING_WORDS) as Serving[];
// Twice as many as this leave no room for lines between them on a card.
const WITH_GAPS = 96;

export class ZpBlocks extends LitElement {
  static override styles = css`
    :host { display: block; min-width: 0; font-size: 12px; }
    .row { display: flex; gap: 1px; }
    .row.dense { gap: 0; }
    .row > span { flex: 1 1 0; max-width: 20px; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15px, 1fr)); gap: 4px 2px; max-width: calc(64 * 17px); }
    .cell { display: block; box-sizing: border-box; height: 9px; border: 1px solid var(--zp-hatch); border-radius: 1px; }
    .dense .cell { border-inline-width: 0; border-radius: 0; }
    .grid .cell { height: 15px; }
    .here { background: var(--zp-series-1); border-color: var(--zp-series-1); }
    .others { background: repeating-linear-gradient(135deg, var(--zp-series-1) 0 1.5px, transparent 1.5px 4px); border-color: var(--zp-series-1); }
    .joining { background: linear-gradient(transparent 50%, var(--zp-series-1) 0); }
    .unknown { border-style: dotted; }
    .disk { display: block; height: 2px; margin-top: 1.5px; }
    .on { background: var(--zp-text); }
    .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 8px 0 0; color: var(--zp-quiet); }
    .legend > span { display: inline-flex; align-items: center; gap: 6px; }
    .legend .cell { width: 13px; height: 11px; }
    .legend .disk { width: 13px; margin: 0; }
    p { margin: 6px 0 0; color: var(--zp-quiet); overflow-wrap: anywhere; }
  `;

  @property({ attribute: false }) blocks: readonly PetalsBlock[] = [];
  /** One row without words, for a card. */
  @property({ type: Boolean }) compact = false;

  override render(): TemplateResult {
    const { blocks } = this;
    const words = blocksInWords(blocks);
    const row = this.compact ? `row ${blocks.length > WITH_GAPS ? "dense" : ""}` : "grid";
    return html`
      <div class=${row} role="img" aria-label="Blocks ${words}" title=${this.compact ? words : nothing}>
        ${blocks.map(
          (block) => html`<span data-block=${block.index} data-serving=${servingOf(block)} title=${this.compact ? nothing : blockInWords(block)}>
            <span class="cell ${servingOf(block)}"></span><span class="disk ${block.on_disk === true ? "on" : ""}"></span>
          </span>`,
        )}
      </div>
      ${this.compact ? nothing : this.#legend(words)}
    `;
  }

  #legend(words: string): TemplateResult {
    const onDisk = this.blocks.filter((block) => block.on_disk === true).length;
    return html`
      <div class="legend">
        ${SERVINGS.map((serving) => ({ serving, count: countOf(this.blocks, serving) }))
          .filter(({ serving, count }) => serving !== "unknown" || count > 0)
          .map(({ serving, count }) => html`<span><span class="cell ${serving}"></span>${SERVING_WORDS[serving]} ${count}</span>`)}
        <span><span class="disk on"></span>on disk ${onDisk}</span>
      </div>
      <p>${words}</p>
    `;
  }
}

customElements.define("zp-blocks", ZpBlocks);
