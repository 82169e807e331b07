// Which key does what. A key that a control under the focus uses itself is left to it.

export interface KeyActions {
  help(): void;
  window(index: number): void;
  freeze(): void;
  theme(): void;
  missing(): void;
  filter(): void;
  /** Moves the cursor, or the past moment that is shown. */
  step(rows: number): void;
  /** Moves one end of the marked stretch. */
  stretch(rows: number): void;
  /** Shows the marked stretch. */
  zoom(): void;
  /** Shows all of the page at the cursor's moment. */
  asItWas(): void;
  live(): void;
  escape(): void;
}

const FAR_ROWS = 10;

export function actOnKey(event: KeyboardEvent, actions: KeyActions, windows: number): void {
  const isArrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
  if ((event.ctrlKey && !isArrow) || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = event.composedPath()[0];
  // These two close what they opened.
  const taken = event.key === "?" || event.key === "w" ? "input, textarea, select" : "input, textarea, select, dialog[open]";
  if (target instanceof HTMLElement && target.closest(taken) !== null) return;
  const onButton = target instanceof HTMLElement && target.closest("button, a, summary") !== null;
  const digit = Number(event.key);
  if (event.key === "?") actions.help();
  else if (Number.isInteger(digit) && digit >= 1 && digit <= windows) actions.window(digit - 1);
  else if (event.key === " " && !onButton) actions.freeze();
  else if (event.key === "t") actions.theme();
  else if (event.key === "w") actions.missing();
  else if (event.key === "/") actions.filter();
  else if (event.key === "a") actions.asItWas();
  else if (event.key === "l") actions.live();
  else if (event.key === "Enter" && !onButton) actions.zoom();
  else if (isArrow) {
    const rows = (event.key === "ArrowLeft" ? -1 : 1) * (event.ctrlKey ? FAR_ROWS : 1);
    if (event.shiftKey) actions.stretch(rows);
    else actions.step(rows);
  } else if (event.key === "Escape") actions.escape();
  else return;
  event.preventDefault();
}
