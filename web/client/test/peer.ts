import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Gap, Sample } from "../src/contract.js";

/** A real HTTP server on loopback that answers each request as the test says, when the test says. */
export class Peer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: { path: string; resolve: (exchange: Exchange) => void }[] = [];
  readonly #arrived: Exchange[] = [];
  readonly #open = new Set<Exchange>();
  requestsCount = 0;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => this.#take(new Exchange(request, response)));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<Peer> {
    const peer = new Peer();
    await peer.listen();
    return peer;
  }

  /** Listens (again), on the port of the first time. */
  listen(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.listen(this.#port, "127.0.0.1", () => {
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/base/`;
  }

  /** The next request for this path below the base that no one has taken; waits for one. */
  next(path: "metrics/sse" | "metrics/json"): Promise<Exchange> {
    const index = this.#arrived.findIndex((exchange) => exchange.path === path);
    if (index >= 0) return Promise.resolve(this.#arrived.splice(index, 1)[0]!);
    return new Promise((resolve) => this.#waiting.push({ path, resolve }));
  }

  /** Requests that came and were not taken, as "path?query". */
  get untaken(): string[] {
    return this.#arrived.map(({ url }) => url.pathname + url.search);
  }

  /** Ends when no exchange is under way: all were answered, or given up by the other side. */
  async untilNothingIsOpen(): Promise<void> {
    await Promise.all([...this.#open].map((exchange) => exchange.closed));
  }

  /** Stops listening and cuts every connection, as kill -9 does. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(exchange: Exchange): void {
    this.requestsCount += 1;
    this.#open.add(exchange);
    void exchange.closed.then(() => this.#open.delete(exchange));
    const index = this.#waiting.findIndex(({ path }) => path === exchange.path);
    if (index >= 0) this.#waiting.splice(index, 1)[0]!.resolve(exchange);
    else this.#arrived.push(exchange);
  }
}

interface EventFields {
  event?: string;
  id?: string;
  retry?: number;
  data?: unknown;
}

/** One request, and what is answered to it. */
export class Exchange {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Ends when the connection of this exchange is gone or its answer complete. */
  readonly closed: Promise<void>;

  constructor(
    request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    this.url = new URL(request.url!, "http://peer");
    this.headers = request.headers;
    this.closed = new Promise((resolve) => response.on("close", resolve));
  }

  get path(): string {
    return this.url.pathname.replace(/^\/base\//, "");
  }

  openStream(contentType = "text/event-stream"): this {
    this.response.writeHead(200, { "Content-Type": contentType, "Cache-Control": "no-store, no-transform" });
    this.response.flushHeaders();
    return this;
  }

  /** Opens a stream the way the appliance does: retry, hello. */
  greet({ retry = 1234, interval = 1, newest = "e-1" } = {}): this {
    const hello = {
      contract: 1,
      epoch: newest.split("-")[0],
      interval_seconds: interval,
      newest_id: newest,
      server_time: "2026-11-24T00:00:00.000Z",
    };
    return this.openStream().send({ retry, event: "hello", data: hello });
  }

  send({ event, id, retry, data }: EventFields): this {
    let block = "";
    if (retry !== undefined) block += `retry: ${retry}\n`;
    if (event !== undefined) block += `event: ${event}\n`;
    if (id !== undefined) block += `id: ${id}\n`;
    if (data !== undefined) block += `data: ${JSON.stringify(data)}\n`;
    return this.write(`${block}\n`);
  }

  sendSamples(...ids: string[]): this {
    for (const id of ids) this.send({ id, data: sample(id) });
    return this;
  }

  write(text: string): this {
    this.response.write(text);
    return this;
  }

  json(body: unknown, headers: Record<string, string> = {}): void {
    this.status(200, { "Content-Type": "application/json", ...headers }, JSON.stringify(body));
  }

  /** Answers `/metrics/json?since=`. */
  samples(ids: string[], gap: Gap | null = null): void {
    this.json({ samples: ids.map(sample), gap });
  }

  status(status: number, headers: Record<string, string> = {}, body = ""): void {
    this.response.writeHead(status, headers).end(body);
  }

  end(): void {
    this.response.end();
  }

  drop(): void {
    this.response.destroy();
  }
}

/** A Sample as far as the client looks into it, taken so many seconds after the manual clock's start. */
export function sample(id: string, takenSeconds = 0): Sample {
  return { id, timestamp: timeAt(takenSeconds), interval_seconds: 1, unavailable: [] } as unknown as Sample;
}

export function timeAt(seconds: number): string {
  return new Date(Date.parse("2026-11-24T00:00:00.000Z") + seconds * 1_000).toISOString();
}

/** ids("e", 3, 5) -> e-3, e-4, e-5 */
export function ids(epoch: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `${epoch}-${first + index}`);
}
