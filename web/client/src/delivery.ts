import type { Clock } from "./clock.js";
import type { Gap, Hello, Sample } from "./contract.js";
import { DelayMeter } from "./delay.js";
import type { StreamEvent } from "./events.js";
import type { FeedSink } from "./feed.js";
import { Position } from "./position.js";
import type { Bye } from "./state.js";
import { checkSample, parseJson } from "./wire.js";

/**
 * What came over whatever transport, handed on once and in order. One position serves all: neither a reconnect nor a
 * change between them loses or doubles a sample.
 */
export class Delivery {
  readonly #position = new Position();
  readonly #delays = new DelayMeter();
  #intervalSeconds: number | null = null;
  /**
   * When the server last said what time it is. A stream begins with that, and what is older than its beginning comes
   * late for no fault of the way.
   */
  #saidNowAtMs = -Infinity;
  /** When the position last moved, by both clocks: one may jump, the other may stand still while the machine sleeps. */
  #movedAtMs = { epoch: 0, monotonic: 0 };

  constructor(
    private readonly sink: Omit<FeedSink, "state">,
    private readonly clock: Clock,
    private readonly resumableMs: number,
  ) {}

  /** The id to resume after; null for "start with the newest", also where the reader was away for too long. */
  resumePoint(): string | null {
    const { epoch, monotonic } = this.#movedAtMs;
    const awayMs = Math.max(this.clock.epochMs() - epoch, this.clock.monotonicMs() - monotonic);
    if (awayMs > this.resumableMs) this.#position.abandon();
    return this.#position.resumeId;
  }

  /** The server's sampling interval, as it last told; null before it did. */
  get intervalSeconds(): number | null {
    return this.#intervalSeconds;
  }

  /**
   * Answers when the event was sent, by the server's clock; null when that tells nothing of the way that it took.
   * `isGood`: the stream is the one that is lived on; one that is merely tried says nothing of the delay.
   * Throws ProtocolError for one that cannot be read; its id is not taken over then, so that it comes again.
   */
  takeEvent(event: StreamEvent, isGood: boolean): number | null {
    let sentAtMs: number | null = null;
    switch (event.name) {
      case "message": {
        const sample = checkSample(parseJson(event.data, "a sample"));
        sentAtMs = this.#sentAtMs(sample.timestamp);
        this.#tellSample(sample, event.id || sample.id, sentAtMs);
        break;
      }
      case "hello": {
        const hello = parseJson<Hello>(event.data, "hello");
        sentAtMs = this.#takeServerTime(hello.server_time, isGood);
        this.takeHello(hello);
        break;
      }
      case "heartbeat": {
        const { server_time } = parseJson<{ server_time?: string }>(event.data, "heartbeat");
        sentAtMs = this.#takeServerTime(server_time, isGood);
        break;
      }
      case "gap":
        this.takeGap(parseJson<Gap>(event.data, "a gap"));
        break;
      case "bye":
        this.sink.bye(parseJson<Bye>(event.data, "bye"));
        break;
      // Names that this version does not know are left to later ones.
    }
    if (event.id !== undefined) this.takePosition(event.id);
    return sentAtMs;
  }

  takePosition(id: string): void {
    this.#position.commit(id);
    this.#movedAtMs = { epoch: this.clock.epochMs(), monotonic: this.clock.monotonicMs() };
  }

  takeHello(hello: Hello): void {
    this.#intervalSeconds = hello.interval_seconds;
    this.forgetGaps();
    this.sink.hello(hello);
  }

  /** A sample that a worker handed on, with its position; false when it is no news. */
  takeSample(sample: Sample, id = sample.id): boolean {
    return this.#take(sample, id, null);
  }

  /** A sample of a poll's answer; `isNewest`: no later one was there to be sent. */
  takePolled(sample: Sample, isNewest: boolean): boolean {
    return this.#take(sample, sample.id, isNewest ? this.#sentAtMs(sample.timestamp) : null);
  }

  /** It is told with the sample that comes behind it. */
  takeGap(gap: Gap): void {
    this.#position.hold(gap);
  }

  /** A gap that a worker has held, and hands on right before its sample. */
  tellGap(gap: Gap): void {
    if (!this.#position.isFilled(gap)) this.sink.gap(gap);
  }

  /** Whatever gaps wait for their sample: another connection tells anew what is missing. */
  forgetGaps(): void {
    this.#position.forgetGaps();
  }

  #take(sample: Sample, id: string, sentAtMs: number | null): boolean {
    const isNews = this.#tellSample(sample, id, sentAtMs);
    this.takePosition(id);
    return isNews;
  }

  #tellSample(sample: Sample, id: string, sentAtMs: number | null): boolean {
    const gaps = this.#position.gapsBefore(id);
    if (!this.#position.acceptSample(id)) return false;
    for (const gap of gaps) this.sink.gap(gap);
    this.#intervalSeconds = sample.interval_seconds;
    if (sentAtMs !== null) this.#measure(sentAtMs);
    this.sink.sample(sample, id);
    return true;
  }

  #takeServerTime(serverTime: string | undefined, isGood: boolean): number | null {
    this.#saidNowAtMs = Date.parse(serverTime ?? "") || -Infinity;
    const sentAtMs = this.#sentAtMs(serverTime);
    if (isGood && sentAtMs !== null) this.#measure(sentAtMs);
    return sentAtMs;
  }

  #sentAtMs(time: string | undefined): number | null {
    const sentAtMs = Date.parse(time ?? "");
    return Number.isNaN(sentAtMs) || sentAtMs < this.#saidNowAtMs ? null : sentAtMs;
  }

  #measure(sentAtMs: number): void {
    this.sink.delay(this.#delays.note(sentAtMs, this.clock.monotonicMs()));
  }
}
