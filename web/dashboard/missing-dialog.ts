// <zp-missing>: all that could not be read, with the reasons. A dash tells its own to a mouse and to a screen reader;
// this list tells them to everybody else, without a stop of the Tab key at each dash.

import { LitElement, css, html, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import type { Sample } from "../client/src/contract";
import { dialogStyle } from "./dialog-style";
import { causes, type Cause } from "./unavailable";

export class ZpMissing extends LitElement {
  static override styles = [
    dialogStyle,
    css`
      dialog { max-width: min(720px, 92vw); }
      .list { max-height: 68vh; overflow: auto; }
      .list:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 3px; }
      dl { display: grid; gap: 12px; margin: 0; }
      dt { font-weight: 600; overflow-wrap: anywhere; }
      dd { margin: 1px 0 0; color: var(--zp-quiet); font-size: 12.5px; overflow-wrap: anywhere; }
    `,
  ];

  @property({ attribute: false }) sample: Sample | null = null;
  @query("dialog") private dialog!: HTMLDialogElement;

  toggle(): void {
    if (this.dialog.open) this.dialog.close();
    else this.dialog.showModal();
  }

  override render(): TemplateResult {
    const found = causes(this.sample?.unavailable ?? []);
    return html`<dialog aria-labelledby="title" @click=${this.#closeOutside}>
      <h2 id="title">What could not be read, and why</h2>
      <div class="list" tabindex="0" autofocus role="region" aria-labelledby="title">
        ${found.length === 0 ? html`<p>Everything that there is was read.</p>` : html`<dl>${found.map(entry)}</dl>`}
      </div>
      <form method="dialog"><button>close</button></form>
    </dialog>`;
  }

  readonly #closeOutside = (event: MouseEvent): void => {
    if (event.target === this.dialog) this.dialog.close();
  };
}

function entry({ reason, paths }: Cause): TemplateResult {
  return html`<div><dt>${reason}</dt><dd>${paths.map(inWords).join(", ")}</dd></div>`;
}

// As the sample writes it, which is how it is found in the API.
function inWords(path: string): string {
  return path.includes("[*]") ? `${path} (of every row)` : path;
}

customElements.define("zp-missing", ZpMissing);
