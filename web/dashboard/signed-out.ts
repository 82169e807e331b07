// <zp-signed-out>: what to do when the appliance asks for a token, in place of a page of empty charts.

import { LitElement, css, html, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { HOW_TO_MAKE_A_TOKEN, sentence } from "./notice";
import { panelStyle } from "./panel-style";

export class ZpSignedOut extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .panel { max-width: 760px; padding: 16px 20px; }
      h2 { font-size: 15px; }
      p { margin: 8px 0 0; overflow-wrap: anywhere; }
      pre { margin: 8px 0 0; padding: 7px 11px; overflow-x: auto; border: 1px solid var(--zp-line); border-radius: 4px; }
      pre, code { font: 13px/1.4 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; }
    `,
  ];

  /** Why it is shut, in the client's words. */
  @property() reason: string | null = null;

  override render(): TemplateResult {
    return html`<article class="panel" role="alert">
      <h2>This appliance asks for a token</h2>
      <p class="quiet">${sentence(this.reason ?? "")}</p>
      <p>On the machine that it runs on, this makes one that may read everything and change nothing:</p>
      <pre tabindex="0" aria-label="Command">${HOW_TO_MAKE_A_TOKEN}</pre>
      <p>
        It is printed once. Whatever reads the feed sends it with each request, in the header
        <code>Authorization: Bearer TOKEN</code>.
      </p>
    </article>`;
  }
}

customElements.define("zp-signed-out", ZpSignedOut);
