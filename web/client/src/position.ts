import type { Gap } from "./contract.js";

/** How many starts of the appliance are remembered. Two meet at a restart; more need a fleet behind one address. */
const EPOCHS_KEPT = 64;

/** A server tells two at most before one sample, of different reasons. */
const GAPS_HELD = 8;

/**
 * Where in the feed the reader is: what to resume after, and what was delivered already.
 *
 * Ids are EPOCH-SEQUENCE with a rising SEQUENCE, so that the highest one of each epoch tells all that were seen.
 */
export class Position {
  #resumeId: string | null = null;
  #abandonedId: string | null = null;
  readonly #held = new Map<string, Gap>();
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

  /** Gives up what came after this position: the reader begins with the newest sample, which a gap is told before. */
  abandon(): void {
    this.#abandonedId ??= this.#resumeId;
    this.#resumeId = null;
  }

  /** True the first time that the sample with this id comes. */
  acceptSample(id: string): boolean {
    const place = parseId(id);
    if (place.sequence <= (this.#highest.get(place.epoch) ?? -1)) return false;
    this.#highest.delete(place.epoch); // so that the map's order is that of use, and the oldest is dropped
    this.#highest.set(place.epoch, place.sequence);
    if (this.#highest.size > EPOCHS_KEPT) this.#highest.delete(this.#highest.keys().next().value!);
    return true;
  }

  /**
   * Keeps a gap until the sample behind it comes. Not until then is it sure: where the connection breaks between the
   * two, the next one may bring what was missing, or tell of a longer gap from the same place.
   */
  hold(gap: Gap): void {
    const key = JSON.stringify([gap.from, gap.to, gap.reason, gap.lost]);
    if (this.#held.size < GAPS_HELD) this.#held.set(key, gap);
  }

  /** A connection begins: it tells anew what is missing. */
  forgetGaps(): void {
    this.#held.clear();
  }

  /**
   * The gaps to tell before this sample. Of what they count as lost, only what has not come over the other transport in
   * the meantime: together they tell of no more than the hole in the numbers.
   */
  gapsBefore(id: string): Gap[] {
    for (const [key, gap] of this.#held) if (this.isFilled(gap)) this.#held.delete(key);
    if (this.#wasSeen(id)) return [];
    const before: Gap[] = [];
    const hole = this.#holeBefore(id);
    if (this.#abandonedId !== null && hole !== 0) {
      before.push({ from: this.#abandonedId, to: id, lost: hole, reason: "beyond-replay" });
    }
    this.#abandonedId = null;
    for (const [key, gap] of this.#held) {
      if (gap.to !== null && gap.to !== id) continue;
      before.push(gap);
      this.#held.delete(key);
    }
    return cut(before, hole);
  }

  /** How many numbers lie between this sample and the one before; null where another start of the server does. */
  #holeBefore(id: string): number | null {
    const place = parseId(id);
    const highest = this.#highest.get(place.epoch);
    return highest === undefined ? null : place.sequence - highest - 1;
  }

  /** Whether the sample behind the gap has come over another transport. */
  isFilled(gap: Gap): boolean {
    return gap.to !== null && this.#wasSeen(gap.to);
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

/** The gaps, cut to what fits into the hole. A tick that the sampler missed has no number, and takes none of it. */
function cut(gaps: readonly Gap[], hole: number | null): Gap[] {
  let left = hole;
  return gaps.flatMap((gap) => {
    if (left === null || gap.lost === null || gap.reason === "missed-ticks") return [gap];
    const lost = Math.min(gap.lost, left);
    left -= lost;
    return lost > 0 ? [{ ...gap, lost }] : [];
  });
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
