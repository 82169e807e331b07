import { beforeEach, describe, expect, it } from "vitest";
import { batches, HistoryFeed } from "./history-feed";
import type { SampleBase } from "./path";
import { Timeline } from "./timeline";

const START = 1_800_000_000_000;
const NOW = 10_000;
const VALUE = ["value"] as const;

/** The value of a second is the second. */
function sample(second: number): SampleBase {
  return { id: `a-${second}`, timestamp: iso(second), interval_seconds: 1, ...{ value: second } };
}

const since = (seconds: number): number => Math.round(1000 * seconds - START) / 1000;
const iso = (second: number): string => new Date(START + second * 1000).toISOString();

let timeline: Timeline;
let feed: HistoryFeed;
let asked: { names: string[]; from: number; to: number; points: number }[];
let answers: (response: Response) => Response;

/** As the server does: pixels at multiples of their width, or samples where these are no more than the points. */
function answerTo(query: string[][]): Response {
  const of = (key: string): string[] => query.filter(([name]) => name === key).map(([, value]) => value ?? "");
  const [from, to, points] = [Number(of("from")[0]), Number(of("to")[0]), Number(of("points")[0])];
  const names = of("metric");
  asked.push({ names, from: since(from), to: since(to), points });
  const isExact = to - from <= points;
  const width = isExact ? 1 : Math.ceil((1000 * (to - from)) / (points - 1)) / 1000;
  const times: number[] = [];
  for (let time = isExact ? Math.ceil(from) + 0.25 : Math.floor(from / width) * width; time < to; time += width) times.push(time);
  const mean = times.map((time) => time - START / 1000 + (isExact ? 0 : width / 2));
  const series = Object.fromEntries(names.map((name) => [name, { mean, min: mean.map((one) => one - width), max: mean.map((one) => one + width) }]));
  const timestamps = times.map((time) => new Date(Math.round(time * 1000)).toISOString());
  return answers(Response.json({ timestamps, series, interval_seconds: width, gaps: [], tier: "samples", unavailable: [] }));
}

beforeEach(() => {
  timeline = new Timeline({ longestSeconds: 600, hasHistory: true, schedule: () => undefined });
  asked = [];
  answers = (response) => response;
  feed = new HistoryFeed(timeline, async (path, query) => {
    expect(path).toBe("api/v1/history");
    return answerTo(query as string[][]);
  });
  timeline.column(VALUE);
  timeline.hold(["value"]);
  for (let second = NOW - 100; second <= NOW; second += 1) timeline.append(sample(second));
});

describe("a window that the samples fill", () => {
  it("asks for nothing", async () => {
    for (const window of [{ points: 20 }, { seconds: 300 }, { seconds: 600 }]) {
      timeline.window = window;
      await feed.follow(0);
    }
    expect(asked).toEqual([]);
  });
});

describe("a short window of a server that was started a moment ago", () => {
  beforeEach(() => {
    timeline = new Timeline({ longestSeconds: 600, hasHistory: true, schedule: () => undefined });
    feed = new HistoryFeed(timeline, async (_path, query) => answerTo(query as string[][]));
    timeline.hold(["value"]);
    timeline.column(VALUE);
    for (let second = 1; second <= 5; second += 1) timeline.append({ ...sample(NOW + second), id: `b-${second}` });
  });

  it("shows what was before, until the samples fill it", async () => {
    await feed.follow(0);
    expect(asked).toHaveLength(1);
    expect(timeline.view()?.count).toBeGreaterThanOrEqual(19);
    for (let second = 6; second <= 30; second += 1) {
      timeline.append({ ...sample(NOW + second), id: `b-${second}` });
      await feed.follow(second);
      expect(timeline.view()?.count).toBeGreaterThanOrEqual(19);
    }
    expect(asked).toHaveLength(1);
    expect(timeline.rows).toBe(timeline.live.ring);
  });

  it("does not complain of a history that is off", async () => {
    answers = () => Response.json({ error: { message: "off" } }, { status: 503 });
    await feed.follow(0);
    expect([asked.length, feed.trouble, timeline.view()?.count]).toEqual([1, null, 5]);
    timeline.window = { seconds: 3600 };
    await feed.follow(1);
    expect(feed.trouble).toBe("off");
  });
});

