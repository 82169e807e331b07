// How high the parts of the page were last time, so that it does not jump when the first values come.

const KEY = "zeropoint-layout";

interface Layout {
  readonly widthPixels: number;
  /** The component whose detail view was open. */
  readonly open: string | null;
  readonly heights: Readonly<Record<string, number>>;
}

/** Keeps the heights of `parts`, by their `data-part`. */
export function rememberLayout(parts: Iterable<HTMLElement>, open: string | null): void {
  const heights = Object.fromEntries([...parts].map((part) => [part.dataset["part"] ?? "", part.offsetHeight]));
  const layout: Layout = { widthPixels: innerWidth, open, heights };
  try {
    localStorage.setItem(KEY, JSON.stringify(layout));
  } catch {
    // Storage is shut off in this browser: the page may jump once.
  }
}

/** The heights by part; empty when none are known for a window of this width, with this detail view open. */
export function rememberedHeights(open: string | null): ReadonlyMap<string, number> {
  try {
    const layout = JSON.parse(localStorage.getItem(KEY) ?? "null") as Layout | null;
    if (layout?.widthPixels !== innerWidth || layout.open !== open) return new Map();
    return new Map(Object.entries(layout.heights).filter(([, height]) => Number.isFinite(height)));
  } catch {
    return new Map();
  }
}

/** Gives the parts these heights; one without is as high as what is in it. */
export function holdHeights(parts: Iterable<HTMLElement>, heights: ReadonlyMap<string, number>): void {
  for (const part of parts) {
    const height = heights.get(part.dataset["part"] ?? "");
    part.style.height = height === undefined ? "" : `${height}px`;
    part.style.overflow = height === undefined ? "" : "clip";
  }
}
