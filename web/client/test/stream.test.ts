import { describe, expect, test } from "vitest";
import { settle } from "./manual_clock.js";
import { ids, sample } from "./peer.js";
import { useBench } from "./harness.js";

const bench = useBench();

async function live({ retry = 1234, first = "e-1" } = {}) {
  const feed = bench.connect();
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet({ retry, newest: first }).sendSamples(first);
  await feed.untilSample(first);
  return { feed, stream };
}

describe("the request", () => {
  test("asks for an event stream, without an id at first, and with the token in a header alone", async () => {
    const feed = bench.connect({ token: "s3cret", sections: ["system.cpu", "ai"] });
    feed.client.start();
    const { headers, url } = await bench.peer.next("metrics/sse");
    expect(headers.accept).toBe("text/event-stream");
    expect(headers.authorization).toBe("Bearer s3cret");
    expect(headers["last-event-id"]).toBe(undefined);
    expect(url.pathname).toBe("/base/metrics/sse");
    expect([...url.searchParams]).toEqual([["sections", "system.cpu,ai"]]);
  });

  test("none is made before start()", async () => {
    const feed = bench.connect();
    await settle();
    expect(feed.client.state.name).toBe("idle");
    expect(bench.peer.untaken).toEqual([]);
  });

  test("start() twice makes one", async () => {
    const feed = bench.connect();
    feed.client.start();
    feed.client.start();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.untilSample("e-1");
    feed.client.start();
    await settle();
    expect(bench.peer.untaken).toEqual([]);
  });
});

test("events are told in the order in which they came", async () => {
  const feed = bench.connect();
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet({ newest: "e-1" });
  stream.sendSamples("e-1").send({ event: "gap", data: { from: "e-1", to: "e-4", lost: 2, reason: "slow-subscriber" } });
  stream.sendSamples("e-4").send({ event: "heartbeat", data: {} }).send({ event: "of a later version", data: {} });
  stream.sendSamples("e-5");
  await feed.untilSample("e-5");
  expect(feed.lines).toEqual([
    "state connecting",
    "state live",
    "hello e-1",
    "sample e-1",
    "gap 2 slow-subscriber",
    "sample e-4",
    "sample e-5",
  ]);
  expect(feed.client.hello?.epoch).toBe("e");
});

test("10,000 events at speed keep their order, none lost, none doubled", async () => {
  const { feed, stream } = await live();
  stream.sendSamples(...ids("e", 2, 10_000));
  await feed.untilSample("e-10000");
  expect(feed.sampleIds).toEqual(ids("e", 1, 10_000));
});

