import type { Gap, Hello, Sample } from "./contract";
import type { StreamEvent } from "./events";
import type { FeedSink } from "./feed";
import { Position } from "./position";
import type { Bye } from "./state";
import { checkSample, parseJson } from "./wire";

/**
 * What came over either transport, handed on once and in order. One position serves both: neither a reconnect nor a
 * change between them loses or doubles a sample.
 */
export class Delivery {
  readonly #position = new Position();
  #intervalSeconds: number | null = null;

  constructor(private readonly sink: FeedSink) {}

  get resumeId(): string | null {
    return this.#position.resumeId;
  }

  /** The server's sampling interval, as it last told; null before it did. */
  get intervalSeconds(): number | null {
    return this.#intervalSeconds;
  }

  /** Throws ProtocolError for an event that cannot be read; its id is not taken over then, so that it comes again. */
  takeEvent(event: StreamEvent): void {
    switch (event.name) {
      case "message": {
        const sample = checkSample(parseJson(event.data, "a sample"));
        this.#tellSample(sample, event.id || sample.id);
        break;
      }
      case "hello": {
        const hello = parseJson<Hello>(event.data, "hello");
        this.#intervalSeconds = hello.interval_seconds;
        this.sink.hello(hello);
        break;
      }
      case "gap":
        this.takeGap(parseJson<Gap>(event.data, "a gap"));
        break;
      case "bye":
        this.sink.bye(parseJson<Bye>(event.data, "bye"));
        break;
      // `heartbeat` has done its work by arriving; names that this version does not know are left to later ones.
    }
    if (event.id !== undefined) this.takePosition(event.id);
  }

  takePosition(id: string): void {
    this.#position.commit(id);
  }

  /** A sample of a poll; false when it is no news. */
  takeSample(sample: Sample): boolean {
    const isNews = this.#tellSample(sample, sample.id);
    this.#position.commit(sample.id);
    return isNews;
  }

  takeGap(gap: Gap): void {
    if (this.#position.acceptGap(gap)) this.sink.gap(gap);
  }

  #tellSample(sample: Sample, id: string): boolean {
    if (!this.#position.acceptSample(id)) return false;
    this.#intervalSeconds = sample.interval_seconds;
    this.sink.sample(sample);
    return true;
  }
}
