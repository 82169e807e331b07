// The windows that the charts can slide over.

import type { Window } from "../elements/timeline";

export interface WindowChoice {
  readonly label: string;
  readonly title: string;
  readonly window: Window;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const WINDOWS: readonly WindowChoice[] = [
  { label: "20", title: "The last 20 samples", window: { points: 20 } },
  { label: "1 m", title: "The last minute", window: { seconds: MINUTE } },
  { label: "5 m", title: "The last 5 minutes", window: { seconds: 5 * MINUTE } },
  { label: "15 m", title: "The last 15 minutes", window: { seconds: 15 * MINUTE } },
  { label: "1 h", title: "The last hour", window: { seconds: HOUR } },
  { label: "6 h", title: "The last 6 hours", window: { seconds: 6 * HOUR } },
  { label: "24 h", title: "The last 24 hours", window: { seconds: DAY } },
  { label: "7 d", title: "The last 7 days", window: { seconds: 7 * DAY } },
  { label: "90 d", title: "The last 90 days", window: { seconds: 90 * DAY } },
];

/** For so long samples are kept here; what is older is asked of the history. */
export const LIVE_SECONDS = 10 * MINUTE;
