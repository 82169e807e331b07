// The windows that the charts can slide over.

import type { Window } from "../elements/timeline";

export interface WindowChoice {
  readonly label: string;
  readonly title: string;
  readonly window: Window;
}

export const WINDOWS: readonly WindowChoice[] = [
  { label: "20 points", title: "The last 20 samples", window: { points: 20 } },
  { label: "1 m", title: "The last minute", window: { seconds: 60 } },
  { label: "5 m", title: "The last 5 minutes", window: { seconds: 300 } },
  { label: "10 m", title: "The last 10 minutes", window: { seconds: 600 } },
];

export const LONGEST_SECONDS = 600;
