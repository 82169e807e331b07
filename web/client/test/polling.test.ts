import { describe, expect, test } from "vitest";
import { settle } from "./manual_clock.js";
import { type Exchange, ids } from "./peer.js";
import { type Recorder, useBench } from "./harness.js";

const bench = useBench();

/** A stream that opens and delivers nothing, as through a proxy that buffers; ends when the client gave it up. */
async function holdBack(): Promise<void> {
  const stream = (await bench.peer.next("metrics/sse")).openStream();
  await settle();
  await bench.clock.advance(5_000);
  await stream.closed;
}

/** Brings a client to its first poll: three streams in a row deliver nothing. */
async function toFirstPoll(feed: Recorder): Promise<Exchange> {
  feed.client.start();
  await holdBack();
  await bench.clock.advance(500); // half of 1 s
  await holdBack();
  await bench.clock.advance(1_000); // half of 2 s
  await holdBack();
  return bench.peer.next("metrics/json");
}

const since = (exchange: Exchange) => exchange.url.searchParams.get("since");

test("after three streams that deliver nothing it polls: the newest sample, then what comes after it", async () => {
  const feed = bench.connect({ token: "s3cret", sections: ["ai"] });
  const first = await toFirstPoll(feed);
  expect([...first.url.searchParams]).toEqual([["sections", "ai"]]);
  expect(first.headers.authorization).toBe("Bearer s3cret");
  first.json({ id: "e-7", interval_seconds: 1 });
  const state = await feed.untilState("polling");
  expect(state.reason).toContain("holding the stream back");
  const second = await bench.peer.next("metrics/json");
  expect([...second.url.searchParams]).toEqual([["sections", "ai"], ["since", "e-7"], ["wait", "10"]]);
  second.samples(["e-8", "e-9"]);
  const third = await bench.peer.next("metrics/json");
  expect(since(third)).toBe("e-9");
  expect(feed.sampleIds).toEqual(["e-7", "e-8", "e-9"]);
  expect(feed.lines.filter((line) => line === "state polling").length).toBe(1);
});

test("two failures do not make it poll", async () => {
  const feed = bench.connect();
  feed.client.start();
  (await bench.peer.next("metrics/sse")).status(500);
  await feed.untilState("reconnecting", { waiting: true });
  await bench.clock.advance(500);
  (await bench.peer.next("metrics/sse")).drop();
  await feed.until(() => feed.states.filter(({ retryAt }) => retryAt !== null).length === 2);
  await bench.clock.advance(1_000);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
  await feed.untilSample("e-1");
});

describe("over stream, polls and stream again", () => {
  test("no sample is lost or doubled, and none comes out of order", async () => {
    const feed = bench.connect();
    feed.client.start();
    (await bench.peer.next("metrics/sse")).greet({ retry: 1000 }).sendSamples("e-1", "e-2");
    await feed.untilSample("e-2");
    await bench.clock.advance(5_000); // silence: the first failure
    await bench.clock.untilTimer(1_000);
    await bench.clock.advance(1_000);
    await holdBack();
    await bench.clock.advance(1_000);
    await holdBack();

    const poll = await bench.peer.next("metrics/json");
    expect(since(poll)).toBe("e-2");
    poll.samples(["e-3", "e-4"]);
    await feed.untilSample("e-4");
    const longPoll = await bench.peer.next("metrics/json");
    expect(since(longPoll)).toBe("e-4");

    await bench.clock.advance(11_250); // three quarters of 15 s: half certain, half of the rest drawn
    const stream = await bench.peer.next("metrics/sse");
    expect(stream.headers["last-event-id"]).toBe("e-4");
    // Before the stream delivers, the poll does; then the stream delivers the same, and goes on.
    longPoll.samples(["e-5", "e-6"]);
    await feed.untilSample("e-6");
    const lastPoll = await bench.peer.next("metrics/json");
    stream.greet({ newest: "e-8" }).sendSamples("e-5", "e-6", "e-7", "e-8");
    await feed.untilSample("e-8");
    await lastPoll.closed;
    expect(feed.client.state).toEqual({ name: "live", reason: null, retryAt: null });

    stream.sendSamples("e-9");
    await feed.untilSample("e-9");
    expect(feed.sampleIds).toEqual(ids("e", 1, 9));
    expect(feed.lines.filter((line) => line.startsWith("gap"))).toEqual([]);
  });

  test("a poll's answer that arrives when the stream has taken over changes nothing", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    await feed.untilSample("e-1");
    const poll = await bench.peer.next("metrics/json");
    await bench.clock.advance(11_250);
    const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
    poll.samples(["e-2"]);
    await feed.untilSample("e-2");
    stream.sendSamples("e-3");
    await feed.untilSample("e-3");
    expect(feed.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
    expect(feed.client.state.name).toBe("live");
  });

  test("a stream that fails again soon after leads back to polls, which go on where it ended", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    await feed.untilSample("e-1");
    await bench.clock.advance(11_250);
    (await bench.peer.next("metrics/json")).drop();
    const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    await bench.clock.advance(5_000); // it held back all that came after its first bytes
    await stream.closed;
    const poll = await bench.peer.next("metrics/json");
    expect(since(poll)).toBe("e-2");
  });
});

