// The feeds of a page: elements with the same address and token share one.

import { Feed } from "./feed";
import type { Member } from "./members";

export class Feeds {
  readonly #feeds = new Map<string, { readonly base: URL; readonly feed: Feed }>();
  readonly #listeners = new Set<(base: URL) => void>();

  /** Has samples given to a member until what is returned is called. */
  join(base: URL, token: string | null, member: Member): () => void {
    const key = JSON.stringify([base.href, token]);
    const known = this.#feeds.get(key);
    if (known !== undefined) return known.feed.join(member);
    const feed = new Feed(base, token, () => this.#tell(base), () => this.#feeds.delete(key));
    this.#feeds.set(key, { base, feed });
    return feed.join(member);
  }

  /** Whether samples of this address arrive, over whichever stream. */
  isLive(base: URL): boolean {
    return [...this.#feeds.values()].some((one) => one.base.href === base.href && one.feed.isLive);
  }

  /** Calls back when samples of an address begin to arrive, or no longer do; returns what ends that. */
  onTurn(listener: (base: URL) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(base: URL): void {
    for (const listener of [...this.#listeners]) listener(base);
  }
}

/** The page's. The browser makes the elements and hands them nothing, so that they can only meet in the module. */
export const feeds = new Feeds();
