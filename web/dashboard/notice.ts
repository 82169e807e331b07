// The sentence that the page says when it is not simply live; null when there is nothing to say.

import type { ClientState } from "../client/src/index";
import { clock } from "../elements/format";

export const HOW_TO_MAKE_A_TOKEN = "zeropoint token create --scope read";
// The client's word for a page that nobody sees; it says so for a moment longer when it is seen again.
const HIDDEN = "the page is hidden";

export function noticeOf(state: ClientState, newestMilliseconds: number | null, host: string): string | null {
  const because = state.reason === null ? "" : ` ${sentence(state.reason)}`;
  const since = newestMilliseconds === null ? "" : ` The newest sample is from ${clock(newestMilliseconds)}.`;
  switch (state.name) {
    case "reconnecting":
      return newestMilliseconds === null ? `No answer from ${host} yet.${because}` : `The connection is lost.${because}${since}`;
    case "polling":
      if (state.reason === HIDDEN) return null;
      return `${because} Samples are fetched one request at a time until a stream gets through.`.trim();
    case "offline":
      return `This browser has no network.${since}`;
    case "signed-out":
      return `Signed out.${because}${since} To make a token: ${HOW_TO_MAKE_A_TOKEN}`;
    case "stopped":
      return `The server ended the stream and will not take it up again.${because}${since}`;
    default:
      return null;
  }
}

export function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
