import { type Port, type ToTab, type ToWorker, UNANSWERED_PINGS } from "./protocol.js";

/** A tab, as the worker sees it: its port, how far it has come, and whether it still answers. */
export class Member {
  /** The position of the newest sample that it was given; null before the first. */
  position: string | null = null;
  /** It has all up to now, and gets what comes next. */
  isCurrent = false;
  /** What it lacks is being asked for. */
  isCatchingUp = false;
  readonly #life = new AbortController();
  #unanswered = 0;

  constructor(
    private readonly port: Port,
    take: (message: ToWorker) => void,
  ) {
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
      this.#unanswered = 0;
      if (data.type !== "pong") take(data);
    };
  }

  /** Aborts when it is gone. */
  get life(): AbortSignal {
    return this.#life.signal;
  }

  tell(message: ToTab): void {
    if (message.type === "sample") this.position = message.id;
    this.port.postMessage(message);
  }

  /** False when it has not answered for so long that it is taken for dead. */
  ping(): boolean {
    if (this.#unanswered >= UNANSWERED_PINGS) return false;
    this.#unanswered += 1;
    this.tell({ type: "ping" });
    return true;
  }

  /** Nothing is taken from it any more. */
  release(): void {
    this.#life.abort();
    this.port.onmessage = null;
  }
}
