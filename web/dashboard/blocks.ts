// The blocks of a model that a swarm serves: in which state each of them is, and all of them in words.

import type { PetalsBlock } from "../client/src/contract";

export type Serving = "here" | "others" | "joining" | "nobody" | "unknown";

export const SERVING_WORDS: Record<Serving, string> = {
  here: "served here",
  others: "served by others",
  joining: "joining",
  nobody: "served by nobody",
  unknown: "not known who serves it",
};

export function servingOf(block: PetalsBlock): Serving {
  if (block.served_here === true) return "here";
  if (block.servers_count === null) return "unknown";
  return block.servers_count === 0 ? "nobody" : block.state === "JOINING" ? "joining" : "others";
}

export function blockInWords(block: PetalsBlock): string {
  const state = block.state === null ? "" : ` (${block.state})`;
  const count = block.servers_count === null ? "" : `, ${block.servers_count} ${block.servers_count === 1 ? "server" : "servers"}`;
  return `block ${block.index}: ${SERVING_WORDS[servingOf(block)]}${state}${count}${diskWords(block)}`;
}

/** "0–7 served here, on disk; 8–31 served by nobody". */
export function blocksInWords(blocks: readonly PetalsBlock[]): string {
  const stretches: { words: string; from: string; to: string }[] = [];
  for (const block of blocks) {
    const words = SERVING_WORDS[servingOf(block)] + diskWords(block);
    const last = stretches.at(-1);
    if (last?.words === words) last.to = block.index;
    else stretches.push({ words, from: block.index, to: block.index });
  }
  return stretches.map(({ words, from, to }) => `${from === to ? from : `${from}–${to}`} ${words}`).join("; ");
}

export function countOf(blocks: readonly PetalsBlock[], serving: Serving): number {
  return blocks.filter((block) => servingOf(block) === serving).length;
}

function diskWords(block: PetalsBlock): string {
  return block.on_disk === true ? ", on disk" : "";
}
