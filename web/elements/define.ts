// Registers an element, unless its name is taken: a page may load the elements of two appliances, or the same ones twice.

export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
