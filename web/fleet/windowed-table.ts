// <zp-windowed-table>: a table of any length, of which only the rows that can be seen are in the document. All rows have
// one height, so that the place of each is known without it.

import { LitElement, html, nothing, type CSSResultGroup, type PropertyValues, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { sorted, turned, type Sortable, type Sorting } from "./order";
import { rowOfKey, scrollTo, stretchAt, type Stretch } from "./shown-rows";
import { windowedStyle } from "./windowed-style";

export interface Column<Row> {
  readonly field: string;
  readonly label: string;
  readonly title: string;
  /** Sorted from A to Z at first, and set to the left. */
  readonly isText: boolean;
  /** From which width of the table on it is shown. */
  readonly from: "" | "narrow" | "medium" | "wide";
  readonly value: (row: Row) => Sortable;
  readonly cell: (row: Row) => TemplateResult | string;
}

export interface Table<Row> {
  readonly label: string;
  /** The first is the head of a row, whose link leads to `address`. */
  readonly columns: readonly Column<Row>[];
  readonly key: (row: Row) => string;
  readonly name: (row: Row) => string;
  readonly address: (row: Row) => string;
  /** Whether what stands in the row is not of now. */
  readonly isOld: (row: Row) => boolean;
  /** What stands below the name where there is no room for columns. */
  readonly under: (row: Row) => TemplateResult | string;
}

const ROW_PIXELS = 38;
const NARROW_ROW_PIXELS = 56;
const NARROW_PIXELS = 640;

export abstract class ZpWindowedTable<Row> extends LitElement {
  static override styles: CSSResultGroup = windowedStyle;

  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ attribute: false }) sorting: Sorting = { field: "", descending: false };
  /** What is said in place of rows. */
  @property() empty = "";
  @state() private stretch: Stretch = { first: 0, end: 0 };
  @state() private isNarrow = false;
  @query(".scroll") private scroller!: HTMLElement;
  #shown: readonly Row[] = [];
  // While somebody points at a row or is on one, no row goes elsewhere.
  #standing: readonly string[] | null = null;
  // The row that the keys are on, by its key.
  #current: string | null = null;
  #isDue = false;
  readonly #sizes = new ResizeObserver(() => this.#place());

  protected abstract readonly table: Table<Row>;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  // Not at each scroll: it takes longer than all else.
  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("rows") && !changed.has("sorting")) return;
    const { key, name, columns } = this.table;
    const isHeld = !changed.has("sorting") && this.hasUpdated && this.renderRoot.querySelector("tbody:hover, tbody:focus-within") !== null;
    this.#standing = !isHeld ? null : (this.#standing ?? this.#shown.map(key));
    const column = columns.find(({ field }) => field === this.sorting.field) ?? columns[0];
    this.#shown = column === undefined ? this.rows : sorted(this.rows, this.sorting, { value: column.value, name, key }, this.#standing);
  }

  override render(): TemplateResult {
    const { key, columns, label } = this.table;
    const first = Math.min(this.stretch.first, Math.max(0, this.#shown.length - 1));
    const inside = this.#shown.slice(first, this.stretch.end);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${label} @scroll=${this.#scrolled} @keydown=${this.#key}>
      <table class=${this.isNarrow ? "narrow" : ""} aria-label=${label} aria-rowcount=${this.#shown.length + 1}>
        <thead><tr aria-rowindex="1">${columns.map((one) => this.#header(one))}</tr></thead>
        <tbody>
          <tr class="spacer" aria-hidden="true"><td id="above"></td></tr>
          ${repeat(inside, key, (row, index) => this.#row(row, first + index))}
          <tr class="spacer" aria-hidden="true"><td id="below"></td></tr>
        </tbody>
      </table>
      ${this.#shown.length === 0 && this.empty !== "" ? html`<p>${this.empty}</p>` : nothing}
    </div>`;
  }

  protected override firstUpdated(): void {
    this.#sizes.observe(this.scroller);
  }

  // By the style's own interface: a style attribute in markup is what a strict Content-Security-Policy forbids.
  protected override updated(): void {
    const { first, end } = this.stretch;
    const heights = { above: Math.min(first, Math.max(0, this.#shown.length - 1)), below: Math.max(0, this.#shown.length - end) };
    for (const [id, rows] of Object.entries(heights)) {
      const spacer = this.renderRoot.querySelector<HTMLElement>(`#${id}`);
      if (spacer !== null) spacer.style.height = `${rows * this.#rowPixels}px`;
    }
    this.#place();
  }

  get #rowPixels(): number {
    return this.isNarrow ? NARROW_ROW_PIXELS : ROW_PIXELS;
  }

  get #headPixels(): number {
    return this.renderRoot.querySelector("thead")?.clientHeight ?? 0;
  }

  #header({ field, label, title, isText, from }: Column<Row>): TemplateResult {
    const order = this.sorting.field !== field ? nothing : this.sorting.descending ? "descending" : "ascending";
    return html`<th scope="col" class="${classOf(field, from)}" aria-sort=${order}>
      <button type="button" title=${title} @click=${() => this.#sort(field, isText)}>${label}</button>
    </th>`;
  }

  #row(row: Row, index: number): TemplateResult {
    const { columns, key, name, address, isOld, under } = this.table;
    const [head, ...rest] = columns;
    // A row is made anew where it has changed, and stands as it is where only others scroll by.
    const cells = guard([row, this.isNarrow, address(row)], () => html`<th scope="row" class=${classOf(head?.field ?? "", "")}>
        <a class="name" href=${address(row)} title=${name(row)}>${head?.cell(row)}</a><span class="under">${this.isNarrow ? under(row) : nothing}</span>
      </th>
      ${rest.map(({ field, from, cell }) => html`<td class=${classOf(field, from)}>${cell(row)}</td>`)}`);
    return html`<tr class="row ${isOld(row) ? "old" : ""}" data-key=${key(row)} aria-rowindex=${index + 2} @click=${(event: Event) => this.#open(event, row)}>${cells}</tr>`;
  }

  // Once a picture: a scroll tells of itself more often.
  readonly #scrolled = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#place();
    });
  };

  #place(): void {
    const { scroller } = this;
    this.isNarrow = scroller.clientWidth < NARROW_PIXELS;
    const next = stretchAt(scroller.scrollTop, scroller.clientHeight, this.#rowPixels, this.#shown.length);
    if (next.first !== this.stretch.first || next.end !== this.stretch.end) this.stretch = next;
  }

  #sort(field: string, isText: boolean): void {
    this.dispatchEvent(new CustomEvent<Sorting>("zp-sort", { detail: turned(this.sorting, field, isText) }));
  }

  // A row is as good as its link; a text in it can be marked all the same.
  #open(event: Event, row: Row): void {
    const isOnLink = event.composedPath().some((one) => one instanceof HTMLAnchorElement);
    if (!isOnLink && getSelection()?.isCollapsed !== false) location.assign(this.table.address(row));
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = this.table;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.#rowPixels) - 1);
    const on = (this.renderRoot as ShadowRoot).activeElement?.closest<HTMLElement>("tr.row")?.dataset["key"] ?? this.#current;
    const before = this.#shown.findIndex((row) => key(row) === on);
    const row = rowOfKey(event.key, before, page, this.#shown.length);
    if (row === null) return;
    event.preventDefault();
    this.#current = key(this.#shown[row] as Row);
    const top = scrollTo(row, this.scroller.scrollTop, this.scroller.clientHeight - this.#headPixels, this.#rowPixels);
    if (top !== null) this.scroller.scrollTop = top;
    this.#place();
    void this.updateComplete.then(() => this.#rowOf(this.#current)?.querySelector("a")?.focus({ preventScroll: true }));
  };

  #rowOf(key: string | null): HTMLElement | null {
    return key === null ? null : this.renderRoot.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(key)}"]`);
  }
}

function classOf(field: string, from: string): string {
  return from === "" ? `of-${field}` : `of-${field} from-${from}`;
}
