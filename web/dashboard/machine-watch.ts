// Of a machine of a fleet: why nothing comes from it. The stream is the hub's, which goes on while a machine is silent.

import { dayClock } from "../elements/format";
import { isRecord } from "../elements/path";
import { sentence } from "./notice";

const EVERY_MILLISECONDS = 1_000;
// A hub calls a machine silent after 4 s.
const QUIET_MILLISECONDS = 4_000;

export class MachineWatch {
  readonly #ask: (signal: AbortSignal) => Promise<Response>;
  readonly #tell: (words: string | null) => void;
  readonly #closed = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #heardAt = 0;
  #isAsking = false;

  /** `tell` gets what is to be said of the machine, null while samples come. */
  constructor(ask: (signal: AbortSignal) => Promise<Response>, tell: (words: string | null) => void) {
    this.#ask = ask;
    this.#tell = tell;
    this.#timer = setInterval(() => void this.#look(), EVERY_MILLISECONDS);
  }

  /** A sample came just now. */
  heard(): void {
    if (performance.now() - this.#heardAt >= QUIET_MILLISECONDS) this.#tell(null);
    this.#heardAt = performance.now();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#closed.abort();
  }

  async #look(): Promise<void> {
    if (document.hidden || this.#isAsking || performance.now() - this.#heardAt < QUIET_MILLISECONDS) return;
    this.#isAsking = true;
    try {
      const words = machineWords(await (await this.#ask(this.#closed.signal)).json());
      if (performance.now() - this.#heardAt >= QUIET_MILLISECONDS) this.#tell(words);
    } catch {
      // That the hub does not answer is told by the connection.
    } finally {
      this.#isAsking = false;
    }
  }
}

/** What an answer of /api/v1/fleet?host= says of why nothing comes; null where it does not. */
export function machineWords(answer: unknown): string | null {
  if (!isRecord(answer)) return null;
  const { error, rows } = answer as { error?: unknown; rows?: unknown };
  if (isRecord(error)) return typeof error["message"] === "string" ? sentence(error["message"]) : null;
  const row: unknown = Array.isArray(rows) ? rows[0] : null;
  if (!isRecord(row)) return null;
  const seen = Date.parse(String(row["last_seen"]));
  const since = Number.isNaN(seen) ? "" : ` Its newest sample came at ${dayClock(seen)}.`;
  if (row["status"] === "silent") return `${String(row["name"])} is silent: the hub hears nothing from it.${since}`;
  return row["status"] === "unknown" ? `The hub does not hear the bus, so it cannot tell how ${String(row["name"])} fares.${since}` : null;
}

/** What a fleet calls the machine of a sample; null where the appliance itself sent it. */
export function machineName(sample: unknown): string | null {
  const host = isRecord(sample) ? sample["host"] : null;
  return isRecord(host) && typeof host["name"] === "string" ? host["name"] : null;
}
