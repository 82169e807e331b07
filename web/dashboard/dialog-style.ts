// What all dialogs look like.

import { css } from "lit";

export const dialogStyle = css`
  dialog { padding: 16px 20px; border: 1px solid var(--zp-line); border-radius: 8px; background: var(--zp-surface); color: var(--zp-text); }
  dialog::backdrop { background: rgb(0 0 0 / 0.35); }
  h2 { margin: 0 0 10px; font-size: 14px; }
  button { margin-top: 14px; padding: 3px 12px; border: 1px solid var(--zp-line); border-radius: 4px; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
`;
