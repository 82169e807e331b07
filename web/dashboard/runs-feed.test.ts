import { expect, it } from "vitest";
import type { Sample } from "../client/src/contract";
import type { Run } from "./runs";
import { RunsFeed } from "./runs-feed";

const sample = (status: string): Sample => ({ ai: { components: { tinygrad: { status, since: "t" } } } }) as unknown as Sample;
const answer = (status: number): Response => new Response(JSON.stringify({ runs: [{ id: "a" }] }), { status });

function asking(status: number): { feed: RunsFeed; asked: number[]; told: (readonly Run[])[]; at: (time: number, state?: string) => Promise<void> } {
  const asked: number[] = [];
  const told: (readonly Run[])[] = [];
  let now = 0;
  const feed = new RunsFeed(
    () => {
      asked.push(now);
      return Promise.resolve(answer(status));
    },
    (runs) => told.push(runs),
  );
  const at = (time: number, state = "idle"): Promise<void> => {
    now = time;
    return feed.follow(sample(state), time);
  };
  return { feed, asked, told, at };
}

it("asks with the first sample, and then every 10 s", async () => {
  const { asked, told, at } = asking(200);
  for (let time = 0; time <= 25_000; time += 500) await at(time);
  expect(asked).toEqual([0, 10_000, 20_000]);
  expect(told[0]?.[0]?.id).toBe("a");
});

it("asks at once when a state has changed, but not twice in a second", async () => {
  const { asked, at } = asking(200);
  await at(0);
  await at(500, "running");
  await at(999, "running");
  await at(1_000, "running");
  await at(3_000, "failed");
  expect(asked).toEqual([0, 1_000, 3_000]);
});

it.each([401, 404])("after %i it asks again in 5 minutes, and tells nothing", async (status) => {
  const { asked, told, at } = asking(status);
  for (let time = 0; time <= 301_000; time += 1_000) await at(time, String(time));
  expect(asked).toEqual([0, 300_000]);
  expect(told).toEqual([]);
});

it("a failure of the server or the way to it is none of the page", async () => {
  const { asked, told, at } = asking(503);
  await at(0);
  await at(10_000);
  expect([asked, told]).toEqual([[0, 10_000], []]);
  const lost = new RunsFeed(() => Promise.reject(new Error("no network")), () => told.push([]));
  await expect(lost.follow(sample("idle"), 0)).resolves.toBeUndefined();
  expect(told).toEqual([]);
});
