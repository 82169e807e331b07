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

test("a gap that is told again after a reconnect is no news, until a sample came", () => {
  const position = new Position();
  position.acceptSample("e-1");
  expect(position.newsOf(gap("e-1", "e-5"))).toEqual(gap("e-1", "e-5"));
  expect(position.newsOf(gap("e-1", "e-5"))).toBeNull();
  expect(position.newsOf(gap(null, null))).toEqual(gap(null, null));
  position.acceptSample("e-5");
  expect(position.newsOf(gap(null, null))).toEqual(gap(null, null));
});

test("of a gap that has grown while the connection was broken the rest is told", () => {
  const position = new Position();
  position.acceptSample("e-1");
  expect(position.newsOf(gap("e-1", "e-52", 50))).toEqual(gap("e-1", "e-52", 50));
  expect(position.newsOf(gap("e-1", "e-83", 81))).toEqual(gap("e-1", "e-83", 31));
  expect(position.newsOf(gap("e-1", "e-90", 88))).toEqual(gap("e-1", "e-90", 7));
  position.acceptSample("e-90");
  expect(position.newsOf(gap("e-90", "e-95", 4))).toEqual(gap("e-90", "e-95", 4));
});

test("a gap before a sample that came over the other transport is no news", () => {
  const position = new Position();
  position.acceptSample("e-5");
  expect(position.newsOf(gap("e-1", "e-5"))).toBeNull();
  expect(position.newsOf(gap("e-5", "e-9"))).toEqual(gap("e-5", "e-9"));
});
