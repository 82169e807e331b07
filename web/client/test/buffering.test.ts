import { describe, expect, test } from "vitest";
import { type Recorder, useBench } from "./harness.js";
import { type Exchange, ids, sample, timeAt } from "./peer.js";

const bench = useBench();
const nowSeconds = () => bench.clock.monotonicMs() / 1_000;
const hello = () => ({ interval_seconds: 1, newest_id: "any", server_time: timeAt(nowSeconds()) });
const hellos = (feed: Recorder) => feed.lines.filter((line) => line === "hello any").length;

/** Opens a stream as the appliance does, now. */
async function open(): Promise<Exchange> {
  const stream = (await bench.peer.next("metrics/sse")).openStream();
  return stream.send({ retry: 4_000, event: "hello", data: hello() });
}

/** Samples that were taken each second, the last one just now, and are sent all at once. */
function sendBunch(stream: Exchange, first: number, last: number): void {
  for (let sequence = first; sequence <= last; sequence += 1) {
    stream.send({ id: `e-${sequence}`, data: sample(`e-${sequence}`, nowSeconds() - (last - sequence)) });
  }
}

/** Ends when the client has read all that was sent. */
async function read(feed: Recorder, stream: Exchange): Promise<void> {
  const before = hellos(feed);
  stream.send({ event: "hello", data: hello() });
  await feed.until(() => hellos(feed) > before);
}

/** A feed whose stream brought a sample, then bunches of four: the third one tells it all. */
async function buffered(): Promise<Recorder> {
  const feed = bench.connect();
  feed.client.start();
  const stream = await open();
  sendBunch(stream, 1, 1);
  await feed.untilSample("e-1");
  for (const last of [5, 9]) {
    await bench.clock.advance(4_000);
    sendBunch(stream, last - 3, last);
    await feed.untilSample(`e-${last}`);
    expect(feed.client.state.name).toBe("live");
  }
  await bench.clock.advance(4_000);
  sendBunch(stream, 10, 13);
  await stream.closed;
  return feed;
}

/** Answers a poll with one sample that was taken just now. */
async function answer(feed: Recorder, sequence: number): Promise<void> {
  (await bench.peer.next("metrics/json")).json({ samples: [sample(`e-${sequence}`, nowSeconds())], gap: null });
  await feed.untilSample(`e-${sequence}`);
}

