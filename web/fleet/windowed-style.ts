// What a windowed table looks like. The heights of its rows are those that it reckons with.

import { css } from "lit";

export const windowedStyle = css`
  :host { display: block; min-height: 0; container-type: inline-size; }
  .scroll { height: 100%; overflow: auto; overscroll-behavior: contain; background: var(--zp-surface); border: 1px solid var(--zp-line); border-radius: 6px; }
  .scroll:focus-visible, a:focus-visible, button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: -2px; }
  table { width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 0; font-size: 12.5px; font-variant-numeric: tabular-nums; }
  th, td { box-sizing: border-box; padding: 0 10px; font-weight: inherit; text-align: start; vertical-align: middle; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  thead th { position: sticky; top: 0; z-index: 1; height: 30px; background: var(--zp-surface); border-bottom: 1px solid var(--zp-line); color: var(--zp-quiet); font-size: 11.5px; }
  tbody .row { height: 38px; cursor: pointer; }
  tbody .row > * { border-bottom: 1px solid var(--zp-grid); }
  tbody .row:hover, tbody .row:focus-within { background: var(--zp-page); }
  .old > td:not(.of-state, .of-seen) { color: var(--zp-quiet); --zp-series-1: var(--zp-hatch); }
  .narrow tbody .row { height: 56px; }
  .spacer td { padding: 0; border: 0; }
  thead button { max-width: 100%; margin: 0; padding: 0; border: 0; background: none; overflow: hidden; text-overflow: ellipsis; color: inherit; font: inherit; cursor: pointer; }
  thead button:hover { color: var(--zp-text); }
  thead th[aria-sort] button { color: var(--zp-text); font-weight: 650; }
  thead th[aria-sort="descending"] button::after { content: " ▾"; }
  thead th[aria-sort="ascending"] button::after { content: " ▴"; }
  a { color: inherit; font-weight: 600; text-decoration: none; }
  a:hover { text-decoration: underline; }
  .name { display: block; overflow: hidden; text-overflow: ellipsis; }
  .under { display: none; overflow: hidden; text-overflow: ellipsis; font-weight: 400; color: var(--zp-quiet); }
  .narrow .under { display: block; }
  .quiet { color: var(--zp-quiet); }
  p { margin: 0; padding: 14px 12px; color: var(--zp-quiet); overflow-wrap: anywhere; }
  @container (max-width: 1199px) { .from-wide { display: none; } }
  @container (max-width: 899px) { .from-medium { display: none; } }
  @container (max-width: 639px) { .from-narrow { display: none; } th, td { padding-inline: 8px; } }
`;
