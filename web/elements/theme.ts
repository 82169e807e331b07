// Colours for canvases, which do not follow CSS by themselves: custom properties read once, and again when they change.

export type Tokens = (name: string, fallback: string) => string;

export function tokensOf(element: Element): Tokens {
  const style = getComputedStyle(element);
  return (name, fallback) => style.getPropertyValue(name).trim() || fallback;
}

/**
 * Calls back when the viewer's system changes between light and dark, or when the page does by an attribute of its
 * root element. Returns what ends that.
 */
export function onThemeChange(callback: () => void): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", callback);
  const attributes = new MutationObserver(callback);
  attributes.observe(document.documentElement, { attributeFilter: ["data-theme", "class", "style"] });
  return () => {
    dark.removeEventListener("change", callback);
    attributes.disconnect();
  };
}
