import { describe, expect, it } from "vitest";
import { covers, EVERYTHING, sectionOf, union } from "./sections";

describe("sectionOf", () => {
  it("is the smallest part that the server can send", () => {
    expect(sectionOf(["system", "cpu", "times_percent", "iowait"])).toBe("system.cpu");
    expect(sectionOf(["system", "gpus", "GPU-1", "power_watts"])).toBe("system.gpus");
    expect(sectionOf(["ai", "components", "tinygrad", "latest", "loss"])).toBe("ai.components.tinygrad");
    expect(sectionOf(["server", "clients"])).toBe("server");
  });

  it("never names a part that the server would refuse", () => {
    expect(sectionOf(["system", "cpus", "usage_percent"])).toBe("system");
    expect(sectionOf(["ai", "components", "LLAMA", "x"])).toBe("ai");
    expect(sectionOf(["ai"])).toBe("ai");
    expect(sectionOf(["nothing"])).toBe(EVERYTHING);
    expect(sectionOf(["constructor"])).toBe(EVERYTHING);
  });
});

describe("union", () => {
  it("leaves out what another part holds", () => {
    expect(union(["system.gpus", "system.cpu", "ai.components.petals", "ai", "system.cpu"])).toEqual(["ai", "system.cpu", "system.gpus"]);
  });

  it("does not take a name that only begins alike for a part of another", () => {
    expect(union(["ai.components.run", "ai.components.runs"])).toHaveLength(2);
  });

  it("is everything once everything is asked for", () => {
    expect(union(["system.cpu", EVERYTHING])).toEqual([]);
  });
});

it("knows what a part covers", () => {
  expect(covers(["system"], "system.cpu")).toBe(true);
  expect(covers(["system.cpu"], "system")).toBe(false);
  expect(covers(["system.cpu"], EVERYTHING)).toBe(false);
  expect(covers([], EVERYTHING)).toBe(true);
});
