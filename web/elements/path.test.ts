import { describe, expect, it } from "vitest";
import { find, metricName, missingReason, numberAt, pathOf, reasonFor, type SampleBase } from "./path";

const sample: SampleBase & Record<string, unknown> = {
  id: "a-1",
  timestamp: "2026-11-24T09:50:48.123Z",
  interval_seconds: 1,
  system: {
    cpu: { usage_percent: 12.5, per_core_percent: [10, null] },
    memory: null,
    gpus: [{ uuid: "GPU-0", power_watts: 31 }, { uuid: "GPU-1", power_watts: null, name: null }],
    disk: { filesystems: [{ mountpoint: "/mnt/a.b [1]", used_bytes: 7 }] },
  },
  unavailable: [
    { path: "system.memory", reason: "no /proc/meminfo" },
    { path: "system.gpus[1].power_watts", reason: "not supported" },
    { path: "system.gpus[1]", reason: "the card fell off the bus" },
    { path: "system.cpu.per_core_percent[1]", reason: "went offline" },
  ],
};

describe("find", () => {
  it("follows names, numbers and the keys of rows", () => {
    expect(numberAt(sample, pathOf("system.cpu.usage_percent"))).toBe(12.5);
    expect(numberAt(sample, pathOf("system.cpu.per_core_percent[0]"))).toBe(10);
    expect(numberAt(sample, ["system", "gpus", "GPU-0", "power_watts"])).toBe(31);
    expect(numberAt(sample, ["system", "disk", "filesystems", "/mnt/a.b [1]", "used_bytes"])).toBe(7);
  });

  it("is NaN for what is null, absent or no number", () => {
    for (const path of [["system", "memory", "used_bytes"], ["nothing", "here"], ["id"], ["system", "gpus", "GPU-9", "power_watts"]]) {
      expect(numberAt(sample, path)).toBeNaN();
    }
  });

  it("never follows what an object inherits", () => {
    expect(find(sample, ["system", "constructor"]).value).toBeUndefined();
    expect(find(sample, ["system", "__proto__", "toString"]).value).toBeUndefined();
  });
});

describe("missingReason", () => {
  it("finds the row of the value, counted as `unavailable` counts", () => {
    expect(missingReason(sample, ["system", "gpus", "GPU-1", "power_watts"])).toBe("not supported");
    expect(missingReason(sample, ["system", "cpu", "per_core_percent", 1])).toBe("went offline");
  });

  it("takes the nearest row above where the value has none", () => {
    expect(missingReason(sample, ["system", "gpus", "GPU-1", "name"])).toBe("the card fell off the bus");
    expect(missingReason(sample, pathOf("system.memory.swap.used_bytes"))).toBe("no /proc/meminfo");
  });

  it("says so when nothing is told", () => {
    expect(missingReason(sample, pathOf("system.cpu.steal"))).toBe("not reported by this server");
    expect(missingReason({ ...sample, unavailable: [] }, ["system", "memory"])).toBe("no reason was given");
  });
});

it("does not take a name that only begins alike for a parent", () => {
  const rows = [{ path: "system.gpu", reason: "wrong" }, { path: "system.gpus[1]", reason: "wrong too" }];
  expect(reasonFor(rows, "system.gpus[10].name")).toBeNull();
  expect(reasonFor(rows, "system.gpus[1]")).toBe("wrong too");
});

it("joins a path to the metric's name", () => expect(metricName(["system", "gpus", "GPU-0", "power_watts"])).toBe("system.gpus.GPU-0.power_watts"));
