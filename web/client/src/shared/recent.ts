import type { Gap, Sample } from "../contract.js";

/** One thing that a tab must get in order: a sample with the position after it, or what is missing. */
export type Entry =
  | { readonly type: "sample"; readonly id: string; readonly sample: Sample }
  | { readonly type: "gap"; readonly gap: Gap };

/** A minute at the usual interval: what a tab that joined a moment ago, or rejoins, can be given without the server. */
export const RECENT_SAMPLES = 60;

/** The newest samples of a stream, with the gaps between them. */
export class Recent {
  #entries: Entry[] = [];
  #samples = 0;
  /** The position after which the first entry comes; null where that is not known. */
  #base: string | null;

  /** `base`: where the stream resumes; null when it begins with the newest. */
  constructor(
    base: string | null,
    private readonly limit = RECENT_SAMPLES,
  ) {
    this.#base = base;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (entry.type === "sample") this.#samples += 1;
    while (this.#samples > this.limit) this.#dropOldest();
  }

  get newest(): Extract<Entry, { type: "sample" }> | null {
    return this.#entries.findLast((entry) => entry.type === "sample") ?? null;
  }

  /** All that came after the sample at this position; null when it is not among the recent ones. */
  after(id: string): readonly Entry[] | null {
    if (id === this.#base) return this.#entries;
    const index = this.#entries.findLastIndex((entry) => entry.type === "sample" && entry.id === id);
    return index < 0 ? null : this.#entries.slice(index + 1);
  }

  statistics(): { samples: number; entries: number; limit: number } {
    return { samples: this.#samples, entries: this.#entries.length, limit: this.limit };
  }

  /** The oldest sample, and the gaps before it. */
  #dropOldest(): void {
    const index = this.#entries.findIndex((entry) => entry.type === "sample");
    const [oldest] = this.#entries.splice(0, index + 1).slice(-1);
    if (oldest?.type !== "sample") return;
    this.#base = oldest.id;
    this.#samples -= 1;
  }
}
