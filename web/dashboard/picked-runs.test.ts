import { describe, expect, it } from "vitest";
import { addressOfPicked, before, EVERY, filtered, kindsOf, pickedIn, toggled } from "./picked-runs";
import { parseRuns } from "./runs";

const runs = parseRuns({
  runs: [
    { id: "c", name: "digits", kind: "tinygrad", status: "running", started: "2026-11-24T12:00:00Z" },
    { id: "../%2f/b", name: "<b>job</b>", kind: "job", status: "failed", started: "2026-11-24T11:00:00Z" },
    { id: "a", name: "digits", kind: "tinygrad", status: "finished", started: "2026-11-24T10:00:00Z" },
  ],
});

describe("runs to be compared", () => {
  it("are found by a part of their name or id, their kind and their state", () => {
    const ids = (filter: Partial<typeof EVERY>): string[] => filtered(runs, { ...EVERY, ...filter }).map(({ id }) => id);
    expect(ids({})).toHaveLength(3);
    expect(ids({ name: " DIG" })).toEqual(["c", "a"]);
    expect(ids({ name: "%2f" })).toEqual(["../%2f/b"]);
    expect(ids({ kind: "tinygrad", state: "finished" })).toEqual(["a"]);
    expect(kindsOf(runs, "status")).toEqual(["failed", "finished", "running"]);
  });

  it("are told by the address, whatever is in their ids", () => {
    const picked = ["../%2f/b", "c"];
    expect(pickedIn(addressOfPicked(picked))).toEqual(picked);
    expect(pickedIn("")).toEqual([]);
    expect(pickedIn("a/a")).toEqual(["a"]);
    expect(pickedIn("%E0%A4/a/b")).toEqual(["a"]);
  });

  it("are two, of which the older one is A", () => {
    expect(toggled([], "c", runs)).toEqual(["c"]);
    expect(toggled(["c"], "a", runs)).toEqual(["a", "c"]);
    expect(toggled(["a", "c"], "../%2f/b", runs)).toEqual(["../%2f/b", "c"]);
    expect(toggled(["a", "c"], "a", runs)).toEqual(["c"]);
  });

  it("have one before them where one of their name has begun earlier", () => {
    expect(before(runs[0]!, runs)?.id).toBe("a");
    expect(before(runs[1]!, runs)).toBeNull();
    expect(before(runs[2]!, runs)).toBeNull();
  });
});
