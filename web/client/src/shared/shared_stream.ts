import type { SessionContext } from "../context.js";
import type { Gap, Hello, Sample } from "../contract.js";
import { Delivery } from "../delivery.js";
import type { FeedSink } from "../feed.js";
import { Session } from "../session.js";
import type { Bye, ClientState } from "../state.js";
import { catchUp } from "./catch_up.js";
import type { Member } from "./member.js";
import type { ToTab } from "./protocol.js";
import { type Entry, Recent } from "./recent.js";

/** Eight tabs tell within a moment that the network came back; one fresh stream answers all of them. */
const RENEWED_RECENTLY_MS = 1_000;

/** One stream from the server, and the tabs that live on it. It begins with the first one, and ends with the last. */
export class SharedStream implements FeedSink {
  readonly #members = new Set<Member>();
  readonly #session: Session;
  readonly #recent: Recent;
  #state: ClientState = { name: "connecting", reason: null, retryAt: null };
  #hello: Hello | null = null;
  #renewedAtMs = -Infinity;

  /** `resumeId`: where its first tab is. `onEnd`: it has no tabs, or is refused; a tab that comes then needs another. */
  constructor(
    private readonly context: SessionContext,
    resumeId: string | null,
    private readonly onEnd: () => void,
  ) {
    const delivery = new Delivery(this, context.clock, context.timing.resumableMs);
    if (resumeId !== null) delivery.takePosition(resumeId);
    this.#recent = new Recent(resumeId);
    this.#session = new Session(context, delivery, (state) => this.state(state));
    this.#session.start();
  }

  add(member: Member, resumeId: string | null): void {
    this.#members.add(member);
    member.tell({ type: "state", state: this.#state });
    if (this.#hello) member.tell({ type: "hello", hello: this.#hello });
    member.position = resumeId;
    const newest = this.#recent.newest;
    if (resumeId !== null) void catchUp(member, this.#recent, this.context);
    else {
      if (newest) member.tell(newest);
      member.isCurrent = true;
    }
  }

  remove(member: Member): void {
    if (!this.#members.delete(member) || this.#members.size > 0) return;
    this.#session.close();
    this.onEnd();
  }

  /** A tab doubts that the stream is alive. */
  check(event: "visible" | "online"): void {
    const nowMs = this.context.clock.monotonicMs();
    if (event === "online") {
      if (nowMs - this.#renewedAtMs < RENEWED_RECENTLY_MS) return;
      this.#renewedAtMs = nowMs;
    }
    this.#session.follow(event);
  }

  state(state: ClientState): void {
    this.#state = state;
    // The session has ended itself. Forgotten first, so that a tab which starts again gets a new one.
    if (state.name === "signed-out" || state.name === "stopped") this.onEnd();
    this.#tellAll({ type: "state", state });
  }

  hello(hello: Hello): void {
    this.#hello = hello;
    this.#tellAll({ type: "hello", hello });
  }

  sample(sample: Sample, id: string): void {
    this.#hand({ type: "sample", id, sample });
  }

  gap(gap: Gap): void {
    this.#hand({ type: "gap", gap });
  }

  bye(bye: Bye): void {
    this.#tellAll({ type: "bye", bye });
  }

  delay(delayMs: number): void {
    this.#tellAll({ type: "delay", delayMs });
  }

  /** What must come in order, and to nobody who lacks what was before it. */
  #hand(entry: Entry): void {
    this.#recent.add(entry);
    for (const member of this.#members) {
      if (member.isCurrent) member.tell(entry);
      else void catchUp(member, this.#recent, this.context);
    }
  }

  #tellAll(message: ToTab): void {
    for (const member of this.#members) member.tell(message);
  }
}
