import { describe, expect, test } from "vitest";
import { browserPage } from "../src/page.js";
import { settle } from "./manual_clock.js";
import { type Exchange, ids, sample } from "./peer.js";
import { useBench } from "./harness.js";

const bench = useBench();

/** The parts of a browser that the client looks at, without a browser; the page's own tests run in a real one. */
class Browser {
  readonly window = new EventTarget();
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  readonly navigator = { onLine: true };
  readonly page = browserPage(this);

  show(): void {
    this.document.visibilityState = "visible";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  hide(): void {
    this.document.visibilityState = "hidden";
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  online(): void {
    this.navigator.onLine = true;
    this.window.dispatchEvent(new Event("online"));
  }

  pageHide(): void {
    this.window.dispatchEvent(Object.assign(new Event("pagehide"), { persisted: true }));
  }

  pageShow(persisted: boolean): void {
    this.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  }
}

async function live() {
  const browser = new Browser();
  const feed = bench.connect({ page: browser.page });
  feed.client.start();
  const stream = (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
  await feed.untilSample("e-1");
  return { browser, feed, stream };
}

async function waiting() {
  const browser = new Browser();
  const feed = bench.connect({ page: browser.page });
  feed.client.start();
  (await bench.peer.next("metrics/sse")).drop();
  await feed.untilState("reconnecting", { waiting: true });
  return { browser, feed };
}

describe("a stream that looks open", () => {
  test.each([
    ["the network came back", (browser: Browser) => browser.online()],
    ["the page came back", (browser: Browser) => browser.pageShow(true)],
  ])("is made anew, at once, when %s", async (reason, happen) => {
    const { browser, feed, stream } = await live();
    happen(browser);
    await stream.closed;
    expect(feed.client.state).toEqual({ name: "reconnecting", reason, retryAt: null });
    const second = await bench.peer.next("metrics/sse");
    expect(second.headers["last-event-id"]).toBe("e-1");
    second.greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    expect(feed.sampleIds).toEqual(["e-1", "e-2"]);
  });

  test("is made anew on becoming visible if it has been silent for long", async () => {
    const { browser, stream } = await live();
    await bench.clock.advance(2_501);
    browser.show();
    await stream.closed;
    await bench.peer.next("metrics/sse");
  });

  test("stays on becoming visible while it delivers, on pagehide, and on the first pageshow", async () => {
    const { browser, feed } = await live();
    await bench.clock.advance(2_000);
    browser.show();
    browser.pageHide();
    browser.pageShow(false);
    await settle();
    expect(feed.client.state.name).toBe("live");
    expect(bench.peer.untaken).toEqual([]);
  });

  test("that had to be made anew is no failure: waits begin as if it had not been", async () => {
    const { browser, feed, stream } = await live();
    for (let count = 0; count < 5; count += 1) {
      browser.online();
      (await bench.peer.next("metrics/sse")).greet({ retry: 1234 });
      await feed.untilState("live");
    }
    await stream.closed;
    await bench.clock.advance(5_000);
    const { retryAt } = await feed.untilState("reconnecting", { waiting: true });
    expect(retryAt! - bench.clock.epochMs()).toBe(1234);
  });
});

describe("a wait", () => {
  test.each([
    ["visible", (browser: Browser) => browser.show()],
    ["online", (browser: Browser) => browser.online()],
    ["pageshow", (browser: Browser) => browser.pageShow(true)],
  ])("ends with %s", async (_, happen) => {
    const { browser, feed } = await waiting();
    happen(browser);
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-1");
    await feed.untilSample("e-1");
  });

  test("that the server asked for does not", async () => {
    const browser = new Browser();
    const feed = bench.connect({ page: browser.page });
    feed.client.start();
    (await bench.peer.next("metrics/sse")).status(503, { "Retry-After": "9" });
    await feed.untilState("reconnecting", { waiting: true });
    browser.show();
    browser.online();
    await bench.clock.advance(8_999);
    expect(bench.peer.untaken).toEqual([]);
  });
});

describe("while the page is hidden", () => {
  const since = (exchange: Exchange) => exchange.url.searchParams.get("since");

  test("it holds no connection: it asks now and then, and streams again at once when it is looked at", async () => {
    const { browser, feed, stream } = await live();
    browser.hide();
    await stream.closed;
    const first = await bench.peer.next("metrics/json");
    expect([since(first), first.url.searchParams.get("wait")]).toEqual(["e-1", "0"]);
    first.samples(["e-2"]);
    await feed.untilState("polling");
    expect(feed.client.state.reason).toBe("the page is hidden");
    await bench.clock.untilTimer(10_000);
    await bench.clock.advance(9_999);
    expect(bench.peer.untaken).toEqual([]);
    await bench.clock.advance(1);
    (await bench.peer.next("metrics/json")).samples(["e-3", "e-4"]);
    await feed.untilSample("e-4");
    browser.show();
    const again = await bench.peer.next("metrics/sse");
    expect(again.headers["last-event-id"]).toBe("e-4");
    const poll = await bench.peer.next("metrics/json");
    again.greet({ newest: "e-5" }).sendSamples("e-5");
    await feed.untilState("live");
    await poll.closed;
    expect(feed.sampleIds).toEqual(ids("e", 1, 5));
  });

  test("one that was opened so polls, and has no stream before it is looked at", async () => {
    const browser = new Browser();
    browser.hide();
    const feed = bench.connect({ page: browser.page });
    feed.client.start();
    (await bench.peer.next("metrics/json")).json(sample("e-1"));
    await feed.untilState("polling");
    browser.online(); // wakes it, but nobody looks yet
    (await bench.peer.next("metrics/json")).samples(["e-2"]);
    await feed.untilSample("e-2");
    expect(bench.peer.untaken).toEqual([]);
    browser.show();
    const [stream, poll] = [await bench.peer.next("metrics/sse"), await bench.peer.next("metrics/json")];
    stream.greet().sendSamples("e-3");
    await feed.untilSample("e-3");
    await poll.closed;
    expect(feed.client.state.name).toBe("live");
  });

  test("a server that is away is asked with growing waits, and a look ends the wait", async () => {
    const { browser, feed } = await live();
    browser.hide();
    (await bench.peer.next("metrics/json")).drop();
    await feed.untilState("reconnecting", { waiting: true });
    browser.show();
    const [stream, poll] = [await bench.peer.next("metrics/sse"), await bench.peer.next("metrics/json")];
    stream.greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    await poll.closed;
  });

  test("a stream that is being tried is given up, and tried again with the next look", async () => {
    const { browser, feed } = await live();
    browser.hide();
    (await bench.peer.next("metrics/json")).samples([]);
    await feed.untilState("polling");
    browser.show();
    const stream = await bench.peer.next("metrics/sse");
    browser.hide();
    await stream.closed;
    await settle();
    expect(bench.peer.untaken.filter((request) => request.includes("sse"))).toEqual([]);
    await bench.peer.next("metrics/json");
    browser.show();
    (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
    await feed.untilSample("e-2");
    expect(feed.client.state.name).toBe("live");
  });
});

test("without a network the state is offline, and attempts go on, since loopback needs none", async () => {
  const { browser, feed, stream } = await live();
  browser.navigator.onLine = false;
  await settle();
  expect(feed.client.state.name).toBe("live");
  stream.drop();
  await feed.untilState("offline", { waiting: true });
  await bench.clock.advance(1234);
  (await bench.peer.next("metrics/sse")).drop();
  await feed.untilState("offline", { waiting: true });
  browser.online();
  (await bench.peer.next("metrics/sse")).greet().sendSamples("e-2");
  await feed.untilSample("e-2");
  expect(feed.client.state.name).toBe("live");
});

test("while polling, the network's return makes poll and stream anew at once", async () => {
  const browser = new Browser();
  const feed = bench.connect({ page: browser.page, timing: { failuresBeforePolling: 1 } });
  feed.client.start();
  (await bench.peer.next("metrics/sse")).openStream("text/html");
  (await bench.peer.next("metrics/json")).json({ id: "e-1", interval_seconds: 1 });
  const poll = await bench.peer.next("metrics/json");
  browser.online();
  await poll.closed;
  const [again, stream] = [await bench.peer.next("metrics/json"), await bench.peer.next("metrics/sse")];
  expect(again.url.searchParams.get("since")).toBe("e-1");
  stream.greet().sendSamples("e-2");
  await feed.untilSample("e-2");
  await again.closed;
  expect(feed.client.state.name).toBe("live");
});

test.each(["close", "signed-out"])("after %s the page is not listened to", async (how) => {
  const browser = new Browser();
  const heard: string[] = [];
  for (const target of [browser.window, browser.document]) {
    const add = target.addEventListener.bind(target);
    const remove = target.removeEventListener.bind(target);
    target.addEventListener = (type: string, listener: EventListener) => (heard.push(type), add(type, listener));
    target.removeEventListener = (type: string, listener: EventListener) => {
      heard.splice(heard.indexOf(type), 1);
      remove(type, listener);
    };
  }
  const feed = bench.connect({ page: browser.page });
  feed.client.start();
  expect(heard.sort()).toEqual(["online", "pagehide", "pageshow", "visibilitychange"]);
  const stream = await bench.peer.next("metrics/sse");
  if (how === "close") feed.client.close();
  else {
    stream.status(403);
    await feed.untilState("signed-out");
  }
  expect(heard).toEqual([]);
});
