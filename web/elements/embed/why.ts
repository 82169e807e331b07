// <zp-why>: a dash, or another few characters in a value's place, that says why: to the mouse, a finger, the keyboard
// and a screen reader. The reason opens in the top layer, where no box of the page can cut it off.

import { LitElement, css, html, type TemplateResult } from "lit";
import { property, query } from "lit/decorators.js";
import { define } from "../define";

const DISTANCE_PIXELS = 4;
const EDGE_PIXELS = 6;

export class ZpWhy extends LitElement {
  static override styles = css`
    :host { display: inline-block; }
    .sign { color: var(--zp-quiet); cursor: help; }
    .sign:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 2px; border-radius: 2px; }
    .reason {
      position: fixed; inset: auto; box-sizing: border-box; width: max-content; max-width: min(34em, 100vw - 12px); max-height: 50vh;
      margin: 0; padding: 5px 9px; overflow: auto; overflow-wrap: anywhere; text-align: start; white-space: normal;
      border: 1px solid color-mix(in srgb, CanvasText 22%, transparent); border-radius: 4px; background: Canvas; color: CanvasText;
      font-size: 12.5px; font-weight: 400; line-height: 1.4;
    }
  `;

  @property() sign = "–";
  @property() reason = "";
  @query(".sign") private place!: HTMLElement;
  @query(".reason") private words!: HTMLElement;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  override render(): TemplateResult {
    return html`<span
        class="sign" part="dash" tabindex="0" role="img" aria-label="not available: ${this.reason}"
        @focus=${this.#open} @blur=${this.#close} @click=${this.#open} @keydown=${this.#key}
        @pointerenter=${this.#open} @pointerleave=${this.#leave}
      >${this.sign}</span
      ><span class="reason" part="reason" popover="manual" aria-hidden="true" @pointerleave=${this.#leave}>${this.reason}</span>`;
  }

  readonly #open = (): void => {
    if (this.reason === "" || !this.isConnected) return;
    this.words.showPopover();
    const at = this.place.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.words;
    const below = at.bottom + DISTANCE_PIXELS;
    const fits = below + height + EDGE_PIXELS <= innerHeight || at.top < height + DISTANCE_PIXELS;
    const left = Math.max(EDGE_PIXELS, Math.min(at.left, document.documentElement.clientWidth - width - EDGE_PIXELS));
    this.words.style.left = `${left}px`;
    this.words.style.top = `${fits ? below : at.top - height - DISTANCE_PIXELS}px`;
  };

  // The pointer may go over to the reason, to select it; the focus holds it open without any pointer.
  readonly #leave = (event: PointerEvent): void => {
    const to = event.relatedTarget;
    if (to !== this.words && to !== this.place && this.shadowRoot?.activeElement !== this.place) this.#close();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.#close();
  };

  readonly #close = (): void => {
    if (this.hasUpdated && this.words.matches(":popover-open")) this.words.hidePopover();
  };
}

define("zp-why", ZpWhy);