describe("a longer window", () => {
  beforeEach(async () => {
    timeline.window = { seconds: 3600 };
    await feed.follow(0);
  });

  it("is asked for once, up to the newest sample and a little beyond its beginning", async () => {
    await feed.follow(1);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ names: ["value"], to: NOW + 0.001 });
    expect(asked[0]?.from).toBeLessThan(NOW - 3600);
  });

  it("shows pixels, with their lowest and highest, up to the newest sample", () => {
    const view = timeline.view();
    expect(view?.startMilliseconds).toBe(START + (NOW - 3600) * 1000);
    expect(view?.count).toBeGreaterThan(400);
    expect(timeline.pixelSeconds).toBeCloseTo(7.5, 0);
    const { rows } = timeline;
    expect(START + NOW * 1000 - rows.time(rows.count - 1)).toBeLessThan(8000);
    const [low, high] = [new Float64Array(1), new Float64Array(1)];
    expect(timeline.series(VALUE).copyBounds?.(view?.first ?? 0, 1, low, high)).toBe(true);
    expect((high[0] ?? 0) - (low[0] ?? 0)).toBeGreaterThan(10);
  });

  it("goes on with the samples, in pixels of the same width, and asks no more", async () => {
    const { rows } = timeline;
    const count = rows.count;
    for (let second = NOW + 1; second <= NOW + 100; second += 1) {
      timeline.append(sample(second));
      await feed.follow(second);
    }
    expect(asked).toHaveLength(1);
    expect(rows.count - count).toBe(Math.floor(100 / (timeline.pixelSeconds ?? 0)) + (rows.count - count > Math.floor(100 / (timeline.pixelSeconds ?? 0)) ? 1 : 0));
    const width = (timeline.pixelSeconds ?? 0) * 1000;
    for (let row = count - 2; row < rows.count - 1; row += 1) {
      expect(Math.abs((rows.time(row) % width) - width / 2)).toBeLessThan(1);
      // The mean of the seconds in it.
      expect(Math.abs(timeline.series(VALUE).value(row) - (rows.time(row) - START) / 1000)).toBeLessThan(1);
    }
  });

  it("is asked for anew when samples were missed, but not at once again", async () => {
    timeline.tellGap("the server no longer has these samples");
    await feed.follow(1000);
    expect(asked).toHaveLength(1);
    await feed.follow(9000);
    await feed.follow(9001);
    expect(asked).toHaveLength(2);
    // Nobody has those that were never taken.
    timeline.tellGap("the machine was too busy to be sampled", false);
    await feed.follow(60_000);
    expect(asked).toHaveLength(2);
  });

  it("is asked for anew when more is drawn", async () => {
    timeline.hold(["ledger.workloads.*.cpu_percent"]);
    await feed.follow(2);
    await feed.follow(3);
    expect(asked.slice(1).map(({ names }) => names)).toEqual([["value"], ["ledger.workloads.*.cpu_percent", "system.cpu.usage_percent"]]);
  });

  it("shows the window before until the next has come, and a shorter one out of the samples at once", async () => {
    timeline.window = { seconds: 6 * 3600 };
    expect(timeline.view()?.count).toBeGreaterThan(400);
    timeline.window = { seconds: 60 };
    expect(timeline.view()?.count).toBe(61);
    expect(timeline.pixelSeconds).toBeNull();
  });
});

describe("a stretch that is zoomed to", () => {
  it("is fetched with some of what lies around it, so that steps and a closer look need no answer", async () => {
    const zoom = async (from: number, to: number): Promise<void> => {
      timeline.zoom({ from: START + from * 1000, to: START + to * 1000 });
      await feed.follow(0);
    };
    await zoom(1000, 2000);
    expect(asked[0]).toMatchObject({ from: 500, to: 2500.001, points: 960 });
    await zoom(1100, 2100);
    await zoom(1200, 1700);
    expect(asked).toHaveLength(1);
    await zoom(1200, 1300);
    expect(asked).toHaveLength(2);
    expect(timeline.pixelSeconds, "as fine as the samples").toBeNull();
    await zoom(NOW - 50, NOW - 20);
    expect(asked, "the samples reach back to it").toHaveLength(2);
    expect(timeline.view()?.count).toBe(31);
  });
});

it("of two windows that are chosen one after the other shows the second, and asks no further for the first", async () => {
  timeline.hold(["a.*.b"]);
  timeline.window = { seconds: 3600 };
  const first = feed.follow(0);
  timeline.window = { seconds: 6 * 3600 };
  await feed.follow(1);
  await first;
  expect(asked.map(({ names, from }) => [names[0], Math.round((NOW - from) / 3600)])).toEqual([["value", 1], ["value", 6], ["a.*.b", 6]]);
  expect(timeline.pixelSeconds).toBeGreaterThan(40);
});

describe("trouble", () => {
  it("is told in the server's words; the samples are shown, and it is tried again later", async () => {
    const error = { code: "history-off", message: "the history is switched off (setting history)" };
    answers = () => Response.json({ error }, { status: 503 });
    timeline.window = { seconds: 3600 };
    await feed.follow(0);
    expect(feed.trouble).toBe(error.message);
    expect(timeline.view()?.count).toBe(101);
    await feed.follow(1000);
    expect(asked).toHaveLength(1);
    answers = (response) => response;
    await feed.follow(20_000);
    expect(feed.trouble).toBeNull();
    expect(timeline.view()?.count).toBeGreaterThan(400);
  });

  it("is also an answer of another form", async () => {
    answers = () => new Response("<html>");
    timeline.window = { seconds: 3600 };
    await feed.follow(0);
    expect(feed.trouble).toBe("the answer is no history");
  });

  it("is forgotten with the window that it was of", async () => {
    answers = () => Response.json({}, { status: 500 });
    timeline.window = { seconds: 3600 };
    await feed.follow(0);
    expect(feed.trouble).toBe("the server answered 500");
    timeline.window = { seconds: 60 };
    await feed.follow(1);
    expect(feed.trouble).toBeNull();
  });
});

it("asks in groups that a request line holds, and for a name with a star alone", () => {
  const names = new Set([...Array.from({ length: 130 }, (_, index) => `n${index}`), "a.*", "b.*.c"]);
  expect(batches(names).map((group) => group.length)).toEqual([60, 60, 10, 2, 2]);
});
