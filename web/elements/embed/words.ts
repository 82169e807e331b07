// What an element says when it has no value to show, or only an old one.

import type { ClientState } from "../../client/src/state";
import { clock } from "../format";
import type { Resolved } from "../metric-name";

/** Why no sample has come from `host` yet; null while nothing is wrong. `why` is what was found out about it. */
export function trouble(state: ClientState, why: string | null, host: string): string | null {
  const because = state.reason === null ? "." : `: ${sentence(state.reason)}`;
  switch (state.name) {
    case "reconnecting":
      return why ?? `No answer from ${host}${because}`;
    case "offline":
      return "This browser has no network.";
    case "signed-out":
    case "stopped":
      return `${host}${because}`;
    default:
      return null;
  }
}

/** A few words on values that are not of now; null while they are. */
export function oldWords(state: ClientState, newestMilliseconds: number): string | null {
  switch (state.name) {
    case "reconnecting":
    case "offline":
      return `no connection since ${clock(newestMilliseconds)}`;
    case "signed-out":
      return `signed out at ${clock(newestMilliseconds)}`;
    case "stopped":
      return `ended at ${clock(newestMilliseconds)}`;
    default:
      return null;
  }
}

/** What is wrong with a metric's name; null when it leads to a value. */
export function nameTrouble(metric: string, found: Resolved): string | null {
  if (found.kind === "value") return null;
  const names = found.known.filter((name) => name !== "unavailable").join(", ");
  if (found.kind === "group") return `“${metric}” is a group of values: ${names || "none now"}.`;
  const place = found.at === "" ? "A sample" : found.at;
  return `There is no metric “${metric}”. ${place} has ${names === "" ? "nothing below it" : names}.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
