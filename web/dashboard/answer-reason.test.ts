import { expect, it } from "vitest";
import { reasonIn } from "./answer-reason";

it("is the message of an error, or the first reason why something is not there", () => {
  expect(reasonIn({ error: { message: "left is not connected to the bus" } })).toBe("left is not connected to the bus");
  expect(reasonIn({ runs: [], unavailable: [{ path: "runs", reason: "no answer" }] })).toBe("no answer");
  for (const answer of [null, "x", {}, { unavailable: [] }, { unavailable: [5] }, { error: {} }]) expect(reasonIn(answer)).toBeNull();
});
