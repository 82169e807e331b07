// What the panel of workloads looks like.

import { css } from "lit";

export const whoStyle = css`
  :host { container-type: inline-size; }
  .both { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px 22px; margin-top: 2px; }
  zp-chart { --zp-plot-height: 190px; }
  @container (min-width: 860px) {
    .both { grid-template: "chart table" auto "detail table" 1fr / minmax(0, 42fr) minmax(0, 58fr); }
    zp-chart { grid-area: chart; }
    zp-workloads { grid-area: table; }
    zp-workload-detail { grid-area: detail; }
    zp-chart { --zp-plot-height: 300px; }
  }
  .head { align-items: center; gap: 5px 12px; }
  .group { display: flex; }
  .head button, input {
    padding: 1px 9px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-surface); color: var(--zp-text);
    font: inherit; font-size: 12px; line-height: 18px;
  }
  .head button { cursor: pointer; white-space: nowrap; }
  .group button { border-radius: 0; margin-inline-start: -1px; }
  .group button:first-child { border-radius: 4px 0 0 4px; margin: 0; }
  .group button:last-child { border-radius: 0 4px 4px 0; }
  .head button:hover { background: var(--zp-page); }
  .group button[aria-pressed="true"] { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); }
  .head button:focus-visible, input:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; z-index: 1; }
  input { width: 11em; min-width: 0; cursor: text; }
  input::placeholder { color: var(--zp-quiet); opacity: 1; }
  .chip { display: inline-flex; align-items: baseline; gap: 6px; max-width: min(24em, 60cqi); border-radius: 10px; font-weight: 600; }
  .chip span { min-width: 0; overflow: hidden; text-overflow: ellipsis; }
  .over { color: var(--zp-quiet); font-size: 12px; }
  .legend { display: inline-flex; flex-wrap: wrap; gap: 2px 12px; color: var(--zp-quiet); font-size: 12px; }
  .legend > span { display: inline-flex; align-items: baseline; gap: 5px; }
  @media (pointer: coarse) { .head button, input { line-height: 27px; } }
  @container (max-width: 480px) { input { flex: 1; } }
`;
