import type { Random } from "./backoff.js";
import type { Clock } from "./clock.js";
import type { Endpoint } from "./endpoint.js";
import type { Timing } from "./timing.js";

/** What a session works on and with; nothing of it is global. */
export interface SessionContext {
  readonly endpoint: Endpoint;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly random: Random;
  /** False where it is known that there is no network. */
  isOnline(): boolean;
  /** False where nobody can see what is shown: then no connection is held open. */
  isVisible(): boolean;
}
