// <zp-fleet>: the page of a hub: all machines, and what runs on them.

import { LitElement, html, nothing, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { signOut, type Access } from "../dashboard/access";
import { sentence } from "../dashboard/notice";
import "../dashboard/signed-out";
import { nextTheme, type ThemeChoice } from "../dashboard/theme-choice";
import "../elements/status";
import { FIRST_SORTING, addressOfMachine, fragmentOf, shownIn, type Filter, type Shown, type TabName } from "./address";
import { FleetFeed } from "./fleet-feed";
import type { Machine } from "./machine";
import "./machine-table";
import { found, type Sorting } from "./order";
import { pageStyles } from "./page-styles";
import "./work-table";
import { workOf } from "./work";

interface Choice {
  readonly name: Filter;
  readonly label: string;
  readonly title: string;
  readonly holds: (machine: Machine) => boolean;
}

const CHOICES: readonly Choice[] = [
  { name: "all", label: "all", title: "All machines", holds: () => true },
  { name: "silent", label: "silent", title: "Nothing comes from them", holds: ({ status }) => status === "silent" },
  { name: "clock", label: "bad clock", title: "Their clocks differ from the bus's by more than 5 s", holds: ({ clockAhead }) => clockAhead !== null },
  { name: "trouble", label: "verdicts", title: "With verdicts, or alerts that fire", holds: ({ troublesCount }) => troublesCount > 0 },
  { name: "busy", label: "at work", title: "With a run, or a component that is running", holds: isAtWork },
];
const TABS: readonly (readonly [TabName, string])[] = [["machines", "machines"], ["work", "what runs where"]];
const KEYS = "Keys: / searches, 1 and 2 are the tabs, ↑ ↓ go from row to row, Enter opens a machine, t is the theme";
const NO_MACHINE = "No machine has published yet. On each: zeropoint serve --fleet NATS-URL; a hub that started the bus itself has printed the whole command.";
const NOT_FOUND: Readonly<Record<TabName, string>> = {
  machines: "No machine is so.",
  work: "No work is so: no run, no component, nothing that uses a whole percent of a core or a GPU.",
};

export class ZpFleet extends LitElement {
  static override styles = pageStyles;

  /** Where the hub lies: the page itself is at BASE/control/metrics. */
  @property({ attribute: false }) base = new URL("../", location.href);
  @property() theme: ThemeChoice = "auto";
  @property({ attribute: false }) access: Access = { scope: null, sections: null };
  @state() private shown: Shown = shownIn(location.hash);
  @state() private machines: readonly Machine[] = [];
  @query("input") private search!: HTMLInputElement | null;
  #names = new Map<string, number>();
  readonly #feed = new FleetFeed((asked, signal) => this.#ask(asked, signal), () => this.#take());

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.#key);
    addEventListener("popstate", this.#followAddress);
    // Nothing may be read without a token: what is asked for all the same would be refused.
    if (this.access.sections === null) this.#feed.start();
    else this.#feed.state = { name: "signed-out", reason: null };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.#key);
    removeEventListener("popstate", this.#followAddress);
    this.#feed.close();
  }

  override render(): TemplateResult {
    const { name, reason } = this.#feed.state;
    const isShut = name === "signed-out";
    return html`
      <header role="banner">
        <h1>zeropoint <span class="quiet">fleet</span></h1>
        ${isShut ? nothing : this.#tabs()}
        <zp-status id="connection" data-state=${name} tone=${isShut ? "off" : name === "live" ? "good" : "busy"} word=${isShut ? "signed out" : name} title=${reason ?? ""}></zp-status>
        ${isShut ? nothing : this.#controls()}
        <span class="end">
          ${this.access.scope === null ? nothing : html`<button type="button" title="Signed in with a token of scope ${this.access.scope}" @click=${this.#signOut}>${this.access.scope}: sign out</button>`}
          <button type="button" title="Theme: auto, light or dark (t). ${KEYS}" @click=${this.#turnTheme}>theme ${this.theme}</button>
        </span>
      </header>
      <main>
        ${name === "reconnecting" ? html`<p class="notice" role="status">${sentence(reason ?? "")} What is shown is as it was.</p>` : nothing}
        ${isShut
          ? html`<zp-signed-out heading="This hub asks for a token" .base=${this.base} .reason=${reason} @zp-signed-in=${() => location.reload()}></zp-signed-out>`
          : this.#table()}
      </main>
    `;
  }

  #tabs(): TemplateResult {
    return html`<nav aria-label="Tabs">
      ${TABS.map(([tab, label]) => html`<a href=${fragmentOf({ ...this.shown, tab, sorting: FIRST_SORTING[tab] })} aria-current=${this.shown.tab === tab ? "page" : nothing} @click=${(event: Event) => this.#goToTab(event, tab)}>${label}</a>`)}
    </nav>`;
  }

  #controls(): TemplateResult {
    return html`
      <span class="group" role="group" aria-label="Which machines">
        ${CHOICES.map(({ name, label, title, holds }) => html`<button type="button" data-filter=${name} title=${title} aria-pressed=${String(this.shown.filter === name)}
          @click=${() => this.#go({ filter: name })}>${label} <b>${this.machines.filter(holds).length}</b></button>`)}
      </span>
      <input type="search" placeholder="name or work (/)" aria-label="Search for a name or work" spellcheck="false" autocomplete="off" .value=${this.shown.words}
        @input=${(event: Event) => this.#go({ words: (event.target as HTMLInputElement).value })} />
    `;
  }

  #table(): TemplateResult {
    const { tab, filter, words, sorting } = this.shown;
    const holds = CHOICES.find(({ name }) => name === filter)?.holds ?? (() => true);
    const chosen = this.machines.filter(holds);
    const isWaiting = this.#feed.state.name === "connecting";
    const empty = isWaiting ? "" : this.machines.length === 0 ? NO_MACHINE : NOT_FOUND[tab];
    const sort = (event: CustomEvent<Sorting>): void => this.#go({ sorting: event.detail });
    return tab === "machines"
      ? html`<zp-machine-table .rows=${found(chosen, words, ({ text }) => text)} .sorting=${sorting} .empty=${empty} .address=${this.#addressOf} @zp-sort=${sort}></zp-machine-table>`
      : html`<zp-work-table .rows=${found(workOf(chosen), words, ({ text }) => text)} .sorting=${sorting} .empty=${empty} .address=${this.#addressOf} @zp-sort=${sort}></zp-work-table>`;
  }

  #take(): void {
    this.machines = [...this.#feed.machines.values()];
    this.#names = new Map();
    for (const { name } of this.machines) this.#names.set(name, (this.#names.get(name) ?? 0) + 1);
    document.title = `${this.machines.length} machines · zeropoint`;
    this.dataset["machines"] = String(this.machines.length);
  }

  readonly #addressOf = ({ id, name }: Machine): string => addressOfMachine(this.#names.get(name) === 1 ? name : id);

  #ask(asked: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const url = new URL("api/v1/fleet", this.base);
    url.search = new URLSearchParams(asked).toString();
    return fetch(url, { signal, cache: "no-store" });
  }

  #goToTab(event: Event, tab: TabName): void {
    event.preventDefault();
    if (tab === this.shown.tab) return;
    this.shown = { ...this.shown, tab, sorting: FIRST_SORTING[tab] };
    history.pushState(null, "", this.#place());
  }

  #go(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    history.replaceState(null, "", this.#place());
  }

  #place(): string {
    return location.pathname + location.search + fragmentOf(this.shown);
  }

  readonly #followAddress = (): void => {
    this.shown = shownIn(location.hash);
  };

  readonly #signOut = (): void => void signOut(this.base).finally(() => location.reload());

  readonly #turnTheme = (): void => {
    this.theme = nextTheme(this.theme);
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isInField = event.composedPath()[0] instanceof HTMLInputElement;
    const tab = TABS[Number(event.key) - 1]?.[0];
    if (event.key === "Escape" && isInField) {
      this.#go({ words: "" });
      this.search?.blur();
    } else if (isInField) return;
    else if (event.key === "/") this.search?.focus();
    else if (event.key === "t") this.#turnTheme();
    else if (tab !== undefined) this.#goToTab(event, tab);
    else return;
    event.preventDefault();
  };
}

function isAtWork({ runsCount, components }: Machine): boolean {
  return runsCount > 0 || components.some(({ status }) => status === "running");
}

customElements.define("zp-fleet", ZpFleet);
