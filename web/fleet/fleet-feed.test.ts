import { expect, it } from "vitest";
import { FleetFeed } from "./fleet-feed";

const machine = (id: string, cpu = 1): object => ({ id, name: id, status: "live", cpu_percent: cpu });

/** A feed that is answered with these, one after the other, and what it asked for. */
function answered(...answers: (object | number | Error)[]): { feed: FleetFeed; asked: Record<string, string>[]; read: () => Promise<void> } {
  const asked: Record<string, string>[] = [];
  const feed = new FleetFeed(
    (query) => {
      asked.push(query);
      const next = answers.shift();
      if (next instanceof Error) return Promise.reject(next);
      return Promise.resolve(typeof next === "number" ? new Response("{}", { status: next }) : new Response(JSON.stringify(next)));
    },
    () => {},
  );
  return { feed, asked, read: () => feed.read(new AbortController().signal) };
}

it("takes all at first, and then what has changed", async () => {
  const { feed, asked, read } = answered(
    { version: "e-1", is_whole: true, count: 2, rows: [machine("a"), machine("b")] },
    { version: "e-2", is_whole: false, count: 2, rows: [machine("b", 9)] },
    { version: "e-3", is_whole: true, count: 1, rows: [machine("b", 10)] },
  );
  await read();
  await read();
  expect([...feed.machines.values()].map(({ id, cpu }) => [id, cpu])).toEqual([["a", 1], ["b", 9]]);
  await read();
  expect([...feed.machines.keys()]).toEqual(["b"]);
  expect(asked).toEqual([{}, { since: "e-1" }, { since: "e-2" }]);
});

it("asks for all anew where it has not all that the hub counts", async () => {
  const { asked, read } = answered({ version: "e-1", is_whole: true, count: 2, rows: [machine("a")] }, { version: "e-1", is_whole: true, count: 1, rows: [machine("a")] });
  await read();
  await read();
  expect(asked).toEqual([{}, {}]);
});

it("keeps what it has while the hub does not answer, and says why", async () => {
  const whole = { version: "e-1", is_whole: true, count: 1, rows: [machine("a")] };
  const { feed, read } = answered(whole, new TypeError("fetch failed"), 503, { nonsense: 1 }, whole);
  await read();
  const told: unknown[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await read();
    told.push([feed.state.name, feed.state.reason, feed.machines.size]);
  }
  expect(told).toEqual([
    ["reconnecting", "the hub does not answer", 1],
    ["reconnecting", "the hub answered 503", 1],
    ["reconnecting", "the hub's answer is not understood", 1],
    ["live", null, 1],
  ]);
});

it("forgets all once it may not read it any more", async () => {
  const { feed, read } = answered({ version: "e-1", is_whole: true, count: 1, rows: [machine("a")] }, 401);
  await read();
  await read();
  expect([feed.state.name, feed.machines.size]).toEqual(["signed-out", 0]);
});
