// <zp-signed-out>: the sign-in, and how to make a token, where the appliance asks for one.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { signIn } from "./access";
import { HOW_TO_MAKE_A_TOKEN, sentence } from "./notice";
import { panelStyle } from "./panel-style";

export class ZpSignedOut extends LitElement {
  static override styles = [
    panelStyle,
    css`
      .panel { max-width: 760px; padding: 16px 20px; }
      h2 { font-size: 15px; }
      p { margin: 8px 0 0; overflow-wrap: anywhere; }
      form { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin: 12px 0 4px; }
      input { flex: 1 1 16em; min-width: 0; max-width: 30em; }
      input, button { padding: 4px 9px; border: 1px solid var(--zp-line); border-radius: 4px; background: var(--zp-page); color: var(--zp-text); font: inherit; }
      button { background: var(--zp-text); border-color: var(--zp-text); color: var(--zp-surface); cursor: pointer; }
      button[disabled] { cursor: default; }
      input:focus-visible, button:focus-visible { outline: 2px solid var(--zp-focus); outline-offset: 1px; }
      .trouble { color: var(--zp-bad); }
      pre { margin: 8px 0 0; padding: 7px 11px; overflow-x: auto; border: 1px solid var(--zp-line); border-radius: 4px; }
      pre, code { font: 13px/1.4 ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", monospace; }
    `,
  ];

  /** Where the appliance lies. */
  @property({ attribute: false }) base!: URL;
  @property() heading = "This appliance asks for a token";
  /** Why it is shut, in the client's words. */
  @property() reason: string | null = null;
  @state() private trouble: string | null = null;
  @state() private isBusy = false;
  @query("input") private input!: HTMLInputElement;

  override render(): TemplateResult {
    return html`<article class="panel" role="alert">
      <h2>${this.heading}</h2>
      ${this.reason === null ? nothing : html`<p class="quiet">${sentence(this.reason)}</p>`}
      <form @submit=${this.#submit}>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required maxlength="1024" spellcheck="false" />
        <button type="submit" ?disabled=${this.isBusy}>Sign in</button>
      </form>
      ${this.trouble === null ? nothing : html`<p class="trouble">${sentence(this.trouble)}</p>`}
      <p class="quiet">This browser keeps a session in place of the token, until you sign out.</p>
      <p>On the machine that it runs on, this makes one that may read everything and change nothing:</p>
      <pre tabindex="0" aria-label="Command">${HOW_TO_MAKE_A_TOKEN}</pre>
      <p>
        It is printed once. Whatever else reads the feed sends it with each request, in the header
        <code>Authorization: Bearer TOKEN</code>.
      </p>
    </article>`;
  }

  override focus(): void {
    this.input?.focus();
  }

  readonly #submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = this.input.value.trim();
    if (this.isBusy || token === "") return;
    this.isBusy = true;
    try {
      const scope = await signIn(this.base, token);
      this.trouble = null;
      this.input.value = "";
      this.dispatchEvent(new CustomEvent<string>("zp-signed-in", { detail: scope }));
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    } finally {
      this.isBusy = false;
    }
  };
}

customElements.define("zp-signed-out", ZpSignedOut);