describe("when the connection drops", () => {
  test("it waits exactly the server's retry, and resumes after the last sample", async () => {
    const { feed, stream } = await live({ retry: 4321 });
    stream.sendSamples("e-2");
    await feed.untilSample("e-2");
    stream.drop();
    const state = await feed.untilState("reconnecting", { waiting: true });
    expect(state.retryAt! - bench.clock.epochMs()).toBe(4321);
    await bench.clock.advance(4320);
    expect(bench.peer.untaken).toEqual([]);
    await bench.clock.advance(1);
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-2");
    expect(feed.client.state).toMatchObject({ name: "reconnecting", retryAt: null });
    second.greet({ newest: "e-4" }).sendSamples("e-3", "e-4");
    await feed.untilSample("e-4");
    expect(feed.sampleIds).toEqual(ids("e", 1, 4));
    expect(feed.client.state.name).toBe("live");
  });

  test("after longer than is resumed it begins with the newest, and tells the gap", async () => {
    const feed = bench.connect({ timing: { resumableMs: 1_000 } });
    feed.client.start();
    const first = (await bench.peer.next("metrics/sse")).greet({ retry: 1234 }).sendSamples("e-1");
    await feed.untilSample("e-1");
    first.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBeUndefined();
    second.greet().sendSamples("e-9", "e-10");
    await feed.untilSample("e-10");
    expect(feed.lines.slice(-3)).toEqual(["gap 7 beyond-replay", "sample e-9", "sample e-10"]);
  });

  test("what is sent again is dropped, and a gap is told once, with the sample behind it", async () => {
    const { feed, stream } = await live();
    const gap = { event: "gap", data: { from: "e-1", to: "e-4", lost: 2, reason: "beyond-replay" } };
    stream.send(gap).drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    (await bench.peer.next("metrics/sse")).greet().send(gap).sendSamples("e-1", "e-4", "e-4", "e-5");
    await feed.untilSample("e-5");
    expect(feed.sampleIds).toEqual(["e-1", "e-4", "e-5"]);
    expect(feed.lines.filter((line) => line.startsWith("gap"))).toEqual(["gap 2 beyond-replay"]);
  });

  test("in the middle of a sample, that one comes again whole", async () => {
    const { feed, stream } = await live();
    stream.write(`id: e-2\ndata: ${JSON.stringify(sample("e-2")).slice(0, 20)}`);
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-1");
    second.greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    expect(feed.sampleIds).toEqual(["e-1", "e-2"]);
  });

  test("a restarted server's samples come too: last ones of the old start, then those of the new", async () => {
    const { feed, stream } = await live({ first: "old-900" });
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    (await bench.peer.next("metrics/sse")).greet({ newest: "new-2" }).sendSamples("old-901", "new-1", "new-2");
    await feed.untilSample("new-2");
    expect(feed.sampleIds).toEqual(["old-900", "old-901", "new-1", "new-2"]);
  });

  test("later waits are drawn from a ceiling that doubles", async () => {
    const { feed, stream } = await live({ retry: 1000 });
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1000);
    const second = (await bench.peer.next("metrics/sse")).greet({ retry: 3000 });
    await feed.untilState("live");
    second.drop();
    const { retryAt } = await feed.untilState("reconnecting", { waiting: true });
    expect(retryAt! - bench.clock.epochMs()).toBe(3000); // half of twice the new retry
  });

  test("a good minute clears the count of failures", async () => {
    const { feed, stream } = await live({ retry: 1000 });
    let now = stream;
    for (const round of [1, 2, 3, 4]) {
      for (let second = 0; second < 60; second += 4) {
        await bench.clock.advance(4_000);
        const id = `e-${round * 100 + second}`;
        now.sendSamples(id);
        await feed.untilSample(id);
      }
      now.drop();
      const { retryAt } = await feed.untilState("reconnecting", { waiting: true });
      expect(retryAt! - bench.clock.epochMs()).toBe(1000);
      await bench.clock.advance(1000);
      now = (await bench.peer.next("metrics/sse")).greet({ retry: 1000 });
      await feed.untilState("live");
    }
  });

  test("an empty id forgets the position", async () => {
    const { feed, stream } = await live();
    stream.write("id\ndata: ").write(`${JSON.stringify(sample("e-2"))}\n\n`);
    await feed.untilSample("e-2");
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    expect((await bench.peer.next("metrics/sse")).headers["last-event-id"]).toBe(undefined);
  });

  test("samples without an id of the stream are known by their own", async () => {
    const { feed, stream } = await live();
    for (const id of ["e-2", "e-2", "e-3"]) stream.send({ data: sample(id) });
    await feed.untilSample("e-3");
    expect(feed.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
  });

  test("an id that no header can carry goes into the query", async () => {
    const { feed, stream } = await live();
    stream.send({ id: "é-2", data: sample("é-2") });
    await feed.untilSample("é-2");
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    const { url, headers } = await bench.peer.next("metrics/sse");
    expect([url.searchParams.get("last_event_id"), headers["last-event-id"]]).toEqual(["é-2", undefined]);
  });
});

