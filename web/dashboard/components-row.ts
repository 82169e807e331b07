// <zp-components>: a card for each AI component, and where they are looked for as long as there is none.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import { EXPECTED } from "./component-fields";
import "./component-card";

export class ZpComponents extends LitElement {
  static override styles = css`
    :host { display: block; }
    .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: var(--zp-gap); }
    p { margin: 6px 2px 0; font-size: 12px; color: var(--zp-quiet); }
    code { font: inherit; color: var(--zp-text); }
  `;

  @property({ attribute: false }) sample: Sample | null = null;

  override render(): TemplateResult {
    const present = Object.keys(this.sample?.ai.components ?? {});
    const further = present.filter((name) => !EXPECTED.includes(name)).sort();
    const names = this.sample === null ? EXPECTED : [...EXPECTED.filter((name) => present.includes(name)), ...further];
    return html`
      <div class="row">
        ${repeat(names, (name) => name, (name) => html`<zp-component name=${name} .sample=${this.sample}></zp-component>`)}
      </div>
      ${this.#nothingYet() ? HINT : nothing}
    `;
  }

  #nothingYet(): boolean {
    const components = Object.values(this.sample?.ai.components ?? {});
    return this.sample !== null && components.every((component) => component.status === "absent");
  }
}

const HINT = html`<p>
  No AI work has left a trace yet. It is looked for in the directory that <code>--artifacts</code> names, which is <code>./artifacts</code> unless set.
</p>`;

customElements.define("zp-components", ZpComponents);
