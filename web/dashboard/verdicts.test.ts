import { describe, expect, it } from "vitest";
import { endedOf, heldFor, verdictsOf, type Verdict } from "./verdicts";

const STALLED: Verdict = {
  id: "stalled run:digits/1",
  name: "stalled",
  since: "2026-11-28T12:00:00.000Z",
  says: "digits has made no step for 40 s: it waits for a disk",
  evidence: ["PSI io 61 % (system.disk.pressure.some.now_percent)"],
  refuted_by: "a step that it makes",
};

describe("verdicts that ended", () => {
  const ended = { ...STALLED, ended: "2026-11-28T12:05:00.000Z" };

  it("are those of the answer that had ended at the time that is shown", () => {
    const answer = { verdicts: [{ ...STALLED, ended: null }, ended] };
    expect(endedOf(answer, "2026-11-28T12:05:00.000Z")).toEqual([ended]);
    expect(endedOf(answer, "2026-11-28T12:04:59.000Z")).toEqual([]);
  });

  it("are none in an answer of another form, and at no time", () => {
    for (const answer of [null, [], {}, { verdicts: "none" }, { verdicts: [null, { ...ended, ended: 7 }, { ...ended, ended: "soon" }] }])
      expect(endedOf(answer, "2026-11-28T12:06:00.000Z")).toEqual([]);
    expect(endedOf({ verdicts: [ended] }, "")).toEqual([]);
  });
});

describe("verdicts of a sample", () => {
  it("are taken in the order in which they are told", () => {
    const other = { ...STALLED, id: "contention cpu run:digits/1" };
    expect(verdictsOf([STALLED, other]).map(({ id }) => id)).toEqual([STALLED.id, other.id]);
  });

  it("are none in a sample that has none, and what has not their form is left out", () => {
    expect(verdictsOf(null)).toEqual([]);
    expect(verdictsOf(undefined)).toEqual([]);
    expect(verdictsOf([null, "stalled", { ...STALLED, says: 7 }, { ...STALLED, evidence: null }, STALLED])).toEqual([STALLED]);
  });

  it("tell for how long they have held", () => {
    expect(heldFor(STALLED, "2026-11-28T12:00:40.400Z")).toBe("40 s");
    expect(heldFor(STALLED, "2026-11-28T11:59:00.000Z")).toBeNull();
    expect(heldFor({ ...STALLED, since: "yesterday" }, "2026-11-28T12:00:40.400Z")).toBeNull();
  });
});
