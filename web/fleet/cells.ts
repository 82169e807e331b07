// What stands in the cells of both tables. They are many and change each second while somebody scrolls, so bars are plain
// rectangles here, and no elements of their own.

import { css, html, nothing, svg, type TemplateResult } from "lit";
import "../elements/status";
import type { Tone } from "../elements/status";

export const cellStyles = css`
  .share { display: flex; align-items: center; gap: 7px; }
  .share svg { flex: 1 1 0; min-width: 8px; max-width: 90px; height: 7px; }
  .room { fill: var(--zp-heat-0); }
  .used { fill: var(--zp-series-1); }
  .share span { flex: none; min-width: 3.1em; text-align: end; }
  .several { display: flex; align-items: center; gap: 10px; overflow: hidden; }
  .several > * { flex: none; }
  .several > .last { flex: 0 1 auto; min-width: 0; overflow: hidden; text-overflow: ellipsis; }
  .more { color: var(--zp-quiet); }
`;

// Of a machine's numbers its own page has the reasons.
const NOT_TOLD = "It could not be read: the page of the machine says why";
const WIDTH = 100;

/** A share of 0 to 100 as a bar and a number. */
export function share(percent: number | null): TemplateResult {
  if (percent === null) return html`<span class="quiet" title=${NOT_TOLD} aria-label=${NOT_TOLD}>–</span>`;
  return html`<span class="share">${bars([percent])}<span>${percent} %</span></span>`;
}

/** A bar for each, and their mean. */
export function shares(percents: readonly (number | null)[], mean: number | null, count: number): TemplateResult {
  if (count === 0) return html`<span class="quiet" title="No GPU that can be read">–</span>`;
  const title = percents.map((one, index) => `GPU ${index}: ${one === null ? "not told" : `${one} %`}`).join("\n");
  return html`<span class="share" title=${title}>
    ${bars(percents)}
    <span>${count > 1 ? `${count} × ` : nothing}${mean === null ? "–" : `${Math.round(mean)} %`}</span>
  </span>`;
}

/** Side by side, a part of the width each. */
function bars(percents: readonly (number | null)[]): TemplateResult {
  const width = WIDTH / percents.length;
  return html`<svg viewBox="0 0 ${WIDTH} 1" preserveAspectRatio="none" aria-hidden="true">
    ${percents.map((percent, index) => {
      const room = percents.length === 1 ? width : width * 0.88;
      const used = (room * Math.min(100, Math.max(0, percent ?? 0))) / 100;
      return svg`<rect class="room" x=${index * width} width=${room} height="1" /><rect class="used" x=${index * width} width=${used} height="1" />`;
    })}
  </svg>`;
}

export function status(tone: Tone, word: string, title = ""): TemplateResult {
  return html`<zp-status tone=${tone} word=${word} title=${title || nothing}></zp-status>`;
}
