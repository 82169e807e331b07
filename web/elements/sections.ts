// Which part of a sample holds a metric. The server sends only the parts that are asked for.

import type { Sample } from "../client/src/contract";
import type { Path } from "./path";

/** A part as the server takes it in `?sections=`; EVERYTHING asks for the whole sample. */
export type Section = string;
export const EVERYTHING: Section = "";

// Held against the contract by the compiler. The server refuses a section that it does not know.
const OF_SYSTEM: Record<keyof Sample["system"], true> = {
  cpu: true,
  memory: true,
  disk: true,
  network: true,
  host: true,
  gpus: true,
  sensors: true,
};
const BESIDE_SYSTEM: Record<"server" | "ledger" | "verdicts", true> = { server: true, ledger: true, verdicts: true };
const COMPONENT = /^[a-z][a-z0-9_]{0,63}$/;

/** The smallest part that holds the value at `path`. A misspelt path leads to the part in which it would be. */
export function sectionOf([first = "", second = "", third = ""]: Path): Section {
  if (first === "system") return Object.hasOwn(OF_SYSTEM, second) ? `system.${second}` : "system";
  if (first === "ai") return second === "components" && COMPONENT.test(String(third)) ? `ai.components.${third}` : "ai";
  return Object.hasOwn(BESIDE_SYSTEM, first) ? String(first) : EVERYTHING;
}

/** The parts that hold all of `sections`, sorted, none of them below another; empty for the whole sample. */
export function union(sections: Iterable<Section>): Section[] {
  const all = new Set(sections);
  if (all.has(EVERYTHING)) return [];
  return [...all].filter((one) => ![...all].some((other) => one.startsWith(`${other}.`))).sort();
}

/** Whether a sample with these parts (empty: all) has `section` in it. */
export function covers(parts: readonly Section[], section: Section): boolean {
  return parts.length === 0 || parts.some((part) => section === part || section.startsWith(`${part}.`));
}
