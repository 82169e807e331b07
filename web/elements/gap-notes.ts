// Stretches without samples, with the reason that was told or found.

export interface GapNote {
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
  readonly reason: string;
}

const MOST_KEPT = 1000;

export class GapNotes {
  #notes: GapNote[];

  constructor(notes: readonly GapNote[] = []) {
    this.#notes = notes.slice(-MOST_KEPT);
  }

  add(note: GapNote): void {
    this.#notes.push(note);
    if (this.#notes.length > MOST_KEPT) this.#notes.shift();
  }

  clear(): void {
    this.#notes = [];
  }

  /** Those of which a part lies between two times. */
  between(start: number, end: number): readonly GapNote[] {
    return this.#notes.filter(({ fromMilliseconds, toMilliseconds }) => fromMilliseconds < end && start < toMilliseconds);
  }
}
