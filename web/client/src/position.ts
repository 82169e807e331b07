import type { Gap } from "./contract.js";

/** How many starts of the appliance are remembered. Two meet at a restart; more need a fleet behind one address. */
const EPOCHS_KEPT = 64;

/**
 * Where in the feed the reader is: what to resume after, and what was delivered already.
 *
 * Ids are EPOCH-SEQUENCE with a rising SEQUENCE, so that the highest one of each epoch tells all that were seen.
 */
export class Position {
  #resumeId: string | null = null;
  /** Those told since the last sample, as they came, by their reason. */
  readonly #toldGaps = new Map<string, Gap>();
  readonly #highest = new Map<string, number>();

  /** The id to resume after; null for "start with the newest". */
  get resumeId(): string | null {
    return this.#resumeId;
  }

  /** Moves on to `id`; "" forgets the position, as in the HTML standard. Never back behind what was delivered. */
  commit(id: string): void {
    if (id === "") this.#resumeId = null;
    else if (!this.#isBehind(id)) this.#resumeId = id;
  }

  /** True the first time that the sample with this id comes. */
  acceptSample(id: string): boolean {
    const place = parseId(id);
    if (place.sequence <= (this.#highest.get(place.epoch) ?? -1)) return false;
    this.#highest.delete(place.epoch); // so that the map's order is that of use, and the oldest is dropped
    this.#highest.set(place.epoch, place.sequence);
    if (this.#highest.size > EPOCHS_KEPT) this.#highest.delete(this.#highest.keys().next().value!);
    this.#toldGaps.clear();
    return true;
  }

  /**
   * What of a gap is to be told; null when it was told since the last sample, or filled over another transport.
   *
   * A connection may break between a gap and its sample. The next gap then begins at the same place and is longer: what
   * has been told already is taken off, so that the numbers of a reader's gaps add up.
   */
  newsOf(gap: Gap): Gap | null {
    if (gap.to !== null && this.#wasSeen(gap.to)) return null;
    const told = this.#toldGaps.get(gap.reason);
    this.#toldGaps.set(gap.reason, gap);
    if (told === undefined || told.from !== gap.from) return gap;
    if (told.to === gap.to) return null;
    if (told.lost === null || gap.lost === null) return gap;
    const rest = gap.lost - told.lost;
    return rest > 0 ? { ...gap, lost: rest } : null;
  }

  #wasSeen(id: string): boolean {
    const place = parseId(id);
    return place.sequence <= (this.#highest.get(place.epoch) ?? -1);
  }

  #isBehind(id: string): boolean {
    const place = parseId(id);
    return place.sequence < (this.#highest.get(place.epoch) ?? -1);
  }
}

interface Place {
  readonly epoch: string;
  readonly sequence: number;
}

/** An id of another form is an epoch of its own with one sample in it. */
function parseId(id: string): Place {
  const match = /^(.+)-(\d+)$/.exec(id);
  return match ? { epoch: match[1]!, sequence: Number(match[2]) } : { epoch: id, sequence: 0 };
}
