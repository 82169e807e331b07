// Light, dark or as the system says; remembered on this browser.

export type ThemeChoice = "auto" | "light" | "dark";

const CHOICES: readonly ThemeChoice[] = ["auto", "light", "dark"];
const KEY = "zeropoint-theme";

export function applyRememberedTheme(): ThemeChoice {
  const choice = CHOICES.find((known) => known === remembered()) ?? "auto";
  apply(choice);
  return choice;
}

export function nextTheme(now: ThemeChoice): ThemeChoice {
  const choice = CHOICES[(CHOICES.indexOf(now) + 1) % CHOICES.length] ?? "auto";
  apply(choice);
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage is shut off in this browser: the choice lasts as long as the page.
  }
  return choice;
}

function apply(choice: ThemeChoice): void {
  if (choice === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = choice;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
