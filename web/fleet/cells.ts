// What stands in the cells of both tables.

import { css, html, nothing, type TemplateResult } from "lit";
import "../elements/bar";
import "../elements/status";
import type { Tone } from "../elements/status";

export const cellStyles = css`
  .share { display: flex; align-items: center; gap: 7px; }
  .share zp-bar { flex: 1 1 0; min-width: 4px; max-width: 90px; }
  .share span { flex: none; min-width: 3.1em; text-align: end; }
  .share .bars { display: flex; flex: 1 1 0; gap: 2px; min-width: 0; max-width: 90px; }
  .several { display: flex; align-items: center; gap: 10px; overflow: hidden; }
  .several > * { flex: none; }
  .several > .last { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
  .more { color: var(--zp-quiet); }
`;

// Of a machine's numbers its own page has the reasons.
const NOT_TOLD = "It could not be read: the page of the machine says why";
const FULL_PERCENT = 90;

/** A share of 0 to 100 as a bar and a number. */
export function share(percent: number | null, isAlarming = false): TemplateResult {
  if (percent === null) return html`<span class="quiet" title=${NOT_TOLD} aria-label=${NOT_TOLD}>–</span>`;
  return html`<span class="share"><zp-bar .percent=${percent} ?alarming=${isAlarming && percent >= FULL_PERCENT}></zp-bar><span>${percent} %</span></span>`;
}

/** A bar for each, and their mean. */
export function shares(percents: readonly (number | null)[], mean: number | null, count: number): TemplateResult {
  if (count === 0) return html`<span class="quiet" title="No GPU that can be read">–</span>`;
  const title = percents.map((one, index) => `GPU ${index}: ${one === null ? "not told" : `${one} %`}`).join("\n");
  return html`<span class="share" title=${title}>
    <span class="bars">${percents.map((one) => html`<zp-bar .percent=${one}></zp-bar>`)}</span>
    <span>${count > 1 ? `${count} × ` : nothing}${mean === null ? "–" : `${Math.round(mean)} %`}</span>
  </span>`;
}

export function status(tone: Tone, word: string, title = ""): TemplateResult {
  return html`<zp-status tone=${tone} word=${word} title=${title || nothing}></zp-status>`;
}
