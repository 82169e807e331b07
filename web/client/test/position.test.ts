import { expect, test } from "vitest";
import { Position } from "../src/position.js";

test("a sample is accepted once, and none behind it", () => {
  const position = new Position();
  expect(["e-4", "e-4", "e-3", "e-5", "e-10", "e-9"].map((id) => position.acceptSample(id))).toEqual([
    true, false, false, true, true, false,
  ]);
});

test("each start of the appliance counts from one", () => {
  const position = new Position();
  expect(["a-900", "b-1", "b-2", "a-900", "b-2", "b-3"].map((id) => position.acceptSample(id))).toEqual([
    true, true, true, false, false, true,
  ]);
});

test("ids of a bus, and of no known form", () => {
  const position = new Position();
  expect(["js-9", "js-10", "js-9", "odd", "odd"].map((id) => position.acceptSample(id))).toEqual([
    true, true, false, true, false,
  ]);
});

test("what is remembered is bounded, and the epochs in use stay", () => {
  const position = new Position();
  position.acceptSample("now-1");
  for (let start = 0; start < 1_000; start += 1) {
    position.acceptSample(`epoch${start}-5`);
    position.acceptSample(`now-${start + 2}`);
  }
  expect(position.acceptSample("now-5")).toBe(false);
  expect(position.acceptSample("epoch999-5")).toBe(false);
  expect(position.acceptSample("epoch0-5")).toBe(true);
});

test("the position moves on, is cleared by an empty id, and never goes back", () => {
  const position = new Position();
  const after = (id: string) => {
    position.acceptSample(id || "x");
    position.commit(id);
    return position.resumeId;
  };
  expect(position.resumeId).toBe(null);
  expect([after("e-1"), after("e-3"), after("e-2"), after("f-1"), after("")]).toEqual([
    "e-1", "e-3", "e-3", "f-1", null,
  ]);
});

const gap = (from: string | null, to: string | null, lost = 3) => ({
  from, to, lost, reason: "beyond-replay" as const,
});

test("gaps are told with the sample behind them, and once", () => {
  const position = new Position();
  for (const each of [gap("e-1", "e-4"), gap("e-3", "e-4", 1), gap("e-1", "e-4")]) position.hold(each);
  expect(position.gapsBefore("e-4")).toEqual([gap("e-1", "e-4"), gap("e-3", "e-4", 1)]);
  position.acceptSample("e-4");
  expect(position.gapsBefore("e-5")).toEqual([]);
});

test("a gap that was filled over the other transport is not told", () => {
  const position = new Position();
  position.acceptSample("e-5");
  position.hold(gap("e-1", "e-5"));
  expect(position.gapsBefore("e-6")).toEqual([]);
});

test("a gap stands while samples come that are no news", () => {
  const position = new Position();
  position.acceptSample("e-3");
  position.hold(gap("e-3", "f-1"));
  expect(position.gapsBefore("e-2")).toEqual([]);
  expect(position.gapsBefore("f-1")).toEqual([gap("e-3", "f-1")]);
});

test("what came over the other transport meanwhile is not told as lost", () => {
  const position = new Position();
  position.acceptSample("e-631");
  position.hold(gap("e-631", "e-634", 2));
  expect(position.gapsBefore("e-632")).toEqual([]); // by a poll
  position.acceptSample("e-632");
  expect(position.gapsBefore("e-634")).toEqual([gap("e-631", "e-634", 1)]);
});

test("a gap that was filled whole is not told", () => {
  const position = new Position();
  position.acceptSample("e-631");
  position.hold(gap("e-631", "e-634", 2));
  for (const id of ["e-632", "e-633"]) {
    expect(position.gapsBefore(id)).toEqual([]);
    position.acceptSample(id);
  }
  expect(position.gapsBefore("e-634")).toEqual([]);
});

test("a gap whose sample never came is told anew by the next connection", () => {
  const position = new Position();
  position.acceptSample("e-1");
  position.hold(gap("e-1", "e-52", 50));
  position.forgetGaps();
  position.hold(gap("e-1", "e-83", 81));
  expect(position.gapsBefore("e-83")).toEqual([gap("e-1", "e-83", 81)]);
});