test("while polling, the stream is tried less and less often, and polls go on meanwhile", async () => {
  const feed = bench.connect();
  (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
  await feed.untilState("polling");
  let sequence = 1;
  for (const waitMs of [11_250, 22_500, 45_000, 90_000, 90_000]) {
    await bench.clock.untilTimer(waitMs);
    for (let leftMs = waitMs - 1; leftMs > 0; leftMs -= 9_000) {
      await bench.clock.advance(Math.min(leftMs, 9_000));
      (await bench.peer.next("metrics/json")).samples([`e-${(sequence += 1)}`]);
      await feed.untilSample(`e-${sequence}`);
    }
    expect(bench.peer.untaken.filter((request) => request.includes("sse"))).toEqual([]);
    await bench.clock.advance(1);
    const stream = (await bench.peer.next("metrics/sse")).openStream();
    (await bench.peer.next("metrics/json")).samples([`e-${(sequence += 1)}`]);
    await feed.untilSample(`e-${sequence}`);
    expect(feed.client.state.name).toBe("polling");
    await bench.clock.advance(5_000);
    await stream.closed;
  }
  expect(feed.sampleIds).toEqual(ids("e", 1, sequence));
});

test("a stream that drops again and again does not make the wait for the first poll grow", async () => {
  const feed = bench.connect();
  (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
  await bench.peer.next("metrics/json");
  await bench.clock.advance(11_250);
  for (const id of ["e-2", "e-3", "e-4"]) {
    // From the second round on it is tried at the first answer, since it may have been the server that fell.
    const stream = (await bench.peer.next("metrics/sse")).greet({ retry: 1000 }).sendSamples(id);
    await feed.untilSample(id);
    stream.drop();
    await bench.clock.untilTimer(2_000); // half of 4 s, as after the third failure
    await bench.clock.advance(2_000);
    (await bench.peer.next("metrics/json")).samples([]);
  }
  await bench.peer.next("metrics/sse");
});

test("when polls fail and work again, the stream is tried at once", async () => {
  const feed = bench.connect();
  (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
  (await bench.peer.next("metrics/json")).status(502);
  await bench.clock.untilTimer(4_000);
  await bench.clock.advance(4_000);
  (await bench.peer.next("metrics/json")).samples(["e-2"]);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-3");
  await feed.untilSample("e-3");
  expect(feed.client.state.name).toBe("live");
});

test("the reason for polling is that of the last stream", async () => {
  const feed = bench.connect();
  (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
  await bench.peer.next("metrics/json");
  await bench.clock.advance(11_250);
  (await bench.peer.next("metrics/sse")).openStream("text/html");
  await feed.until(() => feed.client.state.reason === "expected text/event-stream, got text/html");
  expect(feed.client.state.name).toBe("polling");
});

test("a gap of an answer is told before its samples, once", async () => {
  const feed = bench.connect();
  (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
  const gap = { from: "e-1", to: "e-9", lost: 7, reason: "beyond-replay" as const };
  (await bench.peer.next("metrics/json")).samples(["e-9"], gap);
  await feed.untilSample("e-9");
  await bench.clock.advance(11_250);
  const stream = (await bench.peer.next("metrics/sse")).greet();
  stream.send({ event: "gap", data: gap }).sendSamples("e-9", "e-10");
  await feed.untilSample("e-10");
  expect(feed.lines.filter((line) => /^(gap|sample)/.test(line))).toEqual([
    "sample e-1",
    "gap 7 beyond-replay",
    "sample e-9",
    "sample e-10",
  ]);
});

describe("the pace of polls", () => {
  test("is the interval where the server does not wait", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 2 });
    (await bench.peer.next("metrics/json")).samples([]);
    await bench.clock.untilTimer(2_000);
    await bench.clock.advance(1_999);
    expect(bench.peer.untaken).toEqual([]);
    await bench.clock.advance(1);
    expect(since(await bench.peer.next("metrics/json"))).toBe("e-1");
  });

  test("is the server's where it waits", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    const longPoll = await bench.peer.next("metrics/json");
    await bench.clock.advance(10_000);
    longPoll.samples([]);
    expect(since(await bench.peer.next("metrics/json"))).toBe("e-1");
  });

  test("is not lost to an answer that repeats what is known", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    (await bench.peer.next("metrics/json")).samples(["e-1"]);
    await bench.clock.untilTimer(1_000);
    await bench.clock.advance(999);
    expect(bench.peer.untaken).toEqual([]);
    await bench.clock.advance(1);
    await bench.peer.next("metrics/json");
    expect(feed.sampleIds).toEqual(["e-1"]);
  });
});

