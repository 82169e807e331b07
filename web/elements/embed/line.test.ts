import { expect, test } from "vitest";
import { TIMING } from "./line";
import { windowOf } from "./window-attribute";

test("no more is resumed than the longest chart shows", () => {
  expect(windowOf(null, "1h")).toEqual({ seconds: TIMING.resumableMs / 1000 });
  expect(() => windowOf(null, "61m")).toThrow("at most 1h");
});
