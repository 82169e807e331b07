import { describe, expect, test } from "vitest";
import { WORKER_VERSION } from "../src/shared/protocol.js";
import type { WorkerHandle } from "../src/shared/link.js";
import { DEFAULT_TIMING } from "../src/timing.js";
import { settle } from "./manual_clock.js";
import { type Exchange, ids, sample } from "./peer.js";
import { MutePort, type Tab, until, useTabs, Worker } from "./tabs.js";

const bench = useTabs();
const since = (exchange: Exchange) => exchange.url.searchParams.get("since");

/** A first tab that has e-1, and the stream that it is from. */
async function first(): Promise<{ tab: Tab; stream: Exchange }> {
  const tab = bench.tab();
  const stream = (await bench.peer.next("metrics/sse")).greet({ retry: 1234 }).sendSamples("e-1");
  await tab.untilSample("e-1");
  return { tab, stream };
}

const streamsAsked = () => bench.peer.untaken.filter((request) => request.startsWith("/base/metrics/sse"));

describe("tabs that want the same", () => {
  test("have one stream, and each gets all of it, in order", async () => {
    const tabs = Array.from({ length: 8 }, () => bench.tab());
    const stream = (await bench.peer.next("metrics/sse")).greet();
    stream.sendSamples("e-1", "e-2").send({ event: "gap", data: { from: "e-2", to: "e-5", lost: 2, reason: "slow-subscriber" } });
    stream.sendSamples("e-5");
    for (const tab of tabs) await tab.untilSample("e-5");
    stream.sendSamples("e-6").send({ event: "bye", data: { reason: "shutdown" } });
    for (const tab of tabs) {
      await tab.untilState("reconnecting");
      expect(tab.lines.filter((line) => /^(sample e-[56]|gap|bye)/.test(line))).toEqual([
        "gap 2 slow-subscriber", "sample e-5", "sample e-6", "bye shutdown",
      ]);
      expect(tab.state.reason).toBe("the server is shutting down");
    }
    expect(bench.worker.host.statistics()).toEqual({ streams: 1, members: 8 });
    expect(streamsAsked()).toEqual([]);
  });

  test("that comes late has state, hello and the newest sample at once, and asks for no stream", async () => {
    const { tab, stream } = await first();
    stream.sendSamples("e-2", "e-3");
    await tab.untilSample("e-3");
    const late = bench.tab();
    await late.untilSample("e-3");
    expect(late.lines).toEqual(["state connecting", "state live", "hello e-1", "sample e-3"]);
    stream.sendSamples("e-4");
    await late.untilSample("e-4");
    expect(late.sampleIds).toEqual(["e-3", "e-4"]);
    expect(streamsAsked()).toEqual([]);
  });

  test("the last one out closes the stream; one that comes then begins anew", async () => {
    const { tab, stream } = await first();
    const second = bench.tab();
    await second.untilSample("e-1");
    tab.feed.close();
    await until(() => bench.worker.host.statistics().members === 1);
    stream.sendSamples("e-2");
    await second.untilSample("e-2");
    second.feed.close();
    await stream.closed;
    expect(bench.worker.host.statistics()).toEqual({ streams: 0, members: 0 });
    const third = bench.tab();
    const anew = await bench.peer.next("metrics/sse");
    expect(anew.headers["last-event-id"]).toBe(undefined);
    anew.greet().sendSamples("e-9");
    await third.untilSample("e-9");
  });

  test("tell of a network that came back all at once, and get one fresh stream", async () => {
    const tabs = Array.from({ length: 4 }, () => bench.tab());
    const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    for (const tab of tabs) await tab.untilSample("e-1");
    tabs[0]!.feed.follow("online");
    await stream.closed;
    const second = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
    for (const tab of tabs) await tab.untilSample("e-2");
    for (const tab of tabs.slice(1)) tab.feed.follow("online");
    await bench.clock.advance(999);
    second.sendSamples("e-3");
    for (const tab of tabs) await tab.untilSample("e-3");
    expect(bench.peer.requestsCount).toBe(2);
    // Later it is another time that the network came back.
    await bench.clock.advance(1);
    tabs[3]!.feed.follow("online");
    await second.closed;
    expect((await bench.peer.next("metrics/sse")).headers["last-event-id"]).toBe("e-3");
  });

  test("share the delay that the worker measured", async () => {
    const { tab, stream } = await first();
    await bench.clock.advance(1_000);
    stream.send({ id: "e-2", data: sample("e-2", 1) });
    await tab.untilSample("e-2");
    expect(tab.delayMs).toBe(0);
    await bench.clock.advance(1_500);
    stream.send({ id: "e-3", data: sample("e-3", 2) });
    await tab.untilSample("e-3");
    expect(tab.delayMs).toBe(500);
  });
});

