// Asks an appliance how it is, again and again, for the elements that show it. /health is open to everybody, so a
// status needs no token; one with the scope `status` gets the reasons too.

import type { Ask } from "../past";
import { feeds } from "./feeds";
import { whyUnreadable } from "./unreadable";

export interface Seen {
  /** null: it could not be asked. */
  readonly health: string | null;
  readonly reasons: readonly string[];
  /** What was found out about an appliance that could not be asked. */
  readonly why: string | null;
}

const EVERY_MILLISECONDS = 10_000;
// A stream of the same appliance tells at once when it goes away.
const EVERY_BESIDE_A_STREAM_MILLISECONDS = 30_000;
// What goes away may still answer while it does.
const AFTER_A_TURN_MILLISECONDS = 1_500;
const ANSWER_LIMIT_MILLISECONDS = 8_000;

export class HealthWatch {
  readonly #listeners = new Set<(seen: Seen) => void>();
  readonly #life = new AbortController();
  #seen: Seen | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isAsking = false;
  #againMilliseconds: number | null = null;

  constructor(
    private readonly base: URL,
    private readonly ask: Ask,
  ) {
    const { signal } = this.#life;
    const endTurns = feeds.onTurn((changed) => {
      if (changed.href === base.href) void this.#look(AFTER_A_TURN_MILLISECONDS);
    });
    signal.addEventListener("abort", endTurns, { once: true });
    const onSeen = (): void => {
      if (document.visibilityState === "visible") void this.#look();
    };
    document.addEventListener("visibilitychange", onSeen, { signal });
    addEventListener("online", onSeen, { signal });
    addEventListener("offline", onSeen, { signal });
    void this.#look();
  }

  /** Tells what is seen, now and at each look; returns what ends that. */
  subscribe(listener: (seen: Seen) => void): () => void {
    this.#listeners.add(listener);
    if (this.#seen !== null) listener(this.#seen);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#life.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Looks now, and again after a while. */
  async #look(againMilliseconds: number | null = null): Promise<void> {
    if (againMilliseconds !== null) this.#againMilliseconds = againMilliseconds;
    if (this.#isAsking) return;
    this.#isAsking = true;
    const seen = await this.#health();
    this.#isAsking = false;
    if (this.#life.signal.aborted) return;
    this.#seen = seen;
    for (const listener of [...this.#listeners]) listener(seen);
    this.#plan();
  }

  #plan(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const usual = feeds.isLive(this.base) ? EVERY_BESIDE_A_STREAM_MILLISECONDS : EVERY_MILLISECONDS;
    const onTime = (): void => {
      // Nobody looks at a hidden page; it is asked again when it is seen.
      if (document.visibilityState === "visible") void this.#look();
    };
    this.#timer = setTimeout(onTime, this.#againMilliseconds ?? usual);
    this.#againMilliseconds = null;
  }

  async #health(): Promise<Seen> {
    const limit = AbortSignal.any([this.#life.signal, AbortSignal.timeout(ANSWER_LIMIT_MILLISECONDS)]);
    const unknown = (why: string | null): Seen => ({ health: null, reasons: [], why });
    let body: string;
    try {
      // 503 is how an unhealthy appliance answers; the body is the same.
      body = await (await this.ask("health", {}, limit)).text();
    } catch {
      return unknown(this.#life.signal.aborted ? null : await whyUnreadable(this.base));
    }
    return healthIn(body) ?? unknown(`What answers at ${this.base.host} is no appliance.`);
  }
}

function healthIn(body: string): Seen | null {
  try {
    const { status, reasons } = JSON.parse(body) as { status?: unknown; reasons?: unknown };
    if (typeof status !== "string") return null;
    return { health: status, reasons: Array.isArray(reasons) ? reasons.map(String) : [], why: null };
  } catch {
    return null;
  }
}
