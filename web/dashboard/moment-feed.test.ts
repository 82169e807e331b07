import { beforeEach, expect, it } from "vitest";
import { Timeline } from "../elements/timeline";
import { MomentFeed, sampleIn, whyNot } from "./moment-feed";

const START = 1_800_000_000_000;
const FIRST = 100;
const LAST = 120;

const sample = (second: number): object => ({
  id: `a-${second}`,
  timestamp: new Date(START + second * 1000).toISOString(),
  interval_seconds: 1,
  system: {},
  server: {},
  ai: { components: {} },
});

let timeline: Timeline;
let feed: MomentFeed;
let told: number;

// As the server does: the newest at or before, whole seconds from FIRST to LAST without 110 to 114.
function answerAt(at: number): object {
  const second = Math.floor((at - START) / 1000);
  if (second < FIRST) return { sample: null, unavailable: [{ path: "sample", reason: "older than the journal" }] };
  if (second >= 110 && second < 115) return { sample: null, unavailable: [{ path: "sample", reason: "the appliance was not running then" }] };
  return { sample: sample(Math.min(LAST, second)), unavailable: [] };
}

beforeEach(() => {
  timeline = new Timeline({ hasHistory: true, schedule: () => undefined });
  timeline.append(sample(LAST) as never);
  told = 0;
  const ask = async (path: string, query: unknown): Promise<Response> => {
    expect(path).toBe("api/v1/sample");
    return Response.json(answerAt(Date.parse((query as { at: string }).at)));
  };
  feed = new MomentFeed(timeline, ask, () => (told += 1));
});

it("shows the page's sample of a moment, and goes back to what is live", async () => {
  await feed.go(START + 105_400);
  expect(timeline.past?.id).toBe("a-105");
  expect(timeline.sample?.id).toBe("a-105");
  expect(feed.moment).toEqual({ milliseconds: START + 105_400, trouble: null });
  feed.end();
  expect([timeline.past, timeline.sample?.id, feed.moment]).toEqual([null, "a-120", null]);
  expect(told).toBeGreaterThan(2);
});

it("goes from sample to sample, both ways and by several", async () => {
  await feed.go(START + 105_000);
  const shown: (string | undefined)[] = [];
  for (const samples of [-1, -1, 1, 3, -2]) {
    await feed.step(samples);
    shown.push(timeline.past?.id);
  }
  expect(shown).toEqual(["a-104", "a-103", "a-104", "a-107", "a-105"]);
});

it("says why there is none, and keeps showing what it showed", async () => {
  await feed.go(START + 105_000);
  await feed.go(START + 112_000);
  expect(feed.moment?.trouble).toBe("the appliance was not running then");
  expect(timeline.past?.id).toBe("a-105");
  await feed.go(START + 50_000);
  expect(feed.moment?.trouble).toBe("older than the journal");
});

it("the last that was asked for is shown, whichever answer comes last", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const slowFirst = new MomentFeed(
    timeline,
    async (_path, query) => {
      const at = Date.parse((query as { at: string }).at);
      if (at === START + 101_000) await held;
      return Response.json(answerAt(at));
    },
    () => undefined,
  );
  const first = slowFirst.go(START + 101_000);
  await slowFirst.go(START + 102_000);
  release();
  await first;
  expect(timeline.past?.id).toBe("a-102");
});

it("takes no sample that lacks what the page reads", () => {
  expect(sampleIn({ sample: sample(1) })).not.toBeNull();
  for (const lacking of ["id", "timestamp", "interval_seconds", "system", "server", "ai"]) {
    expect(sampleIn({ sample: { ...sample(1), [lacking]: undefined } }), lacking).toBeNull();
  }
  for (const wrong of [null, [], {}, { sample: null }]) expect(sampleIn(wrong)).toBeNull();
});

it("finds words for each kind of no", () => {
  expect(whyNot({ error: { message: "not for this token" } }, 403)).toBe("not for this token");
  expect(whyNot("<html>", 502)).toBe("the server answered 502");
  expect(whyNot({ sample: null, unavailable: [] }, 200)).toBe("no sample of this moment is kept");
});
