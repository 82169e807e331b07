// The reasons of gaps in words: of the feed, and of the history.

import type { Gap } from "../client/src/contract";

const WORDS: Record<Gap["reason"], string> = {
  "missed-ticks": "the machine was too busy to be sampled, or asleep",
  "slow-subscriber": "this page was too slow and the server skipped samples",
  "beyond-replay": "the server no longer has these samples",
  "unknown-id": "the server does not know what this page had seen last",
};

const IN_HISTORY: Readonly<Record<string, string>> = {
  "missed-ticks": WORDS["missed-ticks"],
  "not-running": "the appliance was not running",
  "history-failed": "the history could not be written",
  "queue-full": "the history could not be written as fast as the samples came",
  damaged: "this part of the history is damaged",
  "clock-set": "the machine's clock was set",
};

export function gapWords(gap: Gap): string {
  return withLost(WORDS[gap.reason] ?? gap.reason, gap.lost);
}

/** A reason that is not known here, of a newer server, is told as it is. */
export function historyGapWords(reason: string, lost: unknown): string {
  return withLost(Object.hasOwn(IN_HISTORY, reason) ? (IN_HISTORY[reason] ?? reason) : reason, lost);
}

function withLost(words: string, lost: unknown): string {
  return typeof lost === "number" && lost > 0 ? `${words}, ${lost} lost` : words;
}
