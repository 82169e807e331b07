// Fills the charts with the samples that the server still has, when the page opens and when its window grows.

import type { Sample } from "../client/src/contract";
import { parseId } from "../elements/gaps";
import type { Timeline } from "../elements/timeline";

// What the server keeps for this.
const MOST_SAMPLES = 600;

export class Past {
  readonly #base: URL;
  readonly #timeline: Timeline;
  readonly #fetch: typeof fetch;
  #running: AbortController | null = null;
  // The oldest row at which the server had nothing older to give.
  #exhaustedAt: string | null = null;

  constructor(base: URL, timeline: Timeline, fetcher: typeof fetch) {
    this.#base = base;
    this.#timeline = timeline;
    this.#fetch = fetcher;
  }

  /** Fetches what the window lacks. A failure leaves the charts as they are: they fill up by themselves. */
  async fill(): Promise<void> {
    if (this.#running !== null) return;
    const since = this.#since();
    if (since === null) return;
    this.#running = new AbortController();
    const wanted = this.#timeline.rowsWanted();
    try {
      const samples = await this.#samplesAfter(since, this.#running.signal);
      if (this.#timeline.prepend(samples) === 0) this.#exhaustedAt = this.#timeline.oldestId;
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

  async #samplesAfter(id: string, signal: AbortSignal): Promise<Sample[]> {
    const url = new URL("metrics/json", this.#base);
    url.search = new URLSearchParams({ since: id, sections: this.#timeline.sections().join(",") }).toString();
    const response = await this.#fetch(url, { signal });
    if (!response.ok) throw new Error(`${response.status}`);
    const body = (await response.json()) as { samples: Sample[] };
    return body.samples;
  }
}
