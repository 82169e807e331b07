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

describe("a reason for every row of a list", () => {
  const rows = [
    { path: "ledger.workloads[*].gpu_percent", reason: "no GPU" },
    { path: "ledger.workloads[1].gpu_percent", reason: "not of this one" },
    { path: "ledger.workloads[*].basis.power", reason: "no meter" },
    { path: "a[2].b[*]", reason: "all of the third" },
  ];

  it("covers the value in each of them and what is below", () => {
    for (const index of [0, 7, 12]) expect(reasonFor(rows, `ledger.workloads[${index}].gpu_percent`)).toBe("no GPU");
    expect(reasonFor(rows, "ledger.workloads[3].basis.power.watts")).toBe("no meter");
    expect(reasonFor(rows, "a[2].b[31].c")).toBe("all of the third");
  });

  it("gives way to what is said of one", () => {
    expect(reasonFor(rows, "ledger.workloads[1].gpu_percent")).toBe("not of this one");
    expect(reasonFor([...rows].reverse(), "ledger.workloads[1].gpu_percent")).toBe("not of this one");
  });

  it("covers nothing else", () => {
    for (const place of ["ledger.workloads", "ledger.workloads[1]", "ledger.workloads[-1].gpu_percent", "ledger.workloads[1].gpu_percents", "a[3].b[1]"])
      expect(reasonFor(rows, place)).toBeNull();
  });

  it("is found by the row's stable key, also where another row is called so", () => {
    const ledger = { workloads: [{ id: "b", name: "a", n: 1 }, { id: "a", name: "b", n: 2 }] };
    expect(numberAt({ ledger }, ["ledger", "workloads", "a", "n"])).toBe(2);
    expect(find({ ledger }, ["ledger", "workloads", "a", "n"]).place).toBe("ledger.workloads[1].n");
  });
});

it("joins a path to the metric's name", () => expect(metricName(["system", "gpus", "GPU-0", "power_watts"])).toBe("system.gpus.GPU-0.power_watts"));
