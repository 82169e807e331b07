// <zp-connection>: whether samples arrive, and when the next attempt is due if they don't.

import { LitElement, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import type { ClientState } from "../client/src/index";
import type { Tone } from "../elements/status";
import "../elements/status";

const TONES: Record<ClientState["name"], Tone> = {
  idle: "unknown",
  connecting: "busy",
  live: "good",
  polling: "warn",
  reconnecting: "busy",
  offline: "bad",
  "signed-out": "off",
  stopped: "off",
  closed: "off",
};

export class ZpConnection extends LitElement {
  @property({ attribute: false }) state: ClientState = { name: "idle", reason: null, retryAt: null };
  @property({ attribute: false }) intervalSeconds: number | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopTimer();
  }

  override render(): TemplateResult {
    return html`<zp-status tone=${TONES[this.state.name]} word=${this.#words()}></zp-status>`;
  }

  protected override updated(): void {
    this.dataset["state"] = this.state.name;
    this.title = this.state.reason ?? "";
    // A clock only while there is something to count down to.
    if (this.state.retryAt === null || !this.isConnected) this.#stopTimer();
    else this.#timer ??= setInterval(() => this.requestUpdate(), 500);
  }

  #words(): string {
    const { name, retryAt } = this.state;
    const wait = retryAt === null ? "" : ` in ${Math.max(0, Math.ceil((retryAt - Date.now()) / 1000))} s`;
    const every = this.intervalSeconds === null ? "" : ` ${Number(this.intervalSeconds.toPrecision(3))} s`;
    switch (name) {
      case "live":
        return `live${every}`;
      case "polling":
        return `polling${every}`;
      case "reconnecting":
        return `reconnecting${wait}`;
      case "offline":
        return "offline";
      case "signed-out":
        return "signed out";
      case "idle":
      case "connecting":
        return "connecting";
      default:
        return name;
    }
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

customElements.define("zp-connection", ZpConnection);