describe("a stream that is late in bunches", () => {
  test("is given up for polls at once, without a wait, and the reason says why", async () => {
    const feed = await buffered();
    const poll = await bench.peer.next("metrics/json");
    // Where the third bunch was judged: nothing is asked for twice.
    expect(poll.url.searchParams.get("since")).toBe("e-12");
    poll.json({ samples: [sample("e-13", nowSeconds()), sample("e-14", nowSeconds())], gap: null });
    const state = await feed.untilState("polling");
    expect(state.reason).toBe("a proxy is buffering: samples arrive in bunches, up to 3 s late");
    expect(feed.sampleIds).toEqual(ids("e", 1, 14));
    await bench.peer.next("metrics/json");
  });

  test("is late as the delay says, which falls when polls have taken over", async () => {
    const feed = await buffered();
    expect(feed.client.delayMs).toBe(3_000);
    for (let sequence = 20; sequence < 26; sequence += 1) {
      await answer(feed, sequence);
      await bench.clock.advance(1_875);
    }
    expect(feed.client.delayMs).toBe(0);
    // Of an answer, only its newest sample was sent when it was taken.
    const samples = [26, 27, 28].map((sequence) => sample(`e-${sequence}`, nowSeconds() - (28 - sequence)));
    (await bench.peer.next("metrics/json")).json({ samples, gap: null });
    await feed.untilSample("e-28");
    expect(feed.client.delayMs).toBe(0);
    // A stream that is merely tried says nothing of what the page lives on.
    const stream = (await bench.peer.next("metrics/sse")).openStream();
    stream.send({ event: "hello", data: { ...hello(), server_time: timeAt(nowSeconds() - 3) } });
    await feed.until(() => hellos(feed) === 2);
    expect(feed.client.delayMs).toBe(0);
    await bench.peer.next("metrics/json");
  });

  test("is tried again, and polls go on until it has shown for a while that it is timely", async () => {
    const feed = await buffered();
    await bench.clock.untilTimer(11_250);
    await bench.clock.advance(11_250);
    const stream = await open();
    for (let sequence = 25; sequence <= 28; sequence += 1) {
      await answer(feed, sequence);
      sendBunch(stream, sequence, sequence);
      await read(feed, stream);
      expect(feed.client.state.name).toBe("polling");
      await bench.clock.advance(1_000);
    }
    sendBunch(stream, 29, 29);
    await feed.untilState("live");
    expect(feed.client.state.reason).toBe(null);
    expect(feed.sampleIds.slice(-5)).toEqual(ids("e", 25, 29));
    await (await bench.peer.next("metrics/json")).closed;
    // From then on it is trusted, as is the one after it.
    stream.send({ retry: 2_000, event: "bye", data: { reason: "shutdown" } });
    await bench.clock.untilTimer(2_000);
    await bench.clock.advance(2_000);
    await open();
    await feed.untilState("live");
  });

  test("and is so each time is tried less and less often, and never counts as live", async () => {
    const feed = await buffered();
    let sequence = 13;
    for (const waitMs of [11_250, 22_500, 45_000]) {
      await bench.clock.untilTimer(waitMs);
      for (let leftMs = waitMs; leftMs > 0; leftMs -= 9_000) {
        await bench.clock.advance(Math.min(leftMs, 9_000));
        await answer(feed, (sequence += 1));
      }
      const stream = await open();
      for (let bunch = 1; bunch <= 3; bunch += 1) {
        await bench.clock.advance(4_000);
        sendBunch(stream, sequence + 1, (sequence += 4));
        if (bunch < 3) await feed.untilSample(`e-${sequence}`);
        else await stream.closed;
        await answer(feed, sequence); // in time, so that the poll is not given up
      }
    }
    expect(feed.states.filter(({ name }) => name === "live").length).toBe(1);
    expect(feed.client.state.name).toBe("polling");
    await bench.clock.advance(1_000);
    await bench.peer.next("metrics/json");
  });
});

test("what is replayed when a stream begins comes all at once, and is no sign of anything", async () => {
  const feed = bench.connect();
  feed.client.start();
  let stream = await open();
  sendBunch(stream, 1, 1);
  await feed.untilSample("e-1");
  for (const last of [11, 21, 31, 41, 51]) {
    await bench.clock.advance(5_000); // silence: as after half-open connections, each replay has more than one sample
    await stream.closed;
    await bench.clock.untilTimer(4_000);
    await bench.clock.advance(4_000);
    stream = await open();
    sendBunch(stream, last - 9, last);
    await feed.untilSample(`e-${last}`);
    expect(feed.client.delayMs).toBe(0);
    // A good minute clears what the drop has counted.
    for (let seconds = 0; seconds < 64; seconds += 4) {
      await bench.clock.advance(4_000);
      await read(feed, stream);
    }
  }
  expect(feed.client.state.name).toBe("live");
  expect(feed.client.delayMs).toBe(0);
});

test("what came late since this reader was slow is not held against the way", async () => {
  const feed = bench.connect();
  feed.client.start();
  const stream = await open();
  sendBunch(stream, 1, 1);
  await feed.untilSample("e-1");
  for (let last = 5; last < 45; last += 4) {
    await bench.clock.advance(4_000);
    if (last % 8 === 5) stream.send({ event: "gap", data: { from: null, to: null, lost: 1, reason: "slow-subscriber" } });
    sendBunch(stream, last - 3, last);
    await feed.untilSample(`e-${last}`);
  }
  expect(feed.client.state.name).toBe("live");
});