describe("silence", () => {
  test("of three intervals means dead: the stream is cut and resumed", async () => {
    const { feed, stream } = await live();
    await bench.clock.advance(5_000);
    await stream.closed;
    expect(feed.client.state).toMatchObject({ name: "reconnecting", reason: "nothing arrived for 5 s" });
    await bench.clock.advance(1234);
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-1");
  });

  test("with a slow sampler is broken by heartbeats", async () => {
    const feed = bench.connect();
    feed.client.start();
    const stream = (await bench.peer.next("metrics/sse")).greet({ interval: 60 });
    await feed.untilState("live");
    for (let count = 1; count <= 12; count += 1) {
      await bench.clock.advance(10_000);
      // A bare id is told by nothing; the hello after it tells that the heartbeat was read.
      stream.send({ event: "heartbeat", data: {} }).send({ event: "hello", data: { interval_seconds: 60 } });
      await feed.until(() => feed.lines.filter((line) => line.startsWith("hello")).length === count + 1);
      await settle();
    }
    await bench.clock.advance(24_999);
    expect(feed.client.state.name).toBe("live");
    await bench.clock.advance(1);
    expect(feed.client.state.name).toBe("reconnecting");
  });

  test("right after the headers means that something holds the stream back", async () => {
    const feed = bench.connect();
    feed.client.start();
    const stream = (await bench.peer.next("metrics/sse")).openStream();
    await settle();
    await bench.clock.advance(4_999);
    expect(feed.client.state.name).toBe("connecting");
    await bench.clock.advance(1);
    await stream.closed;
    expect(feed.client.state.name).toBe("reconnecting");
    expect(feed.client.state.reason).toContain("holding the stream back");
  });

  test("is not broken by what a proxy pads a stream with that it holds back", async () => {
    let body!: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({ start: (controller) => void (body = controller) });
    const response = new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
    const feed = bench.connect({ fetch: async () => response });
    feed.client.start();
    await bench.clock.advance(3_000);
    body.enqueue(new TextEncoder().encode(`:${" ".repeat(2048)}\n\n`));
    await bench.clock.advance(2_000);
    expect(feed.client.state.reason).toContain("holding the stream back");
  });

  test("before the headers is as bad", async () => {
    const feed = bench.connect();
    feed.client.start();
    const stream = await bench.peer.next("metrics/sse");
    await bench.clock.advance(5_000);
    await stream.closed;
    expect(feed.client.state.name).toBe("reconnecting");
  });
});

test("bye: the client leaves at once and comes back after the new retry, exactly", async () => {
  const { feed, stream } = await live({ retry: 1000 });
  stream.send({ retry: 7777, event: "bye", data: { reason: "shutdown" } });
  const { reason, retryAt } = await feed.untilState("reconnecting", { waiting: true });
  await stream.closed;
  expect(feed.lines).toContain("bye shutdown");
  expect(reason).toBe("the server is shutting down");
  expect(retryAt! - bench.clock.epochMs()).toBe(7777);
  await bench.clock.advance(7777);
  expect((await bench.peer.next("metrics/sse")).headers["last-event-id"]).toBe("e-1");
});

test("bye: what would come after it in the same breath is left for the next stream", async () => {
  const { feed, stream } = await live();
  stream.send({ event: "bye", data: { reason: "shutdown" } }).sendSamples("e-2");
  await feed.untilState("reconnecting", { waiting: true });
  expect(feed.sampleIds).toEqual(["e-1"]);
});

test("bye: it is no failure, so the wait is exact and leads to a stream, whatever failed before", async () => {
  const feed = bench.connect({ random: () => 0.25 });
  feed.client.start();
  for (const waitMs of [250, 500]) {
    (await bench.peer.next("metrics/sse")).status(500);
    await bench.clock.untilTimer(waitMs);
    await bench.clock.advance(waitMs);
  }
  (await bench.peer.next("metrics/sse")).greet().send({ retry: 7777, event: "bye", data: { reason: "shutdown" } });
  await bench.clock.untilTimer(7777);
  await bench.clock.advance(7777);
  await bench.peer.next("metrics/sse");
});

