import { describe, expect, test } from "vitest";
import { browserPage } from "../src/page";
import { settle } from "./manual_clock";
import { useBench } from "./harness";

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

  test("stays on becoming visible while it delivers, on hiding, and on the first pageshow", async () => {
    const { browser, feed } = await live();
    await bench.clock.advance(2_000);
    browser.hide();
    browser.show();
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
  expect(heard.sort()).toEqual(["online", "pageshow", "visibilitychange"]);
  const stream = await bench.peer.next("metrics/sse");
  if (how === "close") feed.client.close();
  else {
    stream.status(403);
    await feed.untilState("signed-out");
  }
  expect(heard).toEqual([]);
});
