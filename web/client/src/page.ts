/**
 * What happens to a page that matters to its connection.
 *
 * - `visible`, `hidden`: somebody looks at it, or nobody can.
 * - `online`: there is a network again, maybe another one: sockets of the old one hang without an error.
 * - `leaving`: it is closed, or goes into the back/forward cache.
 * - `restored`: it came back out of that; the browser has cut what was open.
 */
export type PageEvent = "visible" | "hidden" | "online" | "leaving" | "restored";

/** What a browser page tells of itself. */
export interface Page {
  /** False only where the browser is sure that there is no network. */
  isOnline(): boolean;
  isVisible(): boolean;
  /** Calls back for each event; the answer ends that. */
  watch(tell: (event: PageEvent) => void): () => void;
}

interface PageTargets {
  readonly window: EventTarget;
  readonly document: EventTarget & { readonly visibilityState: string };
  readonly navigator: { readonly onLine: boolean };
}

/** The page that this runs in; null in Node and in workers. */
export function currentPage(): Page | null {
  const { window, document, navigator } = globalThis;
  return window && document && navigator ? browserPage({ window, document, navigator }) : null;
}

export function browserPage({ window, document, navigator }: PageTargets): Page {
  const isVisible = () => document.visibilityState === "visible";
  return {
    isOnline: () => navigator.onLine !== false,
    isVisible,
    watch(tell) {
      const onVisibility = () => tell(isVisible() ? "visible" : "hidden");
      const onOnline = () => tell("online");
      const onPageHide = () => tell("leaving");
      const onPageShow = (event: Event) => {
        if ((event as PageTransitionEvent).persisted) tell("restored");
      };
      document.addEventListener("visibilitychange", onVisibility);
      window.addEventListener("online", onOnline);
      window.addEventListener("pagehide", onPageHide);
      window.addEventListener("pageshow", onPageShow);
      return () => {
        document.removeEventListener("visibilitychange", onVisibility);
        window.removeEventListener("online", onOnline);
        window.removeEventListener("pagehide", onPageHide);
        window.removeEventListener("pageshow", onPageShow);
      };
    },
  };
}