describe("polls that fail", () => {
  test.each([
    ["an error", (poll: Exchange) => poll.status(500), "the server answered 500"],
    ["another type", (poll: Exchange) => poll.status(200, { "Content-Type": "text/html" }, "<p>"), "expected application/json, got text/html"],
    ["no JSON", (poll: Exchange) => poll.status(200, { "Content-Type": "application/json" }, "{"), "the answer is not JSON"],
    ["no sample", (poll: Exchange) => poll.json({}), "a sample has no id"],
  ])("with %s are named and tried again, with growing waits", async (_, fail, reason) => {
    const feed = bench.connect();
    fail(await toFirstPoll(feed));
    const state = await feed.untilState("reconnecting", { waiting: true });
    expect(state.reason).toBe(reason);
    expect(state.retryAt! - bench.clock.epochMs()).toBe(4_000); // half of 8 s: three failures of streams, one of polls
    await bench.clock.advance(4_000);
    fail(await bench.peer.next("metrics/json"));
    await feed.until(() => feed.client.state.retryAt === bench.clock.epochMs() + 8_000);
  });

  test("without an answer are given up", async () => {
    const feed = bench.connect();
    const poll = await toFirstPoll(feed);
    await bench.clock.advance(20_000);
    await poll.closed;
    expect(feed.client.state).toMatchObject({ name: "reconnecting", reason: "no answer within 20 s" });
    (await bench.peer.next("metrics/sse")).drop(); // the attempt that fell into this time
    await settle();
  });

  test.each([
    [401, "signed-out"],
    [404, "stopped"],
  ] as const)("with %i end everything, also a stream that is being tried", async (status, name) => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    const poll = await bench.peer.next("metrics/json");
    await bench.clock.advance(11_250);
    const stream = (await bench.peer.next("metrics/sse")).openStream();
    poll.status(status);
    await feed.untilState(name);
    await stream.closed;
    expect(bench.clock.pending).toBe(0);
  });

  test("a stream that is refused ends the polls too", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).json({ id: "e-1", interval_seconds: 1 });
    const poll = await bench.peer.next("metrics/json");
    await bench.clock.advance(11_250);
    (await bench.peer.next("metrics/sse")).status(401);
    await feed.untilState("signed-out");
    await poll.closed;
    expect(bench.clock.pending).toBe(0);
  });

  test("wait as long as Retry-After says", async () => {
    const feed = bench.connect();
    (await toFirstPoll(feed)).status(429, { "Retry-After": "9" });
    const state = await feed.untilState("reconnecting", { waiting: true });
    expect(state.retryAt! - bench.clock.epochMs()).toBe(9_000);
  });
});

test("a server at its limit of streams is polled, and asked for a stream when it said", async () => {
  const feed = bench.connect();
  feed.client.start();
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    (await bench.peer.next("metrics/sse")).status(503, { "Retry-After": "20" });
    await feed.untilState("reconnecting", { waiting: true });
    await bench.clock.advance(20_000);
  }
  (await bench.peer.next("metrics/json")).json({ id: "e-1", interval_seconds: 1 });
  await feed.untilState("polling");
  const poll = await bench.peer.next("metrics/json");
  await bench.clock.advance(15_000);
  poll.samples(["e-2"]);
  const nextPoll = await bench.peer.next("metrics/json");
  expect(bench.peer.untaken).toEqual([]);
  await bench.clock.advance(5_000);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2", "e-3");
  await feed.untilSample("e-3");
  await nextPoll.closed;
  expect(feed.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
});

test("a server that was killed and comes back is live at its first answer", async () => {
  const feed = bench.connect();
  feed.client.start();
  (await bench.peer.next("metrics/sse")).greet({ retry: 1000, newest: "old-5" }).sendSamples("old-5");
  await feed.untilSample("old-5");
  await bench.peer.stop();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const { retryAt } = await feed.untilState("reconnecting", { waiting: true });
    waits.push(retryAt! - bench.clock.epochMs());
    if (attempt === 4) await bench.peer.listen();
    await bench.clock.advance(waits.at(-1)!);
  }
  expect(waits).toEqual([1000, 1000, 2000, 4000]); // the retry, then halves of doubling ceilings
  const poll = await bench.peer.next("metrics/json");
  expect(since(poll)).toBe("old-5");
  poll.samples(["old-6", "new-1"]);
  const stream = await bench.peer.next("metrics/sse");
  expect(stream.headers["last-event-id"]).toBe("new-1");
  stream.greet({ newest: "new-2" }).sendSamples("new-2");
  await feed.untilSample("new-2");
  expect(feed.client.state.name).toBe("live");
  expect(feed.sampleIds).toEqual(["old-5", "old-6", "new-1", "new-2"]);
  await (await bench.peer.next("metrics/json")).closed;
});
