// The reasons of the contract's gaps in words.

import type { Gap } from "../client/src/contract";

const WORDS: Record<Gap["reason"], string> = {
  "missed-ticks": "the machine was too busy to be sampled",
  "slow-subscriber": "this page was too slow and the server skipped samples",
  "beyond-replay": "the server no longer has these samples",
  "unknown-id": "the server does not know what this page had seen last",
};

export function gapWords(gap: Gap): string {
  const words = WORDS[gap.reason] ?? gap.reason;
  return gap.lost === null ? words : `${words}, ${gap.lost} lost`;
}
