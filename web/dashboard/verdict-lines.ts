// <zp-verdicts>: a line for each verdict that holds, with its evidence on demand. Without any it takes no room.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { heldFor, verdictsOf, type Verdict } from "./verdicts";

// More would push what they are about off the screen.
const SHOWN = 5;

export class ZpVerdicts extends LitElement {
  static override styles = css`
    :host { display: block; }
    :host(:not([data-count])) { display: none; }
    ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--zp-line); border-radius: 6px; background: var(--zp-surface); }
    li + li { border-top: 1px solid var(--zp-line); }
    details { padding: 0 10px; border-inline-start: 3px solid var(--zp-warn); border-radius: 5px 0 0 5px; }
    summary { display: flex; gap: 0 10px; align-items: baseline; padding: 6px 0; cursor: pointer; list-style: none; overflow-wrap: anywhere; }
    summary::-webkit-details-marker { display: none; }
    summary:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 2px; }
    .name { flex: none; min-width: 7.5em; color: var(--zp-warn); font-weight: 600; }
    .says { flex: 1 1 auto; }
    .held { flex: none; color: var(--zp-quiet); font-variant-numeric: tabular-nums; }
    .held::after { content: "▸"; display: inline-block; width: 1.2em; text-align: end; }
    details[open] .held::after { content: "▾"; }
    .more { border-inline-start-color: transparent; color: var(--zp-quiet); }
    .more ul { margin: 0 0 8px; color: var(--zp-text); }
    .why { margin: 0 0 8px; padding: 0; font-size: 12px; line-height: 18px; color: var(--zp-quiet); }
    .why p { margin: 0; overflow-wrap: anywhere; }
    @media (max-width: 640px) {
      summary { flex-wrap: wrap; }
      .says { flex-basis: 100%; order: 1; }
      .name { flex: 1 1 auto; }
    }
  `;

  /** The verdicts of the sample that is shown, and its time. */
  @property({ attribute: false }) told: unknown = null;
  @property({ attribute: false }) timestamp = "";

  override render(): TemplateResult | typeof nothing {
    const verdicts = verdictsOf(this.told);
    if (verdicts.length === 0) return nothing;
    const more = verdicts.slice(SHOWN);
    return html`<ul aria-label="Verdicts">
      ${this.#lines(verdicts.slice(0, SHOWN))}
      ${more.length === 0
        ? nothing
        : html`<li><details class="more"><summary>and ${more.length} more</summary><ul>${this.#lines(more)}</ul></details></li>`}
    </ul>`;
  }

  protected override updated(): void {
    const { length } = verdictsOf(this.told);
    if (length === 0) this.removeAttribute("data-count");
    else this.dataset["count"] = String(length);
  }

  #lines(verdicts: readonly Verdict[]): unknown {
    return repeat(verdicts, ({ id }) => id, (verdict) => this.#line(verdict));
  }

  #line(verdict: Verdict): TemplateResult {
    const held = heldFor(verdict, this.timestamp);
    return html`<li data-verdict=${verdict.id}>
      <details>
        <summary>
          <span class="name">${verdict.name.replaceAll("-", " ")}</span>
          <span class="says">${verdict.says}</span>
          <span class="held" title=${`since ${verdict.since}`}>${held ?? nothing}</span>
        </summary>
        <div class="why">
          ${verdict.evidence.map((text) => html`<p>${String(text)}</p>`)}
          <p>It would be wrong if there is: ${verdict.refuted_by}.</p>
        </div>
      </details>
    </li>`;
  }
}

customElements.define("zp-verdicts", ZpVerdicts);
