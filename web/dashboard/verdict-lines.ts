// <zp-verdicts>: a line for each verdict that holds, with its evidence on demand, and those that ended in the last day,
// folded. Without any it takes no room.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { dayAndClock } from "./moments";
import { endedOf, heldFor, verdictsOf, type Verdict } from "./verdicts";
import type { ViewContext } from "./views";

// More would push what they are about off the screen.
const SHOWN = 5;
const ASK_MILLISECONDS = 10_000;

export class ZpVerdicts extends LitElement {
  static override styles = css`
    :host { display: block; }
    :host(:not([data-count], [data-ended])) { display: none; }
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

  /** Asks a path of the appliance. Without it those that ended are not told, as on the page for everybody. */
  @property({ attribute: false }) ask: ViewContext["ask"] | null = null;
  @state() private answer: unknown = null;

  #known: string | null = null;

  override willUpdate(): void {
    // One that is gone has ended; those that ended before are asked for with the first sample. Who may not read the
    // section is told none, and has no answer either.
    const known = verdictsOf(this.told).map(({ id }) => id).join("\n");
    if (!Array.isArray(this.told) || known === this.#known) return;
    this.#known = known;
    void this.#askEnded();
  }

  override render(): TemplateResult | typeof nothing {
    const verdicts = verdictsOf(this.told);
    const ended = endedOf(this.answer, this.timestamp);
    if (verdicts.length + ended.length === 0) return nothing;
    return html`<ul aria-label="Verdicts">
      ${this.#lines(verdicts.slice(0, SHOWN))}
      ${this.#folded("more", verdicts.slice(SHOWN), (count) => `and ${count} more`)}
      ${this.#folded("ended", ended, (count) => `${count} ended in the last day`)}
    </ul>`;
  }

  protected override updated(): void {
    for (const [name, { length }] of [["count", verdictsOf(this.told)], ["ended", endedOf(this.answer, this.timestamp)]] as const) {
      if (length === 0) delete this.dataset[name];
      else this.dataset[name] = String(length);
    }
  }

  async #askEnded(): Promise<void> {
    try {
      const answer = await this.ask?.("api/v1/verdicts", {}, AbortSignal.timeout(ASK_MILLISECONDS));
      if (answer?.ok) this.answer = await answer.json();
    } catch {
      // The connection's own state tells that the server can't be reached; what was known stays.
    }
  }

  #folded(kind: string, verdicts: readonly Verdict[], words: (count: number) => string): TemplateResult | typeof nothing {
    if (verdicts.length === 0) return nothing;
    return html`<li data-folded=${kind}><details class="more"><summary>${words(verdicts.length)}</summary><ul>${this.#lines(verdicts)}</ul></details></li>`;
  }

  #lines(verdicts: readonly Verdict[]): unknown {
    return repeat(verdicts, ({ id, since }) => id + since, (verdict) => this.#line(verdict));
  }

  #line(verdict: Verdict): TemplateResult {
    const { ended, since } = verdict;
    const held = heldFor(verdict, ended ?? this.timestamp);
    const until = ended ? ` until ${dayAndClock(ended)}` : "";
    return html`<li data-verdict=${ended ? nothing : verdict.id}>
      <details>
        <summary>
          <span class="name">${verdict.name.replaceAll("-", " ")}</span>
          <span class="says">${verdict.says}</span>
          <span class="held" title=${`since ${since}`}>${held ?? nothing}${until}</span>
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
