import type { Gap, Hello, Sample } from "./contract";
import type { Bye, ClientState } from "./state";

/**
 * Where a client's events come from. The session of this page is one; one that lives elsewhere (a worker that keeps
 * one stream for many tabs) needs these two interfaces and nothing else of the client.
 */
export interface Feed {
  start(): void;
  /**
   * Makes sure that a connection which looks open is. `force`: what it ran over is known to be gone.
   * `reason` is for people.
   */
  check(reason: string, force: boolean): void;
  close(): void;
}

/** Who gets them. Nothing is called after `close()`. */
export interface FeedSink {
  state(state: ClientState): void;
  hello(hello: Hello): void;
  sample(sample: Sample): void;
  gap(gap: Gap): void;
  bye(bye: Bye): void;
}
