/**
 * The client's conformance cases of connecting, by their number: one look at each. The other files of this folder look
 * closer. Cases 1 to 20, of parsing, are in events.test.ts; 29, 32, 33 and 35 also have tests in a browser
 * (tests/browser/test_client_*.py).
 */
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Timeline } from "../../elements/timeline";
import { backoffMs } from "../src/backoff.js";
import { type Recorder, useBench } from "./harness.js";
import { settle } from "./manual_clock.js";
import { type Exchange, ids, sample } from "./peer.js";

const bench = useBench();
afterEach(() => vi.restoreAllMocks());

async function live(options = {}): Promise<{ feed: Recorder; stream: Exchange }> {
  const feed = bench.connect(options);
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet({ retry: 1_000 }).sendSamples("e-1");
  await feed.untilSample("e-1");
  return { feed, stream };
}

const waitMs = (feed: Recorder) => feed.client.state.retryAt! - bench.clock.epochMs();

test("20: an event of 10 MB comes over a real connection, in order with what is around it", async () => {
  const { feed, stream } = await live();
  const large = { ...sample("e-2"), padding: "ä".repeat(5_000_000) };
  stream.send({ id: "e-2", data: large }).sendSamples("e-3");
  await feed.untilSample("e-3");
  expect(feed.sampleIds).toEqual(["e-1", "e-2", "e-3"]);
});

test("20: a line without an end ends the stream with a clear error, and the feed goes on", async () => {
  const { feed, stream } = await live();
  stream.write("data: ");
  for (let megabyte = 0; megabyte < 17; megabyte += 1) stream.write("x".repeat(1_048_576));
  const { reason } = await feed.untilState("reconnecting", { waiting: true });
  expect(reason).toBe("a line is longer than 16777216 characters");
  await stream.closed;
  await bench.clock.advance(1_000);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
  await feed.untilSample("e-2");
});

test("21: Accept and Last-Event-ID are sent, and the token in a header, never in a URL", async () => {
  const { feed, stream } = await live({ token: "s3cret" });
  stream.drop();
  await bench.clock.untilTimer(1_000);
  await bench.clock.advance(1_000);
  const second = await bench.peer.next("metrics/sse");
  for (const { headers, url } of [stream, second]) {
    expect(headers).toMatchObject({ accept: "text/event-stream", authorization: "Bearer s3cret" });
    expect(url.href).not.toContain("s3cret");
  }
  expect(second.headers["last-event-id"]).toBe("e-1");
  expect(feed.client.state.name).toBe("reconnecting");
});

/** The first answer to a stream's request has this status; answers which state that leads to. */
async function stateAfter(status: number, headers: Record<string, string> = {}): Promise<Recorder> {
  const feed = bench.connect();
  feed.client.start();
  (await bench.peer.next("metrics/sse")).status(status, headers);
  await feed.until(() => feed.client.state.name !== "connecting");
  return feed;
}

test("22: 204 stops", async () => {
  expect((await stateAfter(204)).client.state.name).toBe("stopped");
});

test.each([
  [401, "signed-out"],
  [403, "signed-out"],
  [404, "stopped"],
])("23: %i leads to %s, and nothing is asked for any more", async (status, name) => {
  const feed = await stateAfter(status);
  expect(feed.client.state.name).toBe(name);
  await bench.clock.advance(3_600_000);
  expect(bench.peer.requestsCount).toBe(1);
});

test.each([429, 500, 502, 503, 504])("23: %i is tried again, when Retry-After says", async (status) => {
  const feed = await stateAfter(status, { "Retry-After": "17" });
  expect(waitMs(feed)).toBe(17_000);
  await bench.clock.advance(17_000);
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
  await feed.untilSample("e-1");
});

test("24: a wrong content type fails clearly", async () => {
  const feed = await stateAfter(200, { "Content-Type": "text/html" });
  expect(feed.client.state.reason).toBe("expected text/event-stream, got text/html");
});

