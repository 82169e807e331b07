// One thing for all who want the same, closed when the last of them lets go.

interface Closable {
  close(): void;
}

export class Shared<Thing extends Closable> {
  readonly #held = new Map<string, { readonly thing: Thing; holders: number }>();

  /** The thing of this key, made by the first who asks. Calling `release` twice lets go once. */
  hold(key: string, make: () => Thing): { readonly thing: Thing; readonly release: () => void } {
    let held = this.#held.get(key);
    if (held === undefined) {
      held = { thing: make(), holders: 0 };
      this.#held.set(key, held);
    }
    const mine = held;
    mine.holders += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      mine.holders -= 1;
      if (mine.holders > 0) return;
      this.#held.delete(key);
      mine.thing.close();
    };
    return { thing: mine.thing, release };
  }
}