describe("tabs that differ", () => {
  test.each([
    ["the token", { token: "other" }],
    ["the sections", { sections: ["ai"] }],
    ["the machine", { host: "gpu box" }],
    ["the address", { path: "below" }],
  ])("in %s have a stream each", async (_, options) => {
    const { tab } = await first();
    bench.tab(options);
    await until(() => bench.peer.untaken.length > 0);
    expect(bench.peer.untaken[0]).toContain("metrics/sse");
    expect(bench.worker.host.statistics()).toEqual({ streams: 2, members: 2 });
    expect(tab.state.name).toBe("live");
  });

  test("a machine that is asked for stands in the address", async () => {
    bench.tab({ host: "gpu box", sections: ["ai"] });
    const { url } = await bench.peer.next("metrics/sse");
    expect([...url.searchParams]).toEqual([["sections", "ai"], ["host", "gpu box"]]);
  });

  test("in the order of their sections alone share one", async () => {
    bench.tab({ sections: ["ai", "system.cpu"] });
    bench.tab({ sections: ["system.cpu", "ai"] });
    await until(() => bench.worker.host.statistics().streams > 0);
    await until(() => bench.worker.host.statistics().members === 2);
    await bench.peer.next("metrics/sse");
    expect(bench.worker.host.statistics().streams).toBe(1);
  });

  test("the token goes into a header, and into no address", async () => {
    const tab = bench.tab({ token: "s3cret" });
    const stream = await bench.peer.next("metrics/sse");
    expect(stream.headers.authorization).toBe("Bearer s3cret");
    expect(stream.url.href).not.toContain("s3cret");
    stream.greet().sendSamples("e-1");
    await tab.untilSample("e-1");
  });
});