describe("25: backoff", () => {
  test("25: doubles, and is capped before its jitter, which is full", () => {
    const draws = (drawn: number) =>
      [2, 3, 4, 5, 6, 7].map((failures) => backoffMs(failures, null, { baseMs: 1_000, capMs: 30_000 }, () => drawn));
    expect(draws(0)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(draws(0.5)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  test("25: begins anew after a good minute, and not before", async () => {
    const { feed, stream } = await live();
    const keepAlive = async (on: Exchange, seconds: number) => {
      for (let second = 0; second <= seconds; second += 4) {
        if (second > 0) await bench.clock.advance(4_000);
        const id = `e-${bench.clock.monotonicMs()}`;
        on.sendSamples(id);
        await feed.untilSample(id);
      }
    };
    stream.drop();
    await bench.clock.untilTimer(1_000);
    await bench.clock.advance(1_000);
    const second = (await bench.peer.next("metrics/sse")).greet({ retry: 1_000 });
    await keepAlive(second, 56);
    second.drop();
    await bench.clock.untilTimer(1_000); // half of twice the retry
    await feed.until(() => feed.client.state.retryAt !== null);
    await bench.clock.advance(1_000);
    const third = (await bench.peer.next("metrics/sse")).greet({ retry: 3_000 });
    await keepAlive(third, 60);
    third.drop();
    await feed.untilState("reconnecting", { waiting: true });
    expect(waitMs(feed)).toBe(3_000); // exactly the retry: the first failure
  });
});

test.each([
  [0.2, 5_000],
  [5, 15_000],
  [60, 25_000],
])("26: with an interval of %s s, %i ms of silence mean dead: abort, reconnect, resume", async (interval, limitMs) => {
  const feed = bench.connect();
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet({ interval, retry: 1_000 });
  stream.send({ id: "e-1", data: { ...sample("e-1"), interval_seconds: interval } });
  await feed.untilSample("e-1");
  await bench.clock.advance(limitMs - 1);
  expect(feed.client.state.name).toBe("live");
  await bench.clock.advance(1);
  await stream.closed;
  await bench.clock.advance(1_000);
  expect((await bench.peer.next("metrics/sse")).headers["last-event-id"]).toBe("e-1");
});

test("27, 28: after three failures it polls, tries the stream meanwhile, goes back to it; nothing is lost or doubled", async () => {
  const { feed, stream } = await live();
  stream.drop();
  for (const delayMs of [1_000, 1_000]) {
    await bench.clock.untilTimer(delayMs);
    await bench.clock.advance(delayMs);
    (await bench.peer.next("metrics/sse")).status(502);
  }
  await bench.clock.untilTimer(2_000);
  await bench.clock.advance(2_000);
  const poll = await bench.peer.next("metrics/json");
  expect(poll.url.searchParams.get("since")).toBe("e-1");
  poll.samples(["e-2", "e-3"]);
  await feed.untilState("polling");
  // The server was away, so the stream is tried with the first answer; it fails, and is tried again.
  (await bench.peer.next("metrics/sse")).status(502);
  const next = await bench.peer.next("metrics/json");
  await bench.clock.untilTimer(22_500);
  next.samples(["e-4"]);
  await feed.untilSample("e-4");
  for (const [afterMs, id] of [[9_000, "e-5"], [9_000, "e-6"], [4_500, "e-7"]] as const) {
    await bench.clock.advance(afterMs);
    (await bench.peer.next("metrics/json")).samples([id]);
    await feed.untilSample(id);
  }
  const [again, last] = [await bench.peer.next("metrics/sse"), await bench.peer.next("metrics/json")];
  again.greet({ newest: "e-9" }).sendSamples("e-6", "e-7", "e-8", "e-9");
  await feed.untilSample("e-9");
  expect(feed.client.state.name).toBe("live");
  expect(feed.sampleIds).toEqual(ids("e", 1, 9));
  expect(feed.lines.filter((line) => line.startsWith("gap"))).toEqual([]);
  await last.closed;
});

test("28: over many random changes of transport, drops and repeats, no sample is lost or doubled", async () => {
  // A small generator with a fixed seed: the same run each time.
  let seed = 20_261_124;
  const below = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const feed = bench.connect({ timing: { failuresBeforePolling: 2, probeBaseMs: 1_000, probeCapMs: 1_000 } });
  feed.client.start();
  let newest = 1;
  const after = (id: string | null | undefined) => ids("e", id ? Number(id.slice(2)) + 1 : newest, newest);
  const kinds = new Set<string>();
  for (let round = 0; round < 300; round += 1) {
    newest += below(4);
    await settleLong();
    const [waiting] = bench.peer.untaken;
    if (waiting === undefined) {
      await bench.clock.advance(1_000);
      continue;
    }
    const exchange = await bench.peer.next(waiting.startsWith("/base/metrics/sse") ? "metrics/sse" : "metrics/json");
    const isStream = exchange.path === "metrics/sse";
    const resume = isStream ? exchange.headers["last-event-id"] : exchange.url.searchParams.get("since");
    const kind = `${isStream ? "stream" : "poll"} ${["drops", "refuses", "brings", "repeats"][below(4)]!}`;
    kinds.add(kind);
    if (kind.endsWith("drops")) exchange.drop();
    else if (kind.endsWith("refuses")) exchange.status(503);
    else if (isStream) {
      const old = kind.endsWith("repeats") && resume ? [String(resume)] : [];
      exchange.greet({ retry: 100, newest: `e-${newest}` }).sendSamples(...old, ...after(String(resume ?? "")));
      await settleLong();
      exchange.drop();
    } else if (resume) exchange.samples([...(kind.endsWith("repeats") ? [resume as string] : []), ...after(resume as string)]);
    else exchange.json(sample(`e-${newest}`));
  }
  expect(kinds.size).toBe(8);
  const first = Number(feed.sampleIds[0]!.slice(2));
  expect(feed.sampleIds).toEqual(ids("e", first, first + feed.sampleIds.length - 1));
  expect(feed.sampleIds.length).toBeGreaterThan(100);
  feed.client.close();
  await settleLong(); // a request that was on its way
});

/** Long enough for what was sent over loopback to arrive, mostly; where it is not, the run is another one. */
async function settleLong(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await settle();
}

test("30: close() in any state, and inside of any callback: see client.test.ts; here, with all at once under way", async () => {
  const { feed, stream } = await live();
  feed.client.close();
  await stream.closed;
  const told = feed.lines.length;
  await bench.clock.advance(3_600_000);
  expect([feed.lines.length - told, bench.clock.pending, bench.peer.requestsCount]).toEqual([0, 0, 1]);
});

test("31: a callback that throws does not stop the stream", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { feed, stream } = await live();
  for (const type of ["sample", "gap", "state", "hello", "bye"] as const) {
    feed.client.addEventListener(type, () => {
      throw new Error("of a listener");
    });
  }
  stream.sendSamples("e-2").send({ event: "gap", data: { from: null, to: null, lost: null, reason: "unknown-id" } });
  stream.sendSamples("e-3");
  await feed.untilSample("e-3");
  expect(feed.client.state.name).toBe("live");
});

test("34: order is kept for 10,000 events at speed, in pieces of any size", async () => {
  const { feed, stream } = await live();
  const text = ids("e", 2, 10_000).map((id) => `id: ${id}\ndata: ${JSON.stringify(sample(id))}\n\n`).join("");
  for (let start = 0; start < text.length; start += 7_919) stream.write(text.slice(start, start + 7_919));
  await feed.untilSample("e-10000");
  expect(feed.sampleIds).toEqual(ids("e", 1, 10_000));
});

test("35: a gap breaks the chart's line: between the rows around it, and there alone", async () => {
  const timeline = new Timeline({ longestSeconds: 60, schedule: () => {} });
  const feed = bench.connect();
  feed.client.addEventListener("sample", ({ detail }) => timeline.append(detail));
  feed.client.addEventListener("gap", ({ detail }) => timeline.tellGap(detail.reason));
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet();
  const at = (sequence: number) => ({ ...sample(`e-${sequence}`, sequence), system: {}, ai: {}, server: {} });
  for (const sequence of [1, 2]) stream.send({ id: `e-${sequence}`, data: at(sequence) });
  stream.send({ event: "gap", data: { from: "e-2", to: "e-5", lost: 2, reason: "slow-subscriber" } });
  for (const sequence of [5, 6]) stream.send({ id: `e-${sequence}`, data: at(sequence) });
  await feed.untilSample("e-6");
  expect([0, 1, 2, 3].map((row) => timeline.rows.broken(row))).toEqual([false, false, true, false]);
});

describe("a fetch that the page brings along", () => {
  const never: typeof fetch = () => new Promise(() => {});

  test("and that never answers nor heeds its signal does not hang an attempt: 26, 27", async () => {
    const feed = bench.connect({ fetch: never });
    feed.client.start();
    for (const [silentMs, delayMs] of [[5_000, 500], [5_000, 1_000]] as const) {
      await bench.clock.advance(silentMs);
      await feed.untilState("reconnecting", { waiting: true });
      expect(waitMs(feed)).toBe(delayMs);
      await bench.clock.advance(delayMs);
    }
    await bench.clock.advance(5_000); // the third stream
    await bench.clock.advance(20_000); // a poll
    expect(feed.client.state.reason).toBe("no answer within 20 s");
  });

  test("is let go of by close(), and an answer that comes after all is thrown away", async () => {
    let answer!: (response: Response) => void;
    const feed = bench.connect({ fetch: () => new Promise((resolve) => (answer = resolve)) });
    feed.client.start();
    await settle();
    feed.client.close();
    expect(bench.clock.pending).toBe(0);
    const cancelled = vi.fn();
    answer(new Response(new ReadableStream({ cancel: cancelled })));
    await settle();
    expect(cancelled).toHaveBeenCalledOnce();
  });

  test("whose answer's body never ends nor heeds its signal is given up: a poll too", async () => {
    const headers = { "Content-Type": "application/json" };
    const endless: typeof fetch = async () => new Response(new ReadableStream(), { headers });
    const feed = bench.connect({ fetch: endless, timing: { failuresBeforePolling: 1 } });
    feed.client.start();
    await settle();
    await bench.clock.advance(20_000);
    expect(feed.client.state.reason).toBe("no answer within 20 s");
  });
});

test("each case has a test that is named by its number", () => {
  const numbers = new Set<number>();
  const browser = new URL("../../../tests/browser/", import.meta.url);
  const inBrowser = readdirSync(browser).filter((name) => /^test_client_.*\.py$/.test(name));
  for (const file of ["cases.test.ts", "events.test.ts"]) {
    const titles = readFileSync(new URL(file, import.meta.url), "utf8").matchAll(/(?:test|each|name:)[^"\n]*"(\d+(?:, \d+)*): |\)\("(\d+(?:, \d+)*): /g);
    for (const [, one, other] of titles) for (const number of (one ?? other)!.split(", ")) numbers.add(Number(number));
  }
  for (const file of inBrowser) {
    for (const [, number] of readFileSync(new URL(file, browser), "utf8").matchAll(/^def test_(\d+)_/gm)) numbers.add(Number(number));
  }
  const all = Array.from({ length: 35 }, (_, index) => index + 1);
  expect(all.filter((number) => !numbers.has(number))).toEqual([]);
});
