import type { SessionContext } from "../context.js";
import { Delivery } from "../delivery.js";
import type { Feed, FeedSink } from "../feed.js";
import type { PageEvent } from "../page.js";
import { poll } from "../polling.js";
import { Session } from "../session.js";
import type { ClientState } from "../state.js";
import { Status } from "../status.js";
import { Link, type WorkerHandle } from "./link.js";
import type { ToTab } from "./protocol.js";

/**
 * A tab's part of the stream that all tabs share. When the worker that has it cannot be had, is of another version, or
 * falls silent and does not come back, the tab has a session of its own. The position is the tab's, so that no change
 * between the two loses or doubles a sample.
 */
export class SharedFeed implements Feed {
  readonly #delivery: Delivery;
  readonly #status: Status;
  #isRunning = false;
  #link: Link | null = null;
  #own: Session | null = null;
  #isWorkerUseless = false;
  /** Ends the one request of the tab's own. */
  #headStart: AbortController | null = null;
  /** Where the tab is has been told to nobody yet, so that it may move by itself. */
  #isUnplaced = true;

  constructor(
    private readonly context: SessionContext,
    private readonly openWorker: () => WorkerHandle,
    private readonly sink: FeedSink,
  ) {
    this.#delivery = new Delivery(sink, context.clock, context.timing.resumableMs);
    this.#status = new Status((state) => sink.state(state), context.isOnline);
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#status.set("connecting", null);
    this.#connect();
    if (this.#isUnplaced) void this.#askForNewest();
  }

  follow(event: PageEvent): void {
    if (!this.#isRunning) return;
    this.#own?.follow(event);
    if (event === "hidden") return;
    if (event === "leaving") this.#disconnect(); // the worker need not find out by itself
    else if (event === "restored" || this.#link?.isSuspect || this.#isWorthAnotherTry) this.#connect();
    else this.#link?.tell({ type: "check", event });
  }

  close(): void {
    this.#isRunning = false;
    this.#disconnect();
    this.#stopOwn();
    this.#headStart?.abort();
  }

  /** There is no link, and one might come about: the worker, when it was last tried, was merely silent. */
  get #isWorthAnotherTry(): boolean {
    return this.#link === null && !this.#isWorkerUseless;
  }

  #connect(): void {
    this.#disconnect();
    const { clock, timing } = this.context;
    const link: Link = new Link(this.openWorker, clock, timing.workerPatienceMs, {
      onReady: () => this.#join(link),
      onMessage: (message) => this.#take(message),
      onLost: (forGood) => this.#lose(link, forGood),
    });
    this.#link = link;
  }

  #disconnect(): void {
    this.#link?.close();
    this.#link = null;
  }

  #join(link: Link): void {
    this.#isUnplaced = false;
    this.#stopOwn();
    const { endpoint, timing } = this.context;
    const { base, sections, host, token } = endpoint;
    const request = { base: base.href, sections, host, token, timing };
    link.tell({ type: "join", request, resumeId: this.#delivery.resumePoint() });
  }

  #lose(link: Link, forGood: boolean): void {
    this.#link = null;
    this.#isWorkerUseless ||= forGood;
    if (this.#own) return;
    if (!link.isProven || forGood) return this.#goAlone();
    this.#status.setReconnecting("the worker that all tabs share has fallen silent", null);
    if (this.#isRunning) this.#connect();
  }

  #goAlone(): void {
    this.#isUnplaced = false;
    this.#own = new Session(this.context, this.#delivery, (state) => this.#takeState(state));
    this.#own.start();
  }

  #stopOwn(): void {
    this.#own?.close();
    this.#own = null;
  }

  #take(message: ToTab): void {
    if (message.type === "state") this.#takeState(message.state);
    if (message.type === "hello") this.#delivery.takeHello(message.hello);
    if (message.type === "sample") this.#delivery.takeSample(message.sample, message.id);
    if (message.type === "gap") this.#delivery.tellGap(message.gap);
    if (message.type === "bye") this.sink.bye(message.bye);
    if (message.type === "delay") this.sink.delay(message.delayMs);
  }

  #takeState(state: ClientState): void {
    // Either has ended itself then. All is closed before it is told, so that a listener may start it again.
    if (state.name === "signed-out" || state.name === "stopped") this.close();
    this.#status.follow(state);
  }

  /**
   * The first values are not to wait until a worker has been started. What comes later than that is of no use: the
   * stream began before it, and a sample from elsewhere could hide one that the stream has yet to bring.
   */
  async #askForNewest(): Promise<void> {
    const asking = new AbortController();
    this.#headStart = asking;
    const answer = await poll(this.context.endpoint, null, 0, this.context.clock, asking.signal);
    if (!this.#isUnplaced || answer.kind !== "samples") return;
    for (const sample of answer.samples) this.#delivery.takeSample(sample);
  }
}
