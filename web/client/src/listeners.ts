/**
 * An EventTarget whose listeners cannot do harm: one that throws is reported, and neither keeps the others from the
 * event nor, as in Node, ends the process. `muted` also silences those that are left of an event under way.
 */
export class GuardedEventTarget extends EventTarget {
  readonly #guards = new WeakMap<object, EventListener>();
  protected muted = false;

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    super.addEventListener(type, listener && this.#guard(listener), options);
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(type, listener && this.#guard(listener), options);
  }

  /** The same guard for the same listener, so that adding twice and removing work as ever. */
  #guard(listener: EventListenerOrEventListenerObject): EventListener {
    let guard = this.#guards.get(listener);
    if (!guard) {
      guard = (event) => {
        if (this.muted) return;
        try {
          if (typeof listener === "function") listener.call(this, event);
          else listener.handleEvent(event);
        } catch (error) {
          report(error);
        }
      };
      this.#guards.set(listener, guard);
    }
    return guard;
  }
}

/** As an uncaught error where there is a page to see it, else on the console. */
function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
