import { describe, expect, it } from "vitest";
import { gapBetween, isAfter, parseId } from "./gaps";

const at = (id: string, seconds: number): { id: string; milliseconds: number } => ({ id, milliseconds: seconds * 1000 });

describe("parseId", () => {
  it("splits at the last dash", () => {
    expect(parseId("m3k9f2-1841")).toEqual({ epoch: "m3k9f2", sequence: 1841 });
    expect(parseId("a-b-7")).toEqual({ epoch: "a-b", sequence: 7 });
  });

  it.each(["", "1841", "-5", "m3k9f2-", "m3k9f2-1x", "m3k9f2-1e3"])("refuses %j", (id) => expect(parseId(id)).toBeNull());
});

describe("gapBetween", () => {
  it("finds none between neighbours, a late one included", () => {
    expect(gapBetween(at("a-1", 0), at("a-2", 1), 1)).toBeNull();
    expect(gapBetween(at("a-1", 0), at("a-2", 2.4), 1)).toBeNull();
  });

  it("counts missing numbers", () => {
    expect(gapBetween(at("a-1", 0), at("a-3", 2), 1)).toBe("1 sample is missing");
    expect(gapBetween(at("a-1", 0), at("a-9", 2), 1)).toBe("7 samples are missing");
  });

  it("finds a stretch without samples, by the interval that is set", () => {
    expect(gapBetween(at("a-1", 0), at("a-2", 2.6), 1)).toBe("no sample for 2.6 s");
    expect(gapBetween(at("a-1", 0), at("a-2", 2.6), 2)).toBeNull();
  });

  it("finds a new start of the server, however short it was away", () => {
    expect(gapBetween(at("a-1", 0), at("b-1", 1), 1)).toBe("the server was started again");
  });

  it("goes by time alone where ids are of another form", () => {
    expect(gapBetween(at("x", 0), at("y", 1), 1)).toBeNull();
    expect(gapBetween(at("x", 0), at("y", 9), 1)).toBe("no sample for 9.0 s");
  });
});

it("tells later samples from those that were seen", () => {
  expect(isAfter("a-2", "a-1")).toBe(true);
  expect(isAfter("a-1", "a-1")).toBe(false);
  expect(isAfter("a-1", "a-2")).toBe(false);
  expect(isAfter("b-1", "a-2")).toBe(true);
  expect(isAfter("of another form", "a-2")).toBe(true);
});
