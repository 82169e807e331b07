// What nobody can see needs no drawing.

const MARGIN = "300px";

/** Tells whether the element is on the screen or close to it, now and at each change. Returns what ends that. */
export function watchVisible(element: Element, tell: (visible: boolean) => void): () => void {
  const observer = new IntersectionObserver((entries) => tell(entries.at(-1)?.isIntersecting ?? false), {
    rootMargin: MARGIN,
  });
  observer.observe(element);
  return () => observer.disconnect();
}
