// The hues of names, and what stands for those that have none, as swatches.

import { css, unsafeCSS } from "lit";
import { HUES } from "../elements/hues";

const HUE_CLASSES = Array.from({ length: HUES }, (_, hue) => `.hue-${hue} { background: var(--zp-hue-${hue}); }`);

export const hueStyle = css`
  .swatch { flex: none; display: inline-block; width: 9px; height: 9px; border-radius: 2px; align-self: center; }
  .swatch.other { background: var(--zp-other); }
  .swatch.unattributed {
    background: repeating-linear-gradient(135deg, var(--zp-quiet) 0 1px, transparent 1px 4px); box-shadow: inset 0 0 0 1px var(--zp-line);
  }
  ${unsafeCSS(HUE_CLASSES.join("\n"))}
`;
