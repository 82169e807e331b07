import type { ClientState, StateName } from "./state.js";

/** The state of a connection, told when it changes and only then. */
export class Status {
  #state: ClientState = { name: "idle", reason: null, retryAt: null };

  constructor(
    private readonly tell: (state: ClientState) => void,
    private readonly isOnline: () => boolean,
  ) {}

  get name(): StateName {
    return this.#state.name;
  }

  set(name: StateName, reason: string | null, retryAt: number | null = null): void {
    const old = this.#state;
    if (name === old.name && reason === old.reason && retryAt === old.retryAt) return;
    this.#state = { name, reason, retryAt };
    this.tell(this.#state);
  }

  /** Takes over what another connection tells of itself: a session of this page, or the worker. */
  follow({ name, reason, retryAt }: ClientState): void {
    // It has just begun; this page may have had samples before.
    if (name === "connecting" && this.name !== "idle") return;
    if (name === "reconnecting") this.setReconnecting(reason, retryAt);
    else this.set(name, reason, retryAt);
  }

  /** Nothing arrives. Without a network that is what it is called, but attempts go on: loopback needs none. */
  setReconnecting(reason: string | null, retryAt: number | null): void {
    this.set(this.isOnline() ? "reconnecting" : "offline", reason, retryAt);
  }
}
