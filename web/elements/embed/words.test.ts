import { describe, expect, it } from "vitest";
import type { ClientState } from "../../client/src/state";
import { nameTrouble, oldWords, trouble } from "./words";

const state = (name: ClientState["name"], reason: string | null = null): ClientState => ({ name, reason, retryAt: null });

describe("trouble", () => {
  it("is none while samples come or are about to", () => {
    for (const name of ["idle", "connecting", "live", "polling"] as const) expect(trouble(state(name, "any"), null, "box")).toBeNull();
  });

  it("says who does not answer, and what was found out about it", () => {
    expect(trouble(state("reconnecting", "timed out"), null, "box:3001")).toBe("No answer from box:3001: timed out.");
    expect(trouble(state("reconnecting", "timed out"), "It is closed to you.", "box")).toBe("It is closed to you.");
    expect(trouble(state("signed-out", "the server asks for a token (401)"), null, "box")).toBe("box: the server asks for a token (401).");
  });
});

it("says since when values are old", () => {
  expect(oldWords(state("live"), 0)).toBeNull();
  expect(oldWords(state("reconnecting"), 0)).toMatch(/^no connection since \d\d:\d\d:\d\d$/);
});

describe("nameTrouble", () => {
  it("is none for a name that leads to a value", () => {
    expect(nameTrouble("a.b", { kind: "value", path: ["a", "b"] })).toBeNull();
  });

  it("tells what there is in place of a wrong name", () => {
    expect(nameTrouble("a.x", { kind: "unknown", at: "a", known: ["b", "c"] })).toBe("There is no metric “a.x”. a has b, c.");
    expect(nameTrouble("x", { kind: "unknown", at: "", known: ["system", "unavailable"] })).toBe("There is no metric “x”. A sample has system.");
    expect(nameTrouble("a.b.x", { kind: "unknown", at: "a.b", known: [] })).toBe("There is no metric “a.b.x”. a.b has nothing below it.");
    expect(nameTrouble("a", { kind: "group", at: "a", known: ["b"] })).toBe("“a” is a group of values: b.");
  });
});
