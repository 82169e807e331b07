// Fetches of the history what a timeline shows and its samples do not reach back to.

import { parseHistory, together, type HistoryAnswer } from "./history-answer";
import { HistoryRows, type Question } from "./history-rows";
import { isRecord } from "./path";
import type { Ask } from "./past";
import type { Source, Span } from "./source";
import type { HistoryWanted } from "./shown-rows";
import type { Timeline } from "./timeline";

/** As many rows as a chart has pixels, about: the server makes one of all samples in between. */
const POINTS = 480;
// A stretch is fetched with so much of its length on both sides: steps over it need no further answer.
const MARGIN = 0.5;
// Below this many rows a stretch deserves finer ones; over as many the server's pixels are as fine and less to draw.
const FEWEST_ROWS = 160;
const MOST_ROWS = 2 * POINTS;
const MOST_NAMES = 60;
// Every sample has it: those that come and go are there for a share of its samples.
const EVER_THERE = "system.cpu.usage_percent";
const AFTER_FAILURE_MILLISECONDS = 15_000;
const AFTER_JOIN_MILLISECONDS = 3_000;

export class HistoryFeed {
  /** Why there is no history to show; null where there is, or none is wanted. */
  trouble: string | null = null;
  readonly #timeline: Timeline;
  readonly #ask: Ask;
  #running: Question | null = null;
  readonly #closed = new AbortController();
  #notBefore = 0;
  #failedFor = "";

  constructor(timeline: Timeline, ask: Ask) {
    this.#timeline = timeline;
    this.#ask = ask;
  }

  /** Asks for what is lacking, once a picture. Resolves when the answer is shown. */
  async follow(nowMilliseconds: number): Promise<void> {
    const wanted = this.#timeline.historyWanted();
    if (wanted === null) {
      this.#running = null;
      this.trouble = null;
      return;
    }
    const names = new Set(this.#timeline.held);
    const { history } = this.#timeline;
    const isStale = history?.isStale === true && nowMilliseconds >= this.#notBefore;
    if (names.size === 0) return;
    if (history !== null && !isStale && shows(history, history.question, wanted, names)) return;
    const key = `${wanted.isOpen ? "" : wanted.span.from} ${Math.round(wanted.span.to - wanted.span.from)} ${names.size}`;
    if (this.#running !== null && isFor(this.#running, wanted, names)) return;
    if (nowMilliseconds < this.#notBefore && (isStale || this.#failedFor === key)) return;
    const trouble = await this.#fetch(questionFor(wanted, names, this.#timeline), key, nowMilliseconds);
    this.trouble = wanted.isNeeded ? trouble : null;
  }

  close(): void {
    this.#closed.abort();
  }

  /** Null, or why there was no answer. */
  async #fetch(question: Question, key: string, nowMilliseconds: number): Promise<string | null> {
    this.#running = question;
    try {
      const answers: HistoryAnswer[] = [];
      // One after the other: a server that reads for one of its readers at a time would let the others wait.
      for (const names of batches(question.names)) {
        answers.push(await this.#answer(question, names));
        // Another window was chosen meanwhile.
        if (this.#running !== question) return this.trouble;
      }
      const rows = new HistoryRows(question, together(answers));
      if (question.isOpen) rows.join(this.#timeline.live, this.#timeline.newest?.interval_seconds ?? 1);
      this.#notBefore = nowMilliseconds + Math.max(AFTER_JOIN_MILLISECONDS, rows.rowSeconds * 1000);
      this.#failedFor = "";
      this.#timeline.putHistory(rows);
      return null;
    } catch (error) {
      if (this.#running !== question || this.#closed.signal.aborted) return this.trouble;
      this.#notBefore = nowMilliseconds + AFTER_FAILURE_MILLISECONDS;
      this.#failedFor = key;
      return error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#running === question) this.#running = null;
    }
  }

  async #answer({ span, points }: Question, names: readonly string[]): Promise<HistoryAnswer> {
    // The end is not in the answer, and the newest sample should be.
    const query: string[][] = names.map((name) => ["metric", name]);
    query.push(["from", secondsOf(span.from)], ["to", secondsOf(span.to + 1)], ["points", String(points)]);
    if (names.some((name) => name.includes("*"))) query.push(["counts", "true"]);
    const response = await this.#ask("api/v1/history", query, this.#closed.signal);
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new Error(messageIn(answer) ?? `the server answered ${response.status}`);
    return parseHistory(answer);
  }
}

/** Whether rows have all of what is wanted, neither too coarse nor too fine. */
export function shows(rows: Source & { readonly endMilliseconds: number; readonly isPixels: boolean }, question: Question, wanted: HistoryWanted, names: ReadonlySet<string>): boolean {
  if (![...names].every((name) => question.names.has(name))) return false;
  const { from, to } = wanted.span;
  const row = rows.rowSeconds * 1000;
  if (question.span.from > from + row) return false;
  if (wanted.isOpen ? !question.isOpen : rows.endMilliseconds < to - row) return false;
  const count = (to - from) / row;
  return (count >= FEWEST_ROWS || !rows.isPixels) && count <= MOST_ROWS;
}

/** Whether the answer to a question will show it. */
function isFor(question: Question, { span, isOpen }: HistoryWanted, names: ReadonlySet<string>): boolean {
  if (question.isOpen !== isOpen || ![...names].every((name) => question.names.has(name))) return false;
  const { from, to } = question.span;
  const [asked, wanted] = [to - from, span.to - span.from];
  return from <= span.from && (isOpen || to >= span.to) && asked <= 2 * wanted * (1 + MARGIN) && wanted <= asked;
}

function questionFor({ span, isOpen }: HistoryWanted, names: ReadonlySet<string>, timeline: Timeline): Question {
  const length = span.to - span.from;
  const newest = Date.parse(timeline.newest?.timestamp ?? "");
  // The line comes in from the left, so a row more than the window.
  const wide: Span = isOpen
    ? { from: span.from - length / 50, to: span.to }
    : { from: span.from - MARGIN * length, to: Math.min(newest, span.to + MARGIN * length) };
  const points = Math.ceil((POINTS * (wide.to - wide.from)) / length);
  return { span: { from: Math.floor(wide.from), to: Math.ceil(wide.to) }, isOpen, names, points };
}

/** Names in groups that a request line holds; those with a * may each lead to many, which come and go. */
export function batches(names: ReadonlySet<string>): string[][] {
  const plain = [...names].filter((name) => !name.includes("*"));
  const groups: string[][] = [];
  for (let start = 0; start < plain.length; start += MOST_NAMES) groups.push(plain.slice(start, start + MOST_NAMES));
  return [...groups, ...[...names].filter((name) => name.includes("*")).map((name) => [name, EVER_THERE])];
}

function secondsOf(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function messageIn(answer: unknown): string | null {
  const error = isRecord(answer) ? answer["error"] : null;
  return isRecord(error) && typeof error["message"] === "string" ? error["message"] : null;
}
