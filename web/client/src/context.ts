import type { Random } from "./backoff";
import type { Clock } from "./clock";
import type { Endpoint } from "./endpoint";
import type { Timing } from "./timing";

/** What a session works on and with; nothing of it is global. */
export interface SessionContext {
  readonly endpoint: Endpoint;
  readonly timing: Timing;
  readonly clock: Clock;
  readonly random: Random;
  /** False where it is known that there is no network. */
  isOnline(): boolean;
}
