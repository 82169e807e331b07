// The page at a past moment: asks for the sample of it, and shows that in place of the newest.

import type { Sample } from "../client/src/contract";
import type { Ask } from "../elements/past";
import { isRecord } from "../elements/path";
import type { Timeline } from "../elements/timeline";
import { reasonIn } from "./answer-reason";

/** A moment that was asked for, and what became of it. */
export interface Moment {
  readonly milliseconds: number;
  /** Null while it is waited for, and where it is shown. */
  readonly trouble: string | null;
}

const NO_SAMPLE = "no sample of this moment is kept";
// The next sample is due after one interval; later than this it would be the one after it.
const NEXT_INTERVALS = 1.5;

export class MomentFeed {
  moment: Moment | null = null;
  readonly #timeline: Timeline;
  readonly #ask: Ask;
  readonly #tell: () => void;
  #running: AbortController | null = null;

  /** `tell` is called when `moment` has changed. */
  constructor(timeline: Timeline, ask: Ask, tell: () => void) {
    this.#timeline = timeline;
    this.#ask = ask;
    this.#tell = tell;
  }

  /** Shows the newest sample that was taken until then. What is shown stays when there is none, and the moment says why. */
  async go(milliseconds: number): Promise<void> {
    this.#running?.abort();
    const running = new AbortController();
    this.#running = running;
    this.#become({ milliseconds, trouble: null });
    try {
      const response = await this.#ask("api/v1/sample", { at: new Date(milliseconds).toISOString() }, running.signal);
      const answer: unknown = await response.json().catch(() => null);
      if (running.signal.aborted) return;
      const sample = response.ok ? sampleIn(answer) : null;
      if (sample !== null) this.#timeline.showPast(sample);
      this.#become({ milliseconds, trouble: sample === null ? whyNot(answer, response.status) : null });
    } catch {
      if (!running.signal.aborted) this.#become({ milliseconds, trouble: "the server does not answer" });
    }
  }

  /** Goes on from the sample that is shown by as many samples; negative: back. */
  async step(samples: number): Promise<void> {
    const { past } = this.#timeline;
    const from = past === null ? this.moment?.milliseconds : Date.parse(past.timestamp);
    if (from === undefined) return;
    const interval = 1000 * (past?.interval_seconds ?? 1);
    // Over a stretch without samples in one step.
    const [gap] = this.#timeline.gapsBetween(from, from + (samples > 0 ? interval : -interval));
    if (samples < 0) await this.go(from + (samples + 1) * interval - 1);
    else await this.go(Math.max(from + (samples - 1 + NEXT_INTERVALS) * interval, gap === undefined ? 0 : gap.toMilliseconds + interval / 2));
  }

  /** Back to what is now. */
  end(): void {
    this.#running?.abort();
    if (this.#timeline.past !== null) this.#timeline.freeze(false);
    this.#become(null);
  }

  close(): void {
    this.#running?.abort();
  }

  #become(moment: Moment | null): void {
    this.moment = moment;
    this.#tell();
  }
}

/** The sample of an answer; null when there is none, or it lacks what all of the page reads without asking. */
export function sampleIn(answer: unknown): Sample | null {
  const sample = isRecord(answer) ? answer["sample"] : null;
  if (!isRecord(sample) || typeof sample["id"] !== "string" || Number.isNaN(Date.parse(String(sample["timestamp"])))) return null;
  const ai = sample["ai"];
  const isWhole = isRecord(sample["system"]) && isRecord(sample["server"]) && isRecord(ai) && isRecord(ai["components"]);
  return isWhole && typeof sample["interval_seconds"] === "number" ? (sample as unknown as Sample) : null;
}

/** Why an answer has no sample. */
export function whyNot(answer: unknown, status: number): string {
  if (!isRecord(answer)) return `the server answered ${status}`;
  return reasonIn(answer) ?? NO_SAMPLE;
}
