/** How long things may take. The defaults are the contract's; tests and special networks may differ. */
export interface Timing {
  /** Backoff doubles from here until the server has named a `retry` of its own. */
  backoffBaseMs: number;
  /** No wait is drawn from beyond this, however many attempts failed. */
  backoffCapMs: number;
  /** A stream that lived this long clears the count of failures. */
  goodConnectionMs: number;
  /** The least silence that counts as a dead stream, and the longest that a new one may take for its first event. */
  silenceMinMs: number;
  /** How often the server sends something when it has nothing else to say. */
  heartbeatMs: number;
  /** Failures in a row after which samples are polled for. */
  failuresBeforePolling: number;
  /** How long one poll lets the server wait for a sample. */
  pollWaitSeconds: number;
  /** A hidden page that has no worker to share a stream of asks this often, and holds no connection meanwhile. */
  hiddenPollMs: number;
  /** While polling, the stream is tried again after this, then after twice this, and so on ... */
  probeBaseMs: number;
  /** ... up to this. */
  probeCapMs: number;
  /** How long the worker that all tabs share may take to answer, or to say anything, before a tab does without it. */
  workerPatienceMs: number;
  /**
   * Who was away for longer than this begins with the newest sample and is told the gap, in place of all that was sent
   * meanwhile: after a night that is 400 MB.
   */
  resumableMs: number;
}

export const DEFAULT_TIMING: Readonly<Timing> = {
  backoffBaseMs: 1_000,
  backoffCapMs: 30_000,
  goodConnectionMs: 60_000,
  silenceMinMs: 5_000,
  heartbeatMs: 10_000,
  failuresBeforePolling: 3,
  pollWaitSeconds: 10,
  hiddenPollMs: 10_000,
  probeBaseMs: 15_000,
  probeCapMs: 120_000,
  workerPatienceMs: 6_000,
  resumableMs: Number.POSITIVE_INFINITY,
};
