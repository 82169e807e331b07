/** The client of a Zeropoint live feed. `MetricsClient` is all that a page needs; the rest are types and their defaults. */
export { MetricsClient } from "./client.js";
export type { ClientEventListener, ClientEventMap } from "./client.js";
export type { Clock } from "./clock.js";
export type * from "./contract.js";
export type { MetricsClientOptions } from "./options.js";
export type { Page, PageEvent } from "./page.js";
export type { Bye, ClientState, StateName } from "./state.js";
export { DEFAULT_TIMING, type Timing } from "./timing.js";
