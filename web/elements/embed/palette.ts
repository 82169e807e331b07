// The colours of an element on another site: the page's own text colour, and hues that follow its color-scheme.
//
// The page may set the --zeropoint-* properties on the element or on anything around it. They are read in here and not
// on :host, where a default would hide what the page set further out.

import { css } from "lit";

export const palette = css`
  .frame {
    color: var(--zeropoint-text-color, inherit);
    font-variant-numeric: tabular-nums;
    --zp-text: currentColor;
    --zp-quiet: var(--zeropoint-quiet-color, color-mix(in srgb, currentColor 72%, transparent));
    --zp-old: var(--zp-quiet);
    --zp-line: color-mix(in srgb, currentColor 16%, transparent);
    --zp-grid: var(--zeropoint-grid-color, color-mix(in srgb, currentColor 12%, transparent));
    --zp-hatch: var(--zeropoint-gap-color, color-mix(in srgb, currentColor 32%, transparent));
    --zp-focus: var(--zeropoint-focus-color, light-dark(#1f6fd0, #6aabf7));
    --zp-series-1: var(--zeropoint-line-color, light-dark(#1f6fd0, #62a6f8));
    --zp-good: var(--zeropoint-good-color, light-dark(#0a7a5e, #42c7a0));
    --zp-warn: var(--zeropoint-warn-color, light-dark(#8f5a00, #e3ab44));
    --zp-bad: var(--zeropoint-bad-color, light-dark(#c22525, #ff7373));
  }
  /* Once: a unit in it would else be quieter still, and hard to read. */
  .old .reading { color: var(--zp-old); --zp-quiet: currentColor; }
  [hidden] { display: none; }
`;
