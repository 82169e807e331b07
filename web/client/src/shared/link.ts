import type { Clock } from "../clock.js";
import { Watchdog } from "../watchdog.js";
import { type Port, type ToTab, type ToWorker, WORKER_VERSION } from "./protocol.js";

/** What a tab needs of a SharedWorker. */
export interface WorkerHandle {
  readonly port: Port;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface LinkHandlers {
  /** The worker is there, and of this version. */
  onReady(): void;
  onMessage(message: ToTab): void;
  /** It is of no use (any more); nothing comes after that. `forGood`: another attempt would end the same way. */
  onLost(forGood: boolean): void;
}

/** One connection of a tab to the worker: from its start to the moment when either is gone. */
export class Link {
  readonly #watchdog: Watchdog;
  #worker: WorkerHandle | null = null;
  #isOver = false;
  #messages = 0;

  constructor(
    open: () => WorkerHandle,
    clock: Clock,
    patienceMs: number,
    private readonly handlers: LinkHandlers,
  ) {
    this.#watchdog = new Watchdog(clock, patienceMs, () => this.#lose(false));
    try {
      this.#worker = open();
    } catch {
      // Not allowed here: by the page's policy, or by the browser's settings.
      queueMicrotask(() => this.#lose(true));
      return;
    }
    // Its script cannot be loaded.
    this.#worker.onerror = () => this.#lose(true);
    this.#worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => this.#take(data);
  }

  /** Whether the worker has shown that it does its work, beyond its first word. */
  get isProven(): boolean {
    return this.#messages > 1;
  }

  /** Silent for half of what is allowed: suspicious enough when somebody has just begun to look. */
  get isSuspect(): boolean {
    return this.#watchdog.silentMs > this.#watchdog.limitMs / 2;
  }

  tell(message: ToWorker): void {
    this.#worker?.port.postMessage(message);
  }

  /** Says goodbye; nothing comes after this. */
  close(): void {
    this.#isOver = true;
    this.#watchdog.stop();
    const worker = this.#worker;
    this.#worker = null;
    if (!worker) return;
    worker.onerror = null;
    worker.port.onmessage = null;
    worker.port.postMessage({ type: "leave" } satisfies ToWorker);
    worker.port.close();
  }

  #take(message: ToTab): void {
    this.#watchdog.feed();
    this.#messages += 1;
    if (message.type === "ready") {
      if (message.version !== WORKER_VERSION) return this.#lose(true);
      this.handlers.onReady();
    } else if (message.type === "ping") this.tell({ type: "pong" });
    else if (message.type === "dropped") this.#lose(false);
    else this.handlers.onMessage(message);
  }

  #lose(forGood: boolean): void {
    if (this.#isOver) return;
    this.close();
    this.handlers.onLost(forGood);
  }
}
