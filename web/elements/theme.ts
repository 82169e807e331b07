// Colours for canvases, which do not follow CSS by themselves: custom properties read once, and again when they change.

export type Tokens = (name: string, fallback: string) => string;

export function tokensOf(element: Element): Tokens {
  const style = getComputedStyle(element);
  return (name, fallback) => style.getPropertyValue(name).trim() || fallback;
}

/**
 * The colour that a custom property stands for on `element`, in a form that a canvas takes: the browser works out
 * var(), light-dark() and color-mix(), which a custom property holds as they were written.
 */
export function colourOf(element: HTMLElement, name: string, fallback: string): string {
  const { color } = element.style;
  element.style.color = `var(${name}, ${fallback})`;
  const colour = getComputedStyle(element).color;
  element.style.color = color;
  return colour;
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
