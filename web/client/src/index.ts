/** The client of a Zeropoint live feed. `MetricsClient` is all that a page needs; the rest are types. */
export { MetricsClient } from "./client";
export type { ClientEventMap, ClientEventListener, MetricsClientOptions } from "./client";
export type { Bye, ClientState, StateName } from "./state";
export type * from "./contract";
