// <zp-alert-events>: what fired and ended, and what became of its notices.

import { LitElement, css, html, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../elements/status";
import { toneOfNotice, toneOfSeverity, type AlertEvent, type Notice } from "./alerts";
import { dayAndClock } from "./moments";
import { panelStyle } from "./panel-style";
import { tableStyle } from "./table-style";

const SHOWN_AT_FIRST = 50;

export class ZpAlertEvents extends LitElement {
  static override styles = [
    panelStyle,
    tableStyle,
    css`
      td p { margin: 0; color: var(--zp-quiet); font-size: 12px; }
      td.text { overflow-wrap: anywhere; min-width: 12em; }
      .name { font-weight: 600; white-space: nowrap; }
      [data-notice] { min-width: 9em; }
      [data-notice] zp-status { white-space: normal; }
    `,
  ];

  /** The newest first. */
  @property({ attribute: false }) events: readonly AlertEvent[] = [];
  @state() private all = false;

  override render(): TemplateResult {
    const { events } = this;
    const shown = this.all ? events : events.slice(0, SHOWN_AT_FIRST);
    return html`<section class="panel" aria-label="Events">
      <div class="head"><h2>What happened</h2></div>
      <div class="scroll" tabindex="0" role="group" aria-label="Table of events"><table>
        <thead><tr><th scope="col">time</th><th scope="col">rule</th><th scope="col">what</th><th scope="col">why</th><th scope="col">told</th></tr></thead>
        <tbody>${repeat(shown, ({ id }) => id, (event) => this.#event(event))}</tbody>
      </table></div>
      ${events.length > SHOWN_AT_FIRST ? html`<button type="button" @click=${this.#toggle}>${this.all ? "show fewer" : `${events.length - SHOWN_AT_FIRST} more`}</button>` : nothing}
    </section>`;
  }

  #event({ id, time, kind, name, severity, says, evidence, notices }: AlertEvent): TemplateResult {
    return html`<tr data-event=${id} data-kind=${kind}>
      <td class="time"><time datetime=${time} title=${time}>${dayAndClock(time)}</time></td>
      <td class="name">${name}</td>
      <td><zp-status tone=${kind === "cleared" ? "good" : toneOfSeverity(severity)} word=${kind}></zp-status></td>
      <td class="text">${says}${evidence.map((text) => html`<p>${text}</p>`)}</td>
      <td>${notices.length === 0 ? "nobody" : notices.map((notice) => this.#notice(notice))}</td>
    </tr>`;
  }

  #notice({ channel, target, status, attempts, reason }: Notice): TemplateResult {
    const tries = attempts > 1 ? `, ${attempts} tries` : "";
    return html`<div data-notice=${status}>
      <zp-status tone=${toneOfNotice(status)} word=${`${channel} (${target}) ${status.replace("-", " ")}${tries}`}></zp-status>
      ${reason === null ? nothing : html`<p>${reason}</p>`}
    </div>`;
  }

  readonly #toggle = (): void => {
    this.all = !this.all;
  };
}

customElements.define("zp-alert-events", ZpAlertEvents);