describe("answers that end it", () => {
  test.each([
    [401, "signed-out"],
    [403, "signed-out"],
    [404, "stopped"],
    [204, "stopped"],
    [410, "stopped"],
  ] as const)("%i: %s, with no timer and no further request", async (status, name) => {
    const feed = bench.connect();
    feed.client.start();
    (await bench.peer.next("metrics/sse")).status(status);
    const state = await feed.untilState(name);
    expect(state.reason).toContain(String(status));
    expect(state.retryAt).toBe(null);
    expect(bench.clock.pending).toBe(0);
    await bench.clock.advance(3_600_000);
    expect(bench.peer.untaken).toEqual([]);
  });

  test("after one, start() tries again, and resumes where it was", async () => {
    const { feed, stream } = await live();
    stream.drop();
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(1234);
    (await bench.peer.next("metrics/sse")).status(401);
    await feed.untilState("signed-out");
    feed.client.start();
    const again = await bench.peer.next("metrics/sse");
    expect(again.headers["last-event-id"]).toBe("e-1");
    again.greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    expect(feed.client.state.name).toBe("live");
  });

  test("start() works from inside the event that tells of one", async () => {
    const feed = bench.connect();
    feed.client.addEventListener("state", ({ detail }) => {
      if (detail.name === "signed-out") feed.client.start();
    });
    feed.client.start();
    (await bench.peer.next("metrics/sse")).status(401);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.untilSample("e-1");
    expect(feed.client.state.name).toBe("live");
  });
});

describe("answers that pass", () => {
  test.each([
    [503, "7", 7_000],
    [429, "2", 2_000],
    [500, undefined, 500],
    [408, undefined, 500],
  ])("%i with Retry-After %s waits %i ms", async (status, retryAfter, waitMs) => {
    const feed = bench.connect();
    feed.client.start();
    (await bench.peer.next("metrics/sse")).status(status, retryAfter ? { "Retry-After": retryAfter } : {});
    const state = await feed.untilState("reconnecting", { waiting: true });
    expect(state.reason).toBe(`the server answered ${status}`);
    expect(state.retryAt! - bench.clock.epochMs()).toBe(waitMs);
    await bench.clock.advance(waitMs - 1);
    expect(bench.peer.untaken).toEqual([]);
    await bench.clock.advance(1);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.untilSample("e-1");
  });

  test.each(["text/html", "text/event-streamy", "application/json"])("%s in place of a stream is named", async (type) => {
    const feed = bench.connect();
    feed.client.start();
    const exchange = (await bench.peer.next("metrics/sse")).openStream(type).write("data: {}\n\n");
    const state = await feed.untilState("reconnecting", { waiting: true });
    expect(state.reason).toBe(`expected text/event-stream, got ${type}`);
    await exchange.closed;
  });

  test("a charset after the type does no harm", async () => {
    const feed = bench.connect();
    feed.client.start();
    (await bench.peer.next("metrics/sse")).openStream("Text/Event-Stream; charset=utf-8").sendSamples("e-1");
    await feed.untilSample("e-1");
  });

  test.each([
    ["not JSON", "{oops", "a sample is not JSON"],
    ["without an id", "{}", "a sample has no id"],
    ["null", "null", "a sample has no id"],
  ])("a sample that is %s is a failure, and is asked for again", async (_, data, reason) => {
    const { feed, stream } = await live();
    stream.write(`id: e-2\ndata: ${data}\n\n`);
    expect((await feed.untilState("reconnecting", { waiting: true })).reason).toBe(reason);
    await bench.clock.advance(1234);
    expect((await bench.peer.next("metrics/sse")).headers["last-event-id"]).toBe("e-1");
  });

  test("a server that is not there", async () => {
    await bench.peer.stop();
    const feed = bench.connect();
    feed.client.start();
    const { reason } = await feed.untilState("reconnecting", { waiting: true });
    expect(reason).toMatch(/^the server cannot be reached \(.*ECONNREFUSED/);
    await bench.peer.listen();
    await bench.clock.advance(500);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.untilSample("e-1");
  });
});
