import { type Arrival, Bunching } from "./bunching.js";
import { failed, type Failed } from "./outcome.js";

/** Whether a stream does what a stream is for: bring events while they are new. */
export class StreamHealth {
  #bunching = new Bunching();
  #isGood = false;
  #fault: Failed | null = null;

  /** `needsProof`: the one before was held back, so that it takes more than a first event to trust this one. */
  constructor(private readonly needsProof: boolean) {}

  get isGood(): boolean {
    return this.#isGood;
  }

  get fault(): Failed | null {
    return this.#fault;
  }

  /** Something came through, of whatever age. */
  noteLife(): void {
    if (!this.needsProof) this.#isGood = true;
  }

  /** An event came that was sent after the stream began; those before are late by nature. */
  noteArrival(arrival: Arrival, intervalSeconds: number | null): void {
    const verdict = this.#bunching.note(arrival, intervalSeconds);
    if (verdict === "timely") this.#isGood = true;
    if (verdict !== "bunched") return;
    const seconds = Math.round(this.#bunching.longestMs / 1_000);
    this.#fault = failed("buffered", `a proxy is buffering: samples arrive in bunches, up to ${seconds} s late`);
  }

  /** The server has dropped samples since this reader was slow: what came late then says nothing of the way. */
  forgive(): void {
    this.#bunching = new Bunching();
  }
}
