import type { ClientState, StateName } from "./state";

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

  /** Nothing arrives. Without a network that is what it is called, but attempts go on: loopback needs none. */
  setReconnecting(reason: string, retryAt: number | null): void {
    this.set(this.isOnline() ? "reconnecting" : "offline", reason, retryAt);
  }
}
