// <zp-help>: the keys of the page.

import { LitElement, css, html, type TemplateResult } from "lit";
import { query } from "lit/decorators.js";
import { dialogStyle } from "./dialog-style";
import { WINDOWS } from "./windows";

const KEYS: readonly (readonly [string, string])[] = [
  ["?", "this list"],
  [`1 to ${WINDOWS.length}`, `window: ${WINDOWS.map(({ label }) => label).join(", ")}`],
  ["space", "freeze the shown time; samples are kept meanwhile"],
  ["← →", "move the cursor; with ctrl ten times as far"],
  ["shift ← →", "mark a stretch of time; Enter zooms to it. So does dragging over a chart"],
  ["click", "on a chart: hold the cursor there; again: let it go"],
  ["a", "as it was: the whole page at the cursor’s moment, from where ← and → lead to the samples beside it"],
  ["l", "back to what is live"],
  ["/", "filter the workloads; Enter selects the first"],
  ["Esc", "take the cursor away; then back to live; then the selected workload; then close the detail view"],
  ["Enter", "on a card: all that is known of the component; the address leads there again"],
  ["Enter", "on a workload: all charts show its part"],
  ["w", "why values are missing"],
  ["t", "theme: auto, light, dark"],
  ["Tab", "from chart to chart; a screen reader hears each in a sentence"],
];

export class ZpHelp extends LitElement {
  static override styles = [
    dialogStyle,
    css`
      dialog { max-width: 430px; }
      dl { display: grid; grid-template-columns: auto 1fr; gap: 6px 16px; margin: 0; }
      dt { font-weight: 600; white-space: nowrap; }
      dd { margin: 0; }
      p { margin: 14px 0 0; color: var(--zp-quiet); font-size: 12.5px; }
    `,
  ];

  @query("dialog") private dialog!: HTMLDialogElement;

  toggle(): void {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }

  override render(): TemplateResult {
    return html`<dialog aria-labelledby="title" @click=${this.#closeOutside}>
      <h2 id="title">Keys</h2>
      <dl>${KEYS.map(([key, meaning]) => html`<dt>${key}</dt><dd>${meaning}</dd>`)}</dl>
      <p>A dash is a value that could not be read; point at it or press w to see why. A hatched stretch is time of which there is no sample.</p>
      <form method="dialog"><button>close</button></form>
    </dialog>`;
  }

  readonly #closeOutside = (event: MouseEvent): void => {
    if (event.target === this.dialog) this.dialog.close();
  };
}

customElements.define("zp-help", ZpHelp);
