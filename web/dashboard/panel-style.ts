// What all panels look like.

import { css } from "lit";

export const panelStyle = css`
  :host { display: block; min-width: 0; }
  .panel {
    box-sizing: border-box; height: 100%; padding: 9px 12px 9px;
    background: var(--zp-surface); border: 1px solid var(--zp-line); border-radius: 6px;
  }
  h2 { margin: 0; font-size: 13px; font-weight: 650; }
  .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; min-height: 24px; }
  .quiet { color: var(--zp-quiet); }
  .end { margin-inline-start: auto; }
  .facts { display: flex; flex-wrap: wrap; gap: 1px 10px; font-size: 12px; line-height: 18px; min-height: 18px; }
  .fact { display: inline-flex; gap: 5px; align-items: baseline; }
  /* Room for the usual value, so that those after it stay where they are. */
  .fact:not(.pair) > zp-value { min-width: 3.7em; }
  .fact > span { color: var(--zp-quiet); }
  .cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(98px, 1fr)); gap: 6px 14px; margin: 6px 0 0; }
  .cells div { min-width: 0; }
  .cells dt { color: var(--zp-quiet); font-size: 11.5px; line-height: 15px; }
  .cells dd { margin: 0; font-size: 14px; font-weight: 550; line-height: 19px; }
  .cells zp-value { display: block; overflow: hidden; text-overflow: ellipsis; }
  .old { font-size: 12px; color: var(--zp-warn); }
  .pace { font-size: 12px; color: var(--zp-quiet); }
  /* Fainter by colour: opacity would take the contrast that text needs. */
  .stale .facts, .stale .cells, .stale table { color: var(--zp-quiet); }
  .stale zp-strip { --zp-strip-opacity: 0.5; }
`;
