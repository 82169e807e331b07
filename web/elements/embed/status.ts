// <zeropoint-status>: how an appliance is, in a shape and a word, and why where it is not well.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { define } from "../define";
import { clock } from "../format";
import type { Tone } from "../status";
import "../status";
import { askBelow } from "./ask";
import { baseOf } from "./base-url";
import { HealthWatch, type Seen } from "./health-watch";
import { palette } from "./palette";
import { Shared } from "./shared";
import { checkToken, onTokens, tokenFor } from "./tokens";

const TONES: Record<string, Tone> = { healthy: "good", degraded: "warn", unhealthy: "bad" };

const watches = new Shared<HealthWatch>();

export class ZeropointStatus extends LitElement {
  static override styles = [
    palette,
    css`
      :host { display: inline-block; }
      :host([hidden]) { display: none; }
      .frame { display: inline-flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.5em; }
      .label { font-weight: 600; }
      .reason { color: var(--zp-quiet); overflow-wrap: anywhere; }
    `,
  ];

  @property() src: string | null = null;
  /** Sent in a header. As an attribute it stands in the page's source; setToken() or the property keep it out of there. */
  @property() token: string | null = null;
  @property() label: string | null = null;

  @state() private seen: Seen | null = null;
  @state() private fault: string | null = null;
  #key = "";
  #awaySince: number | null = null;
  #release: (() => void)[] = [];
  #endTokens: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endTokens = onTokens(() => this.#follow());
    if (this.hasUpdated) this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endTokens?.();
    this.#endTokens = null;
    this.#stop();
  }

  protected override willUpdate(): void {
    if (this.#endTokens !== null) this.#follow();
  }

  override render(): TemplateResult {
    const [tone, word, reason] = this.#words();
    return html`<span class="frame" data-health=${word} role="status">
      ${this.label === null ? nothing : html`<span class="label" part="label">${this.label}</span>`}
      <zp-status exportparts="shape, word" .tone=${tone} .word=${word}></zp-status>
      ${reason === null ? nothing : html`<span class="reason" part="reason">${reason}</span>`}
    </span>`;
  }

  #words(): [tone: Tone, word: string, reason: string | null] {
    if (this.fault !== null) return ["bad", "not set up", this.fault];
    if (this.seen === null) return ["busy", "connecting", null];
    const { health, reasons, why } = this.seen;
    if (health !== null) return [TONES[health] ?? "unknown", health, reasons.length === 0 ? null : reasons.join("; ")];
    if (why !== null) return ["unknown", "not readable", why];
    if (!navigator.onLine) return ["off", "offline", "This browser has no network."];
    return ["bad", "no answer", this.#awaySince === null ? null : `since ${clock(this.#awaySince)}`];
  }

  /** Holds the watch to what the element's properties say. */
  #follow(): void {
    let key = "";
    let base: URL | null = null;
    let token: string | null = null;
    this.fault = null;
    try {
      base = baseOf(this.src);
      token = checkToken(this.token ?? tokenFor(base));
      key = JSON.stringify([base.href, token]);
    } catch (error) {
      this.fault = `${(error as Error).message}.`;
    }
    if (key === this.#key && (key === "" || this.#release.length > 0)) return;
    this.#stop();
    this.#key = key;
    this.seen = null;
    if (base === null) return;
    const ask = askBelow(base, token);
    const at = base;
    const { thing, release } = watches.hold(key, () => new HealthWatch(at, ask));
    this.#release = [thing.subscribe((seen) => this.#take(seen)), release];
  }

  #take(seen: Seen): void {
    if (seen.health !== null) this.#awaySince = null;
    // Not known for one that never answered.
    else if (this.seen?.health != null) this.#awaySince = Date.now();
    this.seen = seen;
  }

  #stop(): void {
    for (const release of this.#release.splice(0)) release();
  }
}

define("zeropoint-status", ZeropointStatus);
