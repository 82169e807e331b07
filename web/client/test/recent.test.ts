import { expect, test } from "vitest";
import { Recent } from "../src/shared/recent.js";
import { sample } from "./peer.js";

const gap = { from: "e-3", to: "e-7", lost: 3, reason: "slow-subscriber" as const };

/** The samples e-first to e-last, with a gap before e-7. */
function filled(base: string | null, first: number, last: number, limit = 5): Recent {
  const recent = new Recent(base, limit);
  for (let sequence = first; sequence <= last; sequence += 1) {
    if (sequence === 7) recent.add({ type: "gap", gap });
    recent.add({ type: "sample", id: `e-${sequence}`, sample: sample(`e-${sequence}`) });
  }
  return recent;
}

const names = (recent: Recent, id: string) =>
  recent.after(id)?.map((entry) => (entry.type === "gap" ? "gap" : entry.id)) ?? null;

test("what came after a position, in order and with the gaps between", () => {
  const recent = filled(null, 5, 9);
  expect(names(recent, "e-6")).toEqual(["gap", "e-7", "e-8", "e-9"]);
  expect(names(recent, "e-9")).toEqual([]);
  expect(recent.newest?.id).toBe("e-9");
});

test("from where the stream began, if that is known", () => {
  expect(names(filled("e-4", 5, 6), "e-4")).toEqual(["e-5", "e-6"]);
  expect(names(filled("e-4", 5, 4), "e-4")).toEqual([]);
  expect(names(filled(null, 5, 6), "e-4")).toBe(null);
});

test("the oldest are dropped, and the last of them is where the rest begins", () => {
  const recent = filled("e-0", 1, 12);
  expect(recent.statistics()).toEqual({ samples: 5, entries: 5, limit: 5 });
  expect(names(recent, "e-7")).toEqual(["e-8", "e-9", "e-10", "e-11", "e-12"]);
  expect(names(recent, "e-6")).toBe(null);
  expect(names(recent, "e-0")).toBe(null);
});

test("a gap goes with the sample behind it", () => {
  expect(names(filled("e-0", 1, 11), "e-6")).toEqual(["gap", "e-7", "e-8", "e-9", "e-10", "e-11"]);
  expect(filled("e-0", 1, 12).statistics().entries).toBe(5);
});

test("ids of no known form, and of other starts, are not among them", () => {
  const recent = filled(null, 1, 4);
  expect([names(recent, "f-2"), names(recent, ""), names(recent, "odd")]).toEqual([null, null, null]);
});
