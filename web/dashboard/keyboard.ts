// Which key does what. A key that a control under the focus uses itself is left to it.

export interface KeyActions {
  help(): void;
  window(index: number): void;
  freeze(): void;
  theme(): void;
  missing(): void;
  filter(): void;
  step(rows: number): void;
  escape(): void;
}

export function actOnKey(event: KeyboardEvent, actions: KeyActions, windows: number): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
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
  else if (event.key === "ArrowLeft") actions.step(event.shiftKey ? -10 : -1);
  else if (event.key === "ArrowRight") actions.step(event.shiftKey ? 10 : 1);
  else if (event.key === "Escape") actions.escape();
  else return;
  event.preventDefault();
}
