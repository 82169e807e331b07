import type { Random } from "../backoff.js";
import type { Clock } from "../clock.js";
import type { SessionContext } from "../context.js";
import { Member } from "./member.js";
import { PING_MS, type Port, requestKey, type StreamRequest, type ToWorker, WORKER_VERSION } from "./protocol.js";
import { SharedStream } from "./shared_stream.js";

export interface HostTools {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: Random;
}

/** All that the worker does: tabs come and go, and those that ask for the same have one stream. */
export class Host {
  readonly #streams = new Map<string, SharedStream>();
  readonly #members = new Map<Member, SharedStream | null>();
  #cancelPing: (() => void) | null = null;

  constructor(private readonly tools: HostTools) {}

  connect(port: Port): void {
    const member: Member = new Member(port, (message) => this.#take(member, message));
    this.#members.set(member, null);
    member.tell({ type: "ready", version: WORKER_VERSION });
    this.#cancelPing ??= this.#pingLater();
  }

  statistics(): { streams: number; members: number } {
    return { streams: this.#streams.size, members: this.#members.size };
  }

  #take(member: Member, message: ToWorker): void {
    if (message.type === "leave") this.#remove(member);
    if (message.type === "check") this.#members.get(member)?.check(message.event);
    if (message.type !== "join" || this.#members.get(member)) return;
    const key = requestKey(message.request);
    const stream = this.#streams.get(key) ?? this.#open(key, message.request, message.resumeId);
    this.#members.set(member, stream);
    stream.add(member, message.resumeId);
  }

  #open(key: string, request: StreamRequest, resumeId: string | null): SharedStream {
    const stream: SharedStream = new SharedStream(this.#context(request), resumeId, () => {
      if (this.#streams.get(key) === stream) this.#streams.delete(key);
    });
    this.#streams.set(key, stream);
    return stream;
  }

  #context({ base, sections, host, token, timing }: StreamRequest): SessionContext {
    const { fetch, clock, random } = this.tools;
    const endpoint = { base: new URL(base), sections, host, token, fetch };
    // The tabs know better whether there is a network, and one of them is usually looked at.
    return { endpoint, timing, clock, random, isOnline: () => true, isVisible: () => true };
  }

  #remove(member: Member): void {
    const stream = this.#members.get(member);
    this.#members.delete(member);
    member.release();
    stream?.remove(member);
    if (this.#members.size > 0) return;
    this.#cancelPing?.();
    this.#cancelPing = null;
  }

  /** A port does not tell when its tab has died: one that was killed, or frozen for long, is found by its silence. */
  #pingLater(): () => void {
    return this.tools.clock.after(PING_MS, () => {
      this.#cancelPing = this.#pingLater();
      for (const member of [...this.#members.keys()]) {
        if (member.ping()) continue;
        member.tell({ type: "dropped" }); // it may only have been frozen
        this.#remove(member);
      }
    });
  }
}
