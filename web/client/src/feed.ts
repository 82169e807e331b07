import type { Gap, Hello, Sample } from "./contract.js";
import type { PageEvent } from "./page.js";
import type { Bye, ClientState } from "./state.js";

/**
 * Where a client's events come from: a session of this page's own, or one that lives in a worker and serves all tabs.
 * Neither needs anything else of the client.
 */
export interface Feed {
  start(): void;
  /** To be told what happens to the page: a connection that looks open may not be any more. */
  follow(event: PageEvent): void;
  close(): void;
}

/** Who gets them. Nothing is called after `close()`. */
export interface FeedSink {
  state(state: ClientState): void;
  hello(hello: Hello): void;
  /** `id` is the position after this sample, for resuming. */
  sample(sample: Sample, id: string): void;
  gap(gap: Gap): void;
  bye(bye: Bye): void;
  /** By how much events come later than the quickest ones of late; told before the event that it was measured on. */
  delay(delayMs: number): void;
}
