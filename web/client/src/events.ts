import { createParser } from "eventsource-parser";
import { ProtocolError } from "./outcome.js";

/** One event of a stream; `name` is "message" where the server gave none. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
  /** The id that came with this event: "" clears the position, undefined leaves it. */
  readonly id: string | undefined;
}

export interface EventHandlers {
  onEvent(event: StreamEvent): void;
  /** `retry:` of the server, in milliseconds. */
  onRetry(retryMs: number): void;
  /** An id that came without data: it counts as a position all the same. */
  onBareId(id: string): void;
}

/** A Sample of a machine with hundreds of cores and devices stays far below; a line without an end must stop somewhere. */
const LONGEST_EVENT_CHARS = 16 * 1024 * 1024;

/**
 * Bytes of a text/event-stream to events, as the HTML standard has it. Throws ProtocolError when an event never ends,
 * and whatever `onEvent` throws.
 */
export class EventDecoder {
  // The parser strips the one leading BOM; a decoder that did so too would eat a second one, which is data.
  readonly #text = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parser;
  #pendingId: string | undefined;
  /** Of the line that has not ended yet. */
  #lineChars = 0;

  constructor(private readonly handlers: EventHandlers) {
    this.#parser = createParser({
      maxBufferSize: LONGEST_EVENT_CHARS,
      onRetry: (retryMs) => handlers.onRetry(retryMs),
      // Told just before the event of the same block, if there is one: only then is it known to be bare.
      onId: (id) => {
        this.#settleBareId();
        this.#pendingId = id;
      },
      onEvent: ({ event, data, id }) => {
        if (id === undefined) this.#settleBareId();
        this.#pendingId = undefined;
        handlers.onEvent({ name: event ?? "message", data, id });
      },
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") {
          throw new ProtocolError(`an event is longer than ${LONGEST_EVENT_CHARS} characters`);
        }
      },
    });
  }

  feed(bytes: Uint8Array): void {
    const text = this.#text.decode(bytes, { stream: true });
    this.#checkLine(text);
    this.#parser.feed(text);
    this.#settleBareId();
  }

  /** The parser skips what it does not know without an end, such as a comment: nothing but this would end that. */
  #checkLine(text: string): void {
    const lineStart = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    this.#lineChars = lineStart > 0 ? text.length - lineStart : this.#lineChars + text.length;
    if (this.#lineChars > LONGEST_EVENT_CHARS) throw new ProtocolError(`a line is longer than ${LONGEST_EVENT_CHARS} characters`);
  }

  #settleBareId(): void {
    const id = this.#pendingId;
    this.#pendingId = undefined;
    if (id !== undefined) this.handlers.onBareId(id);
  }
}
