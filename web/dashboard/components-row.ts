// <zp-components>: a card for each AI component, the detail view of the one that is open, and what to do as long as there
// is no AI work.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Sample } from "../client/src/contract";
import type { Timeline } from "../elements/timeline";
import type { ZpComponent } from "./component-card";
import "./component-card";
import type { ZpComponentDetail } from "./component-detail";
import "./component-detail";
import { EXPECTED } from "./component-fields";
import type { FieldNames } from "./field-names";
import { panelStyle } from "./panel-style";
import type { Run } from "./runs";
import type { AskSteps } from "./runs-panel";
import "./runs-panel";

export class ZpComponents extends LitElement {
  static override styles = [panelStyle, css`
    .others { height: auto; margin-top: var(--zp-gap); }
    .row { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: var(--zp-gap); }
    zp-component-detail { margin-top: var(--zp-gap); }
    p { margin: 6px 2px 0; font-size: 12px; color: var(--zp-quiet); overflow-wrap: anywhere; }
    code { font: 12px/1.4 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; color: var(--zp-text); }
  `];

  @property({ attribute: false }) sample: Sample | null = null;
  @property({ attribute: false }) timeline: Timeline | null = null;
  @property({ attribute: false }) runs: readonly Run[] = [];
  @property({ attribute: false }) askSteps: AskSteps | null = null;
  @property({ attribute: false }) names: FieldNames | null = null;
  /** The component whose detail view is open. */
  @property() open: string | null = null;
  @query("zp-component-detail") private detail!: ZpComponentDetail | null;

  /** Puts the focus into the detail view, which has just been opened. */
  async focusDetail(): Promise<void> {
    await this.updateComplete;
    await this.detail?.updateComplete;
    this.detail?.focus();
  }

  /** Puts the focus on a component's card: there it was before its detail view took it. */
  focusCard(name: string): void {
    [...this.renderRoot.querySelectorAll<ZpComponent>("zp-component")].find((card) => card.name === name)?.focus();
  }

  override render(): TemplateResult {
    const present = Object.keys(this.sample?.ai.components ?? {});
    const further = present.filter((name) => !EXPECTED.includes(name)).sort();
    const names = this.sample === null ? EXPECTED : [...EXPECTED.filter((name) => present.includes(name)), ...further];
    return html`
      <div class="row">
        ${repeat(
          names,
          (name) => name,
          (name) => html`<zp-component name=${name} .sample=${this.sample} .timeline=${this.timeline} .open=${name === this.open}></zp-component>`,
        )}
      </div>
      ${this.#nothingYet() ? HINT : nothing}
      ${this.open === null
        ? nothing
        : html`<zp-component-detail name=${this.open} .sample=${this.sample} .timeline=${this.timeline} .runs=${this.runs}
            .askSteps=${this.askSteps} .names=${this.names}></zp-component-detail>`}
      ${this.#otherRuns(present)}
    `;
  }

  // A job of no component's kind has no card to be found on.
  #otherRuns(present: readonly string[]): TemplateResult | typeof nothing {
    const others = this.runs.filter(({ kind }) => !present.includes(kind));
    if (others.length === 0) return nothing;
    return html`<article class="panel others"><zp-runs brief .runs=${others} .sample=${this.sample} .ask=${this.askSteps}></zp-runs></article>`;
  }

  #nothingYet(): boolean {
    const components = Object.values(this.sample?.ai.components ?? {});
    return this.sample !== null && this.runs.length === 0 && components.every((component) => component.status === "absent");
  }
}

const HINT = html`<p>
  No AI work has left a trace yet. Start some with <code>zeropoint run -- python train.py</code>, or let <code>--artifacts</code>
  name the directory that it writes to, which is <code>./artifacts</code> unless set.
</p>`;

customElements.define("zp-components", ZpComponents);
