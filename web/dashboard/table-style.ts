// What the tables of the page look like.

import { css } from "lit";

export const tableStyle = css`
  .scroll { overflow-x: auto; }
  .scroll:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
  table { width: 100%; border-collapse: collapse; font-size: 12.5px; font-variant-numeric: tabular-nums; }
  caption { padding-bottom: 2px; text-align: start; font-size: 12.5px; font-weight: 650; }
  th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--zp-grid); font-weight: inherit; text-align: start; vertical-align: baseline; }
  thead th { color: var(--zp-quiet); font-size: 11.5px; white-space: nowrap; }
  .time { white-space: nowrap; }
  .number { text-align: end; white-space: nowrap; }
  .text { overflow-wrap: break-word; min-width: 4em; max-width: 34em; }
  button { margin-top: 4px; padding: 2px 0; border: 0; background: none; color: var(--zp-quiet); font: inherit; font-size: 12px; cursor: pointer; text-decoration: underline; }
  button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
`;
