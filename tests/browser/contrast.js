// The contrast of each text that is shown, by the formulas of WCAG 2.2: texts of elements, and of canvases.

() => {
  const parse = (colour) => {
    const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
    if (hex) return [...hex.slice(1).map((digits) => Number.parseInt(digits, 16)), 1];
    const mixed = /^color\(srgb ([^)]+)\)$/.exec(colour)?.[1].split(/[\s/]+/).map(Number);
    if (mixed) return [...mixed.slice(0, 3).map((share) => 255 * share), mixed[3] ?? 1];
    const numbers = /^rgba?\(([^)]+)\)$/.exec(colour)?.[1].split(/[\s,/]+/).map(Number);
    if (numbers === undefined) throw new Error(`a colour in another form: ${colour}`);
    return numbers.length === 3 ? [...numbers, 1] : numbers;
  };
  // Porter and Duff's "over", not premultiplied.
  const over = ([r, g, b, a], [r2, g2, b2, a2]) => {
    const alpha = a + a2 * (1 - a);
    if (alpha === 0) return [0, 0, 0, 0];
    const mix = (top, below) => (top * a + below * a2 * (1 - a)) / alpha;
    return [mix(r, r2), mix(g, g2), mix(b, b2), alpha];
  };
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
    return (light + 0.05) / (dark + 0.05);
  };
  const above = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

  /** A colour on `element` and what lies behind it, as they reach the eye: under all backgrounds and opacities. */
  const seen = (element, colour) => {
    let [front, back] = [parse(colour), [0, 0, 0, 0]];
    for (let at = element; at !== null; at = above(at)) {
      const { backgroundColor, opacity } = getComputedStyle(at);
      const behind = parse(backgroundColor);
      [front, back] = [over(front, behind), over(back, behind)];
      front[3] *= Number(opacity);
      back[3] *= Number(opacity);
      // What is fixed or in the top layer lies over the page, but here each has a background of its own.
    }
    const page = parse(getComputedStyle(document.documentElement).backgroundColor);
    return [over(front, page), over(back, page)];
  };

  const found = [];
  const add = (element, text, colour) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const size = Number.parseFloat(fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700);
    const [front, back] = seen(element, colour);
    const place = `${element.getRootNode().host?.localName ?? ""} ${element.localName}.${element.className}`;
    found.push({ text: text.slice(0, 40), place, ratio: Math.round(ratio(front, back) * 100) / 100, least: isLarge ? 3 : 4.5 });
  };
  for (const element of inside.elements()) {
    if (element.matches("style, script, noscript, title") || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.matches("canvas")) {
      for (const { text, colour } of inside.pictureOf(element).texts) add(element, text, colour);
      continue;
    }
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").trim();
    if (text !== "" && element.getClientRects().length > 0) add(element, text, getComputedStyle(element).color);
  }
  return found;
}
