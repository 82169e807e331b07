// Why the appliance is not healthy. Samples carry the word alone; the reasons are asked for only while there are some.

const EVERY_MILLISECONDS = 10_000;

export class HealthReasons {
  readonly #url: URL;
  readonly #tell: (reasons: readonly string[]) => void;
  #health = "healthy";
  #askedAt = 0;

  constructor(base: URL, tell: (reasons: readonly string[]) => void) {
    this.#url = new URL("health", base);
    this.#tell = tell;
  }

  /** To be called with each sample's health. */
  async follow(health: string | null, now: number): Promise<void> {
    const changed = health !== this.#health;
    this.#health = health ?? "healthy";
    if (this.#health === "healthy") {
      if (changed) this.#tell([]);
      return;
    }
    if (!changed && now - this.#askedAt < EVERY_MILLISECONDS) return;
    this.#askedAt = now;
    try {
      // 503 is how an unhealthy appliance answers; the body is the same.
      const body: unknown = await (await fetch(this.#url, { cache: "no-store" })).json();
      const reasons = (body as { reasons?: unknown }).reasons;
      if (Array.isArray(reasons)) this.#tell(reasons.map(String));
    } catch {
      // The connection's own state tells that the server can't be reached.
    }
  }
}
