/** The client of a Zeropoint live feed. `MetricsClient` is all that a page needs; the rest are types and their defaults. */
export { MetricsClient } from "./client";
export type { ClientEventListener, ClientEventMap } from "./client";
export type { Clock } from "./clock";
export type * from "./contract";
export type { MetricsClientOptions } from "./options";
export type { Page } from "./page";
export type { Bye, ClientState, StateName } from "./state";
export { DEFAULT_TIMING, type Timing } from "./timing";
