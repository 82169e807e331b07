/** What a browser page tells of itself that matters to a connection. */
export interface Page {
  /** False only where the browser is sure that there is no network. */
  isOnline(): boolean;
  /** Calls back when a connection should be looked at; the answer ends that. */
  watch(check: (reason: string, force: boolean) => void): () => void;
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
  return {
    isOnline: () => navigator.onLine !== false,
    watch(check) {
      const onVisible = () => {
        if (document.visibilityState === "visible") check("the page became visible", false);
      };
      // Another network: sockets of the old one hang without an error.
      const onOnline = () => check("the network came back", true);
      // Out of the back/forward cache, where the browser has cut what was open.
      const onPageShow = (event: Event) => {
        if ((event as PageTransitionEvent).persisted) check("the page came back", true);
      };
      document.addEventListener("visibilitychange", onVisible);
      window.addEventListener("online", onOnline);
      window.addEventListener("pageshow", onPageShow);
      return () => {
        document.removeEventListener("visibilitychange", onVisible);
        window.removeEventListener("online", onOnline);
        window.removeEventListener("pageshow", onPageShow);
      };
    },
  };
}
