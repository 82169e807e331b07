// Which time the page shows: what is now, a stretch of the past in the charts, or all of the page at a past moment.

import { HistoryFeed } from "../elements/history-feed";
import type { HistoryRows } from "../elements/history-rows";
import type { Mark } from "../elements/marks";
import type { Ask } from "../elements/past";
import type { Span } from "../elements/source";
import type { Timeline } from "../elements/timeline";
import { MomentFeed, type Moment } from "./moment-feed";
import { statesIn, statusMarksIn, STATUS_NAMES } from "./status-history";
import type { TimeAction } from "./time-bar";

const ZOOM_FACTOR = 4;
const LONGEST_MILLISECONDS = 5 * 366 * 86_400_000;

/** What it needs of the page. */
export interface TimePage {
  ask: Ask;
  /** Something has changed that the page shows. */
  changed(): void;
  /** The address is to name this moment; `isStep`: in place of the one before. */
  address(at: number | null, isStep: boolean): void;
}

export class TimeControl {
  /** Changes of states before the page was opened. */
  marks: readonly Mark[] = [];
  readonly #timeline: Timeline;
  readonly #page: TimePage;
  readonly #history: HistoryFeed;
  readonly #moment: MomentFeed;
  readonly #release: () => void;
  #marked: HistoryRows | null = null;
  #states: Promise<ReadonlyMap<string, readonly string[]>> | null = null;
  readonly #closed = new AbortController();

  constructor(timeline: Timeline, page: TimePage) {
    this.#timeline = timeline;
    this.#page = page;
    this.#history = new HistoryFeed(timeline, page.ask);
    this.#moment = new MomentFeed(timeline, page.ask, () => page.changed());
    this.#release = timeline.hold([STATUS_NAMES]);
  }

  get moment(): Moment | null {
    return this.#moment.moment;
  }

  /** Why there is no history to show. */
  get trouble(): string | null {
    return this.#history.trouble;
  }

  close(): void {
    this.#release();
    this.#history.close();
    this.#moment.close();
    this.#closed.abort();
  }

  /** Once a picture. */
  follow(nowMilliseconds: number): void {
    const { trouble } = this;
    void this.#history.follow(nowMilliseconds).then(() => {
      if (trouble !== this.trouble) this.#page.changed();
    });
    const { history } = this.#timeline;
    if (history !== null && history !== this.#marked) void this.#mark(history);
  }

  act(action: TimeAction): void {
    if (typeof action === "object" && "at" in action) this.asItWas(action.at);
    else if (typeof action === "object") this.step(action.step);
    else if (action === "zoom-in") this.#zoomBy(1 / ZOOM_FACTOR);
    else if (action === "zoom-out") this.#zoomBy(ZOOM_FACTOR);
    else if (action === "let-go") this.#timeline.holdAt(null);
    else this.live();
  }

  /** All of the page at a moment, or at the cursor's, or to begin with at what is shown now. */
  asItWas(at: number | null = this.#timeline.cursorTime()): void {
    const now = this.#timeline.span()?.to;
    const milliseconds = at ?? now;
    if (milliseconds === undefined) return;
    this.#page.address(milliseconds, this.moment !== null);
    void this.#moment.go(milliseconds);
  }

  /** The moment that the address names. */
  show(at: number | null): void {
    if (at !== null) void this.#moment.go(at);
    else if (this.moment !== null) this.#moment.end();
  }

  step(rows: number): void {
    if (this.moment === null) this.#timeline.step(rows);
    else void this.#moment.step(rows).then(() => this.#followStep());
  }

  zoom(): void {
    const { selection } = this.#timeline;
    if (selection !== null) this.#timeline.zoom(selection);
  }

  live(): void {
    this.#timeline.zoom(null);
    this.#timeline.freeze(false);
    if (this.moment === null) return;
    this.#moment.end();
    this.#page.address(null, false);
  }

  /** Takes one thing away that is not what is now; false where there is none. */
  escape(): boolean {
    const timeline = this.#timeline;
    if (timeline.selection !== null) timeline.select(null);
    else if (timeline.cursorTime() !== null) timeline.pointAt(null);
    else if (this.moment !== null || timeline.zoomed !== null) this.live();
    else return false;
    return true;
  }

  #followStep(): void {
    const { past } = this.#timeline;
    if (past !== null && this.moment?.trouble === null) this.#page.address(Date.parse(past.timestamp), true);
  }

  #zoomBy(factor: number): void {
    const span = this.#timeline.span();
    const newest = this.#timeline.newest;
    if (span === null || newest === null) return;
    this.#timeline.zoom(zoomed(span, this.#timeline.cursorTime(), factor, Date.parse(newest.timestamp)));
  }

  async #mark(history: HistoryRows): Promise<void> {
    this.#marked = history;
    this.#states ??= this.#askStates();
    const states = await this.#states;
    if (history !== this.#marked) return;
    this.marks = statusMarksIn(history, (name) => states.get(name) ?? []);
    this.#page.changed();
  }

  async #askStates(): Promise<ReadonlyMap<string, readonly string[]>> {
    try {
      const response = await this.#page.ask("api/v1/metrics", {}, this.#closed.signal);
      if (response.ok) return statesIn(await response.json());
    } catch {
      // The charts' own question tells of what is wrong.
    }
    this.#states = null;
    return new Map();
  }
}

/** A stretch that is so many times as long, around the cursor or its own middle, and not of the future. */
export function zoomed(span: Span, cursor: number | null, factor: number, newest: number): Span {
  const length = Math.min(LONGEST_MILLISECONDS, (span.to - span.from) * factor);
  const to = Math.min(newest, (cursor ?? (span.from + span.to) / 2) + length / 2);
  return { from: to - length, to };
}
