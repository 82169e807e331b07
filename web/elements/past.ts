// Fills the charts with the samples that the server still has, when the page opens and when its window grows.

import type { Gap, Sample } from "../client/src/contract";
import { gapWords } from "./gap-words";
import { parseId } from "./gaps";
import type { Timeline } from "./timeline";

// What the server keeps for this.
const MOST_SAMPLES = 600;

/** What a question says; as pairs, a name may stand in it several times. */
export type Query = Readonly<Record<string, string>> | string[][];

/** Asks the appliance for `path` below its base. */
export type Ask = (path: string, query: Query, signal: AbortSignal) => Promise<Response>;

export class Past {
  readonly #timeline: Timeline;
  readonly #ask: Ask;
  #running: AbortController | null = null;
  // The oldest row at which the server had nothing older to give.
  #exhaustedAt: string | null = null;

  constructor(timeline: Timeline, ask: Ask) {
    this.#timeline = timeline;
    this.#ask = ask;
  }

  /** Fetches what the window lacks. A failure leaves the charts as they are: they fill up by themselves. */
  async fill(): Promise<void> {
    if (this.#running !== null) return;
    const since = this.#since();
    if (since === null) return;
    this.#running = new AbortController();
    const wanted = this.#timeline.rowsWanted();
    try {
      const { samples, gaps } = await this.#samplesAfter(since, this.#running.signal);
      if (this.#timeline.prepend(samples, gaps) === 0) this.#exhaustedAt = this.#timeline.oldestId;
    } catch {
      return;
    } finally {
      this.#running = null;
    }
    if (this.#timeline.rowsWanted() > wanted) await this.fill();
  }

  close(): void {
    this.#running?.abort();
  }

  // An id before the first row that is wanted; null when there is nothing to ask for.
  #since(): string | null {
    const { oldestId, newest } = this.#timeline;
    if (oldestId === null || newest === null || oldestId === this.#exhaustedAt) return null;
    const oldest = parseId(oldestId);
    const last = parseId(newest.id);
    if (oldest === null || last === null || oldest.epoch !== last.epoch) return null;
    const first = last.sequence - Math.min(MOST_SAMPLES, this.#timeline.rowsWanted());
    return oldest.sequence <= first ? null : `${last.epoch}-${Math.max(0, first)}`;
  }

  /** The samples up to the oldest that is there already, and the words of each gap by the id of the sample after it. */
  async #samplesAfter(id: string, signal: AbortSignal): Promise<{ samples: Sample[]; gaps: Map<string, string> }> {
    const samples: Sample[] = [];
    const gaps = new Map<string, string>();
    let since = id;
    // An answer ends before a gap, which then stands first in the next.
    while (samples.length < MOST_SAMPLES) {
      const batch = await this.#batchAfter(since, signal);
      const [first] = batch.samples;
      if (first === undefined) break;
      if (batch.gap !== null) gaps.set(first.id, gapWords(batch.gap));
      samples.push(...batch.samples);
      since = samples.at(-1)?.id ?? since;
      if (batch.samples.some((sample) => sample.id === this.#timeline.oldestId)) break;
    }
    return { samples, gaps };
  }

  async #batchAfter(id: string, signal: AbortSignal): Promise<{ samples: Sample[]; gap: Gap | null }> {
    const sections = this.#timeline.sections().join(",");
    const response = await this.#ask("metrics/json", { since: id, ...(sections === "" ? {} : { sections }) }, signal);
    if (!response.ok) throw new Error(`${response.status}`);
    return (await response.json()) as { samples: Sample[]; gap: Gap | null };
  }
}