describe("a tab that was away", () => {
  /** Cut off from the worker, as when the page goes into the back/forward cache. */
  async function away(): Promise<{ gone: Tab; stays: Tab; stream: Exchange }> {
    const { tab: gone, stream } = await first();
    const stays = bench.tab();
    await stays.untilSample("e-1");
    gone.feed.follow("leaving");
    await until(() => bench.worker.host.statistics().members === 1);
    return { gone, stays, stream };
  }

  test("gets what came after from the worker's own memory", async () => {
    const { gone, stays, stream } = await away();
    stream.sendSamples(...ids("e", 2, 40));
    await stays.untilSample("e-40");
    gone.feed.follow("restored");
    await gone.untilSample("e-40");
    stream.sendSamples("e-41");
    await gone.untilSample("e-41");
    expect(gone.sampleIds).toEqual(ids("e", 1, 41));
    expect(bench.peer.untaken).toEqual([]);
  });

  test("for longer than that gets it from the server, while the stream goes on, and in order", async () => {
    const { gone, stays, stream } = await away();
    stream.sendSamples(...ids("e", 2, 100));
    await stays.untilSample("e-100");
    gone.feed.follow("restored");
    const poll = await bench.peer.next("metrics/json");
    expect([since(poll), poll.url.searchParams.get("wait")]).toEqual(["e-1", "0"]);
    stream.sendSamples("e-101", "e-102");
    await stays.untilSample("e-102");
    expect(gone.sampleIds).toEqual(["e-1"]);
    // The server gives part of it, and tells what it does not have.
    poll.samples(ids("e", 5, 60), { from: "e-1", to: "e-5", lost: 3, reason: "beyond-replay" });
    await gone.untilSample("e-102");
    stream.sendSamples("e-103");
    await gone.untilSample("e-103");
    expect(gone.sampleIds).toEqual(["e-1", ...ids("e", 5, 103)]);
    expect(gone.lines.filter((line) => line.startsWith("gap"))).toEqual(["gap 3 beyond-replay"]);
    expect(stays.sampleIds).toEqual(ids("e", 1, 103));
    expect(bench.peer.untaken).toEqual([]);
  });

  test("and cannot be brought up yet is tried again with the next sample, and gets nothing out of order", async () => {
    const { gone, stays, stream } = await away();
    stream.sendSamples(...ids("e", 2, 100));
    await stays.untilSample("e-100");
    gone.feed.follow("restored");
    (await bench.peer.next("metrics/json")).status(503);
    await settle();
    stream.sendSamples("e-101");
    const again = await bench.peer.next("metrics/json");
    expect(since(again)).toBe("e-1");
    again.samples(ids("e", 2, 101));
    await gone.untilSample("e-101");
    expect(gone.sampleIds).toEqual(ids("e", 1, 101));
  });

  test("and has come further than the stream waits for what comes next", async () => {
    const { stream } = await first();
    let port: MutePort | null = new MutePort();
    const tab = bench.tab({ open: () => (port ? { port, onerror: null } : bench.worker.open()) });
    port.say({ type: "ready", version: WORKER_VERSION });
    port.say({ type: "sample", id: "e-3", sample: sample("e-3") });
    port = null;
    tab.feed.follow("restored");
    const poll = await bench.peer.next("metrics/json");
    expect(since(poll)).toBe("e-3");
    poll.samples([]);
    await settle();
    stream.sendSamples("e-2", "e-3", "e-4");
    await tab.untilSample("e-4");
    expect(tab.sampleIds).toEqual(["e-3", "e-4"]);
  });

  test("and finds a worker without a stream makes it begin where the tab is", async () => {
    const { tab, stream } = await first();
    tab.feed.follow("leaving");
    await stream.closed;
    tab.feed.follow("restored");
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-1");
    second.greet().sendSamples("e-2", "e-3");
    await tab.untilSample("e-3");
    expect(tab.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
  });
});

describe("a tab that dies without goodbye", () => {
  /** A tab's end of a port that nobody is behind any more. */
  function dead(): void {
    const { port } = bench.worker.open();
    port.onmessage = () => {};
    const request = { base: bench.peer.url, sections: [], token: "of the dead", timing: {} as never };
    port.postMessage({ type: "join", request, resumeId: null });
  }

  test("is noticed by its silence, and its stream closed; the others' goes on", async () => {
    const { tab, stream } = await first();
    dead();
    const deadStream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    for (let second = 2; bench.worker.host.statistics().members > 1; second += 2) {
      await bench.clock.advance(2_000);
      stream.sendSamples(`e-${second}`);
      await tab.untilSample(`e-${second}`);
      deadStream.sendSamples(`e-${second}`);
      expect(second).toBeLessThan(30);
    }
    await deadStream.closed;
    expect(bench.worker.host.statistics()).toEqual({ streams: 1, members: 1 });
    expect(tab.state.name).toBe("live");
  });

  test("but was merely frozen joins again and has lost nothing", async () => {
    const { tab, stream } = await first();
    const port = new MutePort();
    const frozen = bench.tab({ open: () => (port.isClosed ? bench.worker.open() : { port, onerror: null }) });
    port.say({ type: "ready", version: WORKER_VERSION });
    port.say({ type: "sample", id: "e-1", sample: sample("e-1") });
    stream.sendSamples("e-2", "e-3");
    await tab.untilSample("e-3");
    port.say({ type: "dropped" });
    await frozen.untilSample("e-3");
    expect(frozen.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
    expect(port.heard.at(-1)).toEqual({ type: "leave" });
  });
});

describe("a worker that cannot be had", () => {
  /** The tab has a stream of its own, without the worker. */
  async function expectAlone(tab: Tab): Promise<void> {
    const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
    expect(tab.state.name).toBe("live");
    expect(bench.worker.host.statistics().members).toBe(0);
    tab.feed.close();
    await stream.closed;
  }

  test("since none may be started", async () => {
    const open = () => {
      throw new DOMException("no", "SecurityError");
    };
    await expectAlone(bench.tab({ open }));
  });

  test("since its script is missing: it is not looked for again", async () => {
    const worker: WorkerHandle = { port: new MutePort(), onerror: null };
    let starts = 0;
    const tab = bench.tab({ open: () => ((starts += 1), worker) });
    worker.onerror!(new Event("error") as ErrorEvent);
    tab.feed.follow("visible");
    tab.feed.follow("online");
    expect(starts).toBe(1);
    await expectAlone(tab);
  });

  test("since it is of another version", async () => {
    const port = new MutePort();
    const tab = bench.tab({ open: () => ({ port, onerror: null }) });
    port.say({ type: "ready", version: "of tomorrow" });
    expect(port.isClosed).toBe(true);
    expect(port.heard).toEqual([{ type: "leave" }]);
    await expectAlone(tab);
  });

  test("since it never answers: the first values come all the same", async () => {
    const tab = bench.tab({ open: () => ({ port: new MutePort(), onerror: null }), headStart: fetch });
    (await bench.peer.next("metrics/json")).json(sample("e-1"));
    await tab.untilSample("e-1");
    await bench.clock.advance(5_999);
    expect(streamsAsked()).toEqual([]);
    await bench.clock.advance(1);
    const stream = await bench.peer.next("metrics/sse");
    expect(stream.headers["last-event-id"]).toBe("e-1");
    stream.greet().sendSamples("e-2");
    await tab.untilSample("e-2");
    expect(tab.lines.filter((line) => line.startsWith("state"))).toEqual(["state connecting", "state live"]);
  });

  test("polls while it is hidden, as every tab that is alone", async () => {
    const tab = bench.tab({ open: () => ({ port: new MutePort(), onerror: null }), headStart: fetch });
    (await bench.peer.next("metrics/json")).status(500);
    tab.isVisible = false;
    tab.feed.follow("hidden");
    await bench.clock.advance(6_000);
    (await bench.peer.next("metrics/json")).json(sample("e-1"));
    await tab.untilState("polling");
    expect(streamsAsked()).toEqual([]);
  });

  test("for a while is tried again when somebody looks, and takes over without a loss", async () => {
    let port: MutePort | null = new MutePort();
    const open = () => (port ? { port, onerror: null } : bench.worker.open());
    const tab = bench.tab({ open });
    await bench.clock.advance(6_000);
    const own = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1", "e-2");
    await tab.untilSample("e-2");
    port = null;
    tab.feed.follow("visible");
    await own.closed;
    const shared = await bench.peer.next("metrics/sse");
    expect(shared.headers["last-event-id"]).toBe("e-2");
    shared.greet().sendSamples("e-3");
    await tab.untilSample("e-3");
    expect(tab.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
    expect(bench.worker.host.statistics().members).toBe(1);
  });
});

describe("a worker that dies", () => {
  test("is replaced by a new one, which resumes where the tab was", async () => {
    const { tab, stream } = await first();
    bench.worker.kill();
    await stream.closed;
    bench.worker = new Worker(bench.clock);
    await bench.clock.advance(6_000);
    expect(tab.state).toMatchObject({ name: "reconnecting", reason: "the worker that all tabs share has fallen silent" });
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-1");
    second.greet().sendSamples("e-2");
    await tab.untilSample("e-2");
    await tab.untilState("live");
    expect(tab.sampleIds).toEqual(["e-1", "e-2"]);
    expect(tab.states.map(({ name }) => name)).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  test("and is not replaced leads to a stream of the tab's own", async () => {
    let isGone = false;
    const tab = bench.tab({ open: () => (isGone ? { port: new MutePort(), onerror: null } : bench.worker.open()) });
    const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
    bench.worker.kill();
    isGone = true;
    await stream.closed;
    bench.worker = new Worker(bench.clock);
    await bench.clock.advance(12_000);
    const own = await bench.peer.next("metrics/sse");
    expect(own.headers["last-event-id"]).toBe("e-1");
    own.greet().sendSamples("e-2");
    await tab.untilSample("e-2");
    await tab.untilState("live");
    expect(tab.states.map(({ name }) => name)).toEqual(["connecting", "live", "reconnecting", "live"]);
  });

  test("as soon as it begins does not make the tab try for ever", async () => {
    const ports: MutePort[] = [];
    const open = () => {
      const port = new MutePort();
      ports.push(port);
      queueMicrotask(() => port.say({ type: "ready", version: WORKER_VERSION }));
      return { port, onerror: null };
    };
    const tab = bench.tab({ open });
    await bench.clock.advance(6_000);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
    expect(ports.length).toBe(1);
  });
});

describe("answers that end it", () => {
  test.each([
    [401, "signed-out"],
    [404, "stopped"],
  ] as const)("%i is told to all tabs, and start() asks again, once", async (status, name) => {
    const tabs = [bench.tab(), bench.tab()];
    (await bench.peer.next("metrics/sse")).status(status);
    for (const tab of tabs) await tab.untilState(name);
    await until(() => bench.worker.host.statistics().members === 0);
    expect(bench.worker.host.statistics().streams).toBe(0);
    for (const tab of tabs) tab.feed.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    for (const tab of tabs) await tab.untilSample("e-1");
    expect(streamsAsked()).toEqual([]);
  });

  test("a tab that starts again gets a new stream, though another one has not left the old one", async () => {
    const { port } = bench.worker.open();
    port.onmessage = () => {};
    port.postMessage({ type: "join", request: { base: bench.peer.url, sections: [], token: null, timing: DEFAULT_TIMING }, resumeId: null });
    const tab = bench.tab();
    (await bench.peer.next("metrics/sse")).status(401);
    await tab.untilState("signed-out");
    tab.feed.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
    port.postMessage({ type: "leave" });
  });

  test("start() works from inside the event that tells of one", async () => {
    const tab = bench.tab();
    tab.onLine = (line) => line === "state signed-out" && tab.feed.start();
    (await bench.peer.next("metrics/sse")).status(401);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
  });
});

test("without a network it is the tab that says so: its worker may not know", async () => {
  const { tab, stream } = await first();
  tab.isOnline = false;
  stream.drop();
  await tab.untilState("offline");
  expect(tab.state.retryAt).toBe(bench.clock.epochMs() + 1234);
});

describe("the sample that a tab asks for itself while its worker starts", () => {
  test("is where the stream begins", async () => {
    const port = new MutePort();
    const tab = bench.tab({ open: () => ({ port, onerror: null }), headStart: fetch });
    (await bench.peer.next("metrics/json")).json(sample("e-5"));
    await tab.untilSample("e-5");
    port.say({ type: "ready", version: WORKER_VERSION });
    expect(port.heard).toMatchObject([{ type: "join", resumeId: "e-5" }]);
  });

  test("is asked for once, and not when a tab starts again", async () => {
    let asked = 0;
    const headStart = () => ((asked += 1), new Promise<Response>(() => {}));
    const tab = bench.tab({ headStart });
    (await bench.peer.next("metrics/sse")).status(401);
    await tab.untilState("signed-out");
    tab.feed.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await tab.untilSample("e-1");
    expect(asked).toBe(1);
  });

  test("is of no use once the worker has answered", async () => {
    const port = new MutePort();
    let answer!: (response: Response) => void;
    const headStart = () => new Promise<Response>((resolve) => (answer = resolve));
    const tab = bench.tab({ open: () => ({ port, onerror: null }), headStart });
    port.say({ type: "ready", version: WORKER_VERSION });
    port.say({ type: "sample", id: "e-4", sample: sample("e-4") });
    answer(Response.json(sample("e-6")));
    await settle();
    await settle();
    port.say({ type: "sample", id: "e-5", sample: sample("e-5") });
    expect(tab.sampleIds).toEqual(["e-4", "e-5"]);
  });
});

describe("close()", () => {
  test("gives up the request of the tab's own too", async () => {
    const tab = bench.tab({ open: () => ({ port: new MutePort(), onerror: null }), headStart: fetch });
    const asked = await bench.peer.next("metrics/json");
    tab.feed.close();
    await asked.closed;
    expect(bench.clock.pending).toBe(0);
  });

  test.each(["state", "hello", "sample", "gap", "bye"])("inside of a %s: nothing comes after", async (type) => {
    const tab = bench.tab();
    tab.onLine = (line) => line.startsWith(type) && line !== "state connecting" && tab.feed.close();
    const stream = await bench.peer.next("metrics/sse");
    const gap = { from: null, to: null, lost: null, reason: "unknown-id" };
    stream.greet().send({ event: "gap", data: gap }).sendSamples("e-1", "e-2").send({ event: "bye", data: { reason: "shutdown" } });
    await stream.closed;
    await until(() => bench.worker.host.statistics().members === 0);
    await settle();
    expect(tab.lines.at(-1)).toMatch(type);
  });
});
