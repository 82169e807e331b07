/**
 * What the connection is doing.
 *
 * - `idle`: not started.                      - `connecting`: the first attempt is under way.
 * - `live`: samples arrive over a stream.     - `polling`: samples arrive, but no stream gets through.
 * - `reconnecting`: nothing arrives now; `retryAt` says when the next attempt is due.
 * - `offline`: as `reconnecting`, and the browser says that there is no network.
 * - `signed-out`: the token is missing, wrong or not enough. `stopped`: the server said not to come back.
 *   Both stay until `start()` is called again.
 * - `closed`: `close()` was called; final.
 */
export type StateName =
  | "idle"
  | "connecting"
  | "live"
  | "polling"
  | "reconnecting"
  | "offline"
  | "signed-out"
  | "stopped"
  | "closed";

export interface ClientState {
  readonly name: StateName;
  /** A sentence for people: why the state is not `live`. */
  readonly reason: string | null;
  /** When the next attempt is due, in milliseconds since 1970; null while one runs or none will. */
  readonly retryAt: number | null;
}

/** The last event of a stream that the appliance ends itself. */
export interface Bye {
  readonly reason: string;
}
