import { describe, expect, test } from "vitest";
import { type Arrival, Bunching, type Verdict } from "../src/bunching.js";

/** Verdicts over events of these times, each [sent, received] in seconds. */
function verdicts(arrivals: [number, number][], intervalSeconds = 1): Verdict[] {
  const bunching = new Bunching();
  const note = (arrival: Arrival) => bunching.note(arrival, intervalSeconds);
  return arrivals.map(([sent, received]) => note({ sentAtMs: sent * 1_000, receivedAtMs: received * 1_000 }));
}

/** Events each `interval`, handed on by something that collects them for `hold` seconds. */
function held(seconds: number, interval: number, hold: number): [number, number][] {
  return Array.from({ length: Math.floor(seconds / interval) }, (_, index) => {
    const sent = index * interval;
    // Those of a bunch come within a few milliseconds.
    return [sent, (Math.floor(sent / hold) + 1) * hold + (index % 100) * 0.001];
  });
}

describe("is seen", () => {
  test.each([
    [1, 3],
    [1, 4.5],
    [0.2, 2.5],
    [0.1, 4],
    [5, 15],
  ])("with an interval of %s s and bunches of %s s, in the third", (interval, hold) => {
    const arrivals = held(4 * hold, interval, hold);
    const told = verdicts(arrivals, interval);
    const first = told.indexOf("bunched");
    expect(first).toBeGreaterThan(0);
    expect(Math.floor(arrivals[first]![0] / hold)).toBe(2);
    expect(told).not.toContain("timely");
  });

  test("wherever the server's clock stands, and however it is set", () => {
    const shifted = held(20, 1, 4).map(([sent, received]): [number, number] => [sent - 5_000, received]);
    expect(verdicts(shifted)).toContain("bunched");
  });

  test("when bunches come in two pieces", () => {
    const arrivals = held(30, 1, 6).map(([sent, received], index): [number, number] =>
      index % 6 < 4 ? [sent, received] : [sent, received + 0.4],
    );
    expect(verdicts(arrivals)).toContain("bunched");
  });

  test("how long the longest bunch was held", () => {
    const bunching = new Bunching();
    for (const [sent, received] of held(20, 1, 5)) bunching.note({ sentAtMs: sent * 1_000, receivedAtMs: received * 1_000 }, 1);
    expect(Math.round(bunching.longestMs / 1_000)).toBe(4);
  });
});

describe("is not seen", () => {
  const live = (seconds: number, way: (second: number) => number): [number, number][] =>
    Array.from({ length: seconds }, (_, second) => [second, second + way(second)]);

  test("on a good way, which is timely after four intervals", () => {
    const told = verdicts(live(10, () => 0.02));
    expect(told.slice(0, 4)).toEqual(Array(4).fill("undecided"));
    expect(told.slice(4)).toEqual(Array(6).fill("timely"));
  });

  test("on a long but even way, or one that became longer", () => {
    expect(verdicts(live(60, (second) => (second < 30 ? 1 : 8)))).not.toContain("bunched");
  });

  test("on a way with much jitter", () => {
    const jitter = [0.1, 0.9, 0.2, 1.7, 0.8, 0.05, 1.2, 0.3];
    expect(verdicts(live(200, (second) => jitter[second % jitter.length]!))).not.toContain("bunched");
  });

  test("when less is held back than anybody minds", () => {
    expect(verdicts(held(60, 0.2, 1.6), 0.2)).not.toContain("bunched");
  });

  test("when a page was busy now and then", () => {
    const busy = live(90, (second) => (second % 30 < 5 ? 5 - (second % 30) : 0.02));
    const told = verdicts(busy);
    expect(told).not.toContain("bunched");
    expect(told.at(-1)).toBe("timely");
  });

  test("when a machine slept and all that waited came at once", () => {
    const slept: [number, number][] = Array.from({ length: 100 }, (_, second) => [second, 100 + second * 0.001]);
    const told = verdicts([...slept, ...live(120, () => 0.02).slice(101)]);
    expect(told).not.toContain("bunched");
  });
});

test("a stream that is held back is timely only when it has not been for a while", () => {
  const arrivals = held(8, 1, 4);
  for (let second = 8; second < 16; second += 1) arrivals.push([second, second + 0.02]);
  const told = verdicts(arrivals);
  expect(told.indexOf("timely")).toBe(13); // 8 came right behind its bunch; 9 to 13 are proof
});

test("nothing is kept of an event but the bunch that it is in", () => {
  const bunching = new Bunching();
  for (let event = 0; event < 100_000; event += 1) {
    bunching.note({ sentAtMs: event * 1_000, receivedAtMs: event * 1_000 }, 1);
  }
  expect(bunching.note({ sentAtMs: 1e9, receivedAtMs: 1e9 }, 1)).toBe("timely");
});
