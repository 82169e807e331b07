import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MetricsClient } from "../src/index.js";
import { settle } from "./manual_clock.js";
import { useBench } from "./harness.js";

const bench = useBench();
afterEach(() => vi.restoreAllMocks());

describe("options", () => {
  test.each([
    ["no url outside of a page", {}, "url is required here"],
    ["a url of another scheme", { url: "ftp://host/" }, "url is required here"],
    ["credentials in the url", { url: "http://user:pass@host/" }, "must not hold a user name or password"],
    ["a token that no header can carry", { url: "http://host/", token: "a\nb" }, ""],
  ])("%s is refused at once", (_, options, message) => {
    expect(() => new MetricsClient(options)).toThrow(TypeError);
    expect(() => new MetricsClient(options)).toThrow(message);
  });

  test.each(["", "/", "/?x=1#y"])("a base url that ends in '%s' keeps its path", async (ending) => {
    const feed = bench.connect({ url: bench.peer.url.slice(0, -1) + ending });
    feed.client.start();
    expect((await bench.peer.next("metrics/sse")).url.href).toBe("http://peer/base/metrics/sse");
  });
});

describe("close()", () => {
  /** Each brings a client into the state and answers when it is there. */
  const STATES: Record<string, () => Promise<MetricsClient>> = {
    async idle() {
      return bench.connect().client;
    },
    async connecting() {
      const { client } = bench.connect();
      client.start();
      await bench.peer.next("metrics/sse");
      return client;
    },
    async "connecting, with the headers there"() {
      const { client } = bench.connect();
      client.start();
      (await bench.peer.next("metrics/sse")).openStream();
      await settle();
      return client;
    },
    async live() {
      const feed = bench.connect();
      feed.client.start();
      (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
      await feed.untilSample("e-1");
      return feed.client;
    },
    async reconnecting() {
      const feed = bench.connect();
      feed.client.start();
      (await bench.peer.next("metrics/sse")).status(503, { "Retry-After": "5" });
      await feed.untilState("reconnecting", { waiting: true });
      return feed.client;
    },
    async polling() {
      const feed = bench.connect({ timing: { failuresBeforePolling: 1 } });
      feed.client.start();
      (await bench.peer.next("metrics/sse")).openStream("text/html");
      (await bench.peer.next("metrics/json")).json({ id: "e-1", interval_seconds: 1 });
      await feed.untilState("polling");
      await bench.peer.next("metrics/json");
      return feed.client;
    },
    async "polling, with a stream being tried"() {
      const client = await STATES["polling"]!();
      await bench.clock.advance(11_250);
      (await bench.peer.next("metrics/sse")).openStream();
      return client;
    },
    async "polling, between polls"() {
      const feed = bench.connect({ timing: { failuresBeforePolling: 1 } });
      feed.client.start();
      (await bench.peer.next("metrics/sse")).openStream("text/html");
      (await bench.peer.next("metrics/json")).status(500);
      await feed.untilState("reconnecting", { waiting: true });
      return feed.client;
    },
    async "signed-out"() {
      const feed = bench.connect();
      feed.client.start();
      (await bench.peer.next("metrics/sse")).status(401);
      await feed.untilState("signed-out");
      return feed.client;
    },
    async stopped() {
      const feed = bench.connect();
      feed.client.start();
      (await bench.peer.next("metrics/sse")).status(204);
      await feed.untilState("stopped");
      return feed.client;
    },
  };

  // What is left afterwards (timers, connections, later requests) is looked for by useBench().
  test.each(Object.keys(STATES))("while %s ends all, and is final", async (name) => {
    const client = await STATES[name]!();
    const heard = vi.fn();
    for (const type of ["sample", "gap", "state", "hello", "bye"] as const) client.addEventListener(type, heard);
    client.close();
    client.close();
    expect(client.state).toEqual({ name: "closed", reason: null, retryAt: null });
    expect(() => client.start()).toThrow("this MetricsClient is closed");
    await bench.peer.untilNothingIsOpen();
    await settle();
    expect(bench.clock.pending).toBe(0);
    expect(heard).not.toHaveBeenCalled();
    expect(client.state.name).toBe("closed");
  });

  test.each(["state", "hello", "gap", "sample", "bye"] as const)("inside of a %s listener: nothing comes after", async (type) => {
    const feed = bench.connect();
    feed.client.addEventListener(type, () => feed.client.close());
    const late = vi.fn();
    feed.client.addEventListener(type, late);
    feed.client.start();
    if (type !== "state") {
      const gap = { from: null, to: null, lost: null, reason: "unknown-id" };
      (await bench.peer.next("metrics/sse"))
        .greet()
        .send({ event: "gap", data: gap })
        .sendSamples("e-1", "e-2")
        .send({ event: "bye", data: { reason: "shutdown" } })
        .send({ event: "gap", data: gap });
      await feed.until(() => feed.client.state.name === "closed");
    }
    const told = feed.lines.length;
    await settle();
    expect(feed.lines.length).toBe(told);
    expect(feed.lines.at(-1)).toMatch(type);
    expect(late).not.toHaveBeenCalled();
  });

  test("inside of a sample listener, of the rest of a poll's answer nothing comes", async () => {
    const feed = bench.connect({ timing: { failuresBeforePolling: 1 } });
    feed.client.addEventListener("sample", ({ detail }) => detail.id === "e-2" && feed.client.close());
    feed.client.start();
    (await bench.peer.next("metrics/sse")).openStream("text/html");
    (await bench.peer.next("metrics/json")).json({ id: "e-1", interval_seconds: 1 });
    (await bench.peer.next("metrics/json")).samples(["e-2", "e-3"]);
    await feed.until(() => feed.client.state.name === "closed");
    await settle();
    expect(feed.sampleIds).toEqual(["e-1", "e-2"]);
    expect(feed.client.latest?.id).toBe("e-2");
  });

  test("when it becomes live: the event that made it so is not taken any more", async () => {
    const feed = bench.connect();
    feed.client.addEventListener("state", ({ detail }) => detail.name === "live" && feed.client.close());
    feed.client.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.until(() => feed.client.state.name === "closed");
    await settle();
    expect([feed.client.hello, feed.client.latest]).toEqual([null, null]);
  });
});

describe("listeners", () => {
  test("one that throws is reported, and stops neither the others nor the stream", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => {});
    const feed = bench.connect();
    const error = new Error("of a listener");
    feed.client.addEventListener("sample", () => {
      throw error;
    });
    const after = vi.fn();
    feed.client.addEventListener("sample", after);
    feed.client.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1", "e-2", "e-3");
    await feed.untilSample("e-3");
    expect(feed.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
    expect(after).toHaveBeenCalledTimes(3);
    expect(reported.mock.calls).toEqual([[error], [error], [error]]);
    expect(feed.client.state.name).toBe("live");
  });

  test("added twice, removed, once, and as objects: as with every EventTarget", async () => {
    const feed = bench.connect();
    const calls: string[] = [];
    const removed = () => calls.push("removed");
    const twice = () => calls.push("twice");
    const object = { handleEvent: () => calls.push("object") };
    feed.client.addEventListener("sample", removed);
    feed.client.removeEventListener("sample", removed);
    feed.client.addEventListener("sample", twice);
    feed.client.addEventListener("sample", twice);
    feed.client.addEventListener("sample", object);
    feed.client.addEventListener("sample", () => calls.push("once"), { once: true });
    feed.client.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1", "e-2");
    await feed.untilSample("e-2");
    expect(calls).toEqual(["twice", "object", "once", "twice", "object"]);
  });
});

test("in Node, from the built module: it reads a stream, and a closed client lets the process end", async () => {
  const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const built = await build({ entryPoints: [entry], bundle: true, format: "esm", target: "es2022", write: false });
  const script = `${built.outputFiles[0]!.text}
    const client = new MetricsClient({ url: ${JSON.stringify(bench.peer.url)} });
    client.addEventListener("sample", ({ detail }) => {
      console.log(detail.id);
      client.close();
    });
    client.start();`;
  const ended = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1", "e-2");
  expect((await ended).stdout).toBe("e-1\n");
});
