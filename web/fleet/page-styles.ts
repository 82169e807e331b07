// What the page of a fleet looks like: a line of controls, and below it one table that takes the rest.

import { css } from "lit";

export const pageStyles = css`
  :host { --zp-edge: 14px; box-sizing: border-box; display: flex; flex-direction: column; height: 100vh; height: 100dvh; }
  header { display: flex; flex: none; flex-wrap: wrap; align-items: center; gap: 5px 16px; padding: 7px var(--zp-edge); background: var(--zp-surface); border-bottom: 1px solid var(--zp-line); font-variant-numeric: tabular-nums; }
  h1 { margin: 0; font-size: 14px; font-weight: 700; letter-spacing: -0.01em; }
  h1 span { font-weight: 500; }
  .quiet { color: var(--zp-quiet); }
  nav { display: flex; gap: 2px; }
  nav a { padding: 2px 7px; border-radius: 4px; color: var(--zp-quiet); text-decoration: none; font-size: 12.5px; line-height: 19px; }
  nav a:hover { color: var(--zp-text); background: var(--zp-page); }
  nav a[aria-current] { color: var(--zp-text); font-weight: 650; }
  #connection { min-width: 6.2em; font-weight: 600; }
  .group { display: flex; }
  .end { display: flex; gap: 8px; margin-inline-start: auto; }
  button, input { box-sizing: border-box; padding: 2px 8px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-surface); color: var(--zp-text); font: inherit; font-size: 12.5px; line-height: 19px; }
  button { cursor: pointer; white-space: nowrap; }
  button b { font-weight: 500; color: var(--zp-quiet); }
  input { flex: 1 1 11em; min-width: 0; max-width: 20em; }
  .group button { border-radius: 0; margin-inline-start: -1px; }
  .group button:first-child { border-radius: 4px 0 0 4px; margin: 0; }
  .group button:last-child { border-radius: 0 4px 4px 0; }
  button:hover { background: var(--zp-page); }
  button[aria-pressed="true"] { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); }
  button[aria-pressed="true"] b { color: inherit; }
  button:focus-visible, input:focus-visible, a:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; z-index: 1; }
  main { display: flex; flex: 1 1 0; flex-direction: column; gap: var(--zp-gap); min-height: 0; padding: var(--zp-gap) var(--zp-edge); }
  main > :not(p) { flex: 1 1 0; min-height: 0; }
  main > zp-signed-out { flex: none; }
  .notice { flex: none; margin: 0; padding: 7px 14px; border: 1px solid var(--zp-line); border-inline-start: 3px solid var(--zp-warn); border-radius: 5px; background: var(--zp-surface); overflow-wrap: anywhere; }
  @media (pointer: coarse) { button, input { line-height: 27px; height: 33px; } }
  @media (max-width: 640px) {
    :host { --zp-edge: 8px; }
    header { gap: 5px 10px; }
    .group { order: 1; width: 100%; overflow-x: auto; }
    .group button { flex: 1 0 auto; padding-inline: 6px; }
    input { order: 2; max-width: none; flex-basis: 100%; }
  }
`;
