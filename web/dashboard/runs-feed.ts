// Asks for the runs now and then: seldom, at once when the state of a component has changed, never in a hidden tab.

import type { Sample } from "../client/src/contract";
import { parseRuns, type Run } from "./runs";

const EVERY_MILLISECONDS = 10_000;
const LEAST_MILLISECONDS = 1_000;
// An appliance that has no runs to tell, or tells them to nobody without a token, will not soon do otherwise.
const AFTER_REFUSAL_MILLISECONDS = 300_000;

export class RunsFeed {
  readonly #ask: (signal: AbortSignal) => Promise<Response>;
  readonly #tell: (runs: readonly Run[]) => void;
  #dueAt = 0;
  #notBefore = 0;
  #states = "";
  #running: AbortController | null = null;

  constructor(ask: (signal: AbortSignal) => Promise<Response>, tell: (runs: readonly Run[]) => void) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** Called with each sample that is shown, which are none in a hidden tab. */
  async follow(sample: Sample, nowMilliseconds: number): Promise<void> {
    const states = Object.entries(sample.ai.components).map(([name, { status, since }]) => `${name} ${status} ${since}`).join();
    if (states !== this.#states) this.#dueAt = Math.min(this.#dueAt, nowMilliseconds);
    this.#states = states;
    if (this.#running !== null || nowMilliseconds < Math.max(this.#dueAt, this.#notBefore)) return;
    this.#running = new AbortController();
    this.#dueAt = nowMilliseconds + EVERY_MILLISECONDS;
    this.#notBefore = nowMilliseconds + LEAST_MILLISECONDS;
    try {
      const response = await this.#ask(this.#running.signal);
      if (response.ok) this.#tell(parseRuns(await response.json()));
      else if (response.status < 500) this.#notBefore = nowMilliseconds + AFTER_REFUSAL_MILLISECONDS;
    } catch {
      // The connection's own notice tells of it; the runs that are known stay.
    } finally {
      this.#running = null;
    }
  }

  close(): void {
    this.#running?.abort();
  }
}
