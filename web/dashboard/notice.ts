// The sentence that the page says when it is not simply live; null when there is nothing to say.

import type { ClientState } from "../client/src/index";
import { clock } from "../elements/format";

export function noticeOf(state: ClientState, newestMilliseconds: number | null, host: string): string | null {
  const because = state.reason === null ? "" : ` ${sentence(state.reason)}`;
  const since = newestMilliseconds === null ? "" : ` The newest sample is from ${clock(newestMilliseconds)}.`;
  switch (state.name) {
    case "reconnecting":
      return newestMilliseconds === null ? `No answer from ${host} yet.${because}` : `The connection is lost.${because}${since}`;
    case "polling":
      return `Samples are fetched one request at a time.${because}`;
    case "offline":
      return `This browser has no network.${since}`;
    case "signed-out":
      return `Signed out: the server wants a token for these values.${because}${since}`;
    case "stopped":
      return `The server ended the stream and will not take it up again.${because}${since}`;
    default:
      return null;
  }
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
