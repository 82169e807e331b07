import { describe, expect, it } from "vitest";
import { resolve } from "./metric-name";
import { find } from "./path";

const sample = {
  id: "a-1",
  system: {
    cpu: { usage_percent: 12.5, per_core_percent: [10, null] },
    memory: null,
    gpus: [{ uuid: "GPU-0", index: 0, power_watts: 31 }, { uuid: "GPU-1", index: 1, power_watts: null }],
    disk: {
      filesystems: [
        { mountpoint: "/", usage_percent: 1 },
        { mountpoint: "/mnt/a", usage_percent: 2 },
        { mountpoint: "/mnt/a.b", usage_percent: 3 },
        { mountpoint: "/mnt/a.usage_percent", usage_percent: 4 },
        { mountpoint: "/mnt/a [1]", usage_percent: 5 },
      ],
    },
    network: { interfaces: [{ name: "0", errors_total: 6 }, { name: "eth0.100", errors_total: 7 }] },
  },
};

const value = (name: string): unknown => {
  const found = resolve(sample, name);
  expect(found.kind).toBe("value");
  return found.kind === "value" ? find(sample, found.path).value : undefined;
};

describe("resolve", () => {
  it("follows names, and keys with dots, slashes and brackets in them", () => {
    expect(value("system.cpu.usage_percent")).toBe(12.5);
    expect(value("system.disk.filesystems./.usage_percent")).toBe(1);
    expect(value("system.disk.filesystems./mnt/a.usage_percent")).toBe(2);
    expect(value("system.disk.filesystems./mnt/a.b.usage_percent")).toBe(3);
    expect(value("system.disk.filesystems./mnt/a.usage_percent.usage_percent")).toBe(4);
    expect(value("system.disk.filesystems./mnt/a [1].usage_percent")).toBe(5);
    expect(value("system.network.interfaces.eth0.100.errors_total")).toBe(7);
    expect(value("system.gpus.GPU-0.power_watts")).toBe(31);
  });

  it("takes a row's index too, but a row that is called so first", () => {
    expect(value("system.gpus.0.power_watts")).toBe(31);
    expect(value("system.gpus[0].power_watts")).toBe(31);
    expect(value("system.cpu.per_core_percent.0")).toBe(10);
    expect(value("system.cpu.per_core_percent[0]")).toBe(10);
    expect(value("system.network.interfaces.0.errors_total")).toBe(6);
  });

  it("leads to a null, and to what would be below one", () => {
    expect(value("system.gpus.GPU-1.power_watts")).toBeNull();
    expect(value("system.cpu.per_core_percent.1")).toBeNull();
    expect(value("system.memory.swap.used_bytes")).toBeUndefined();
    expect(resolve(sample, "system.memory.swap.used_bytes")).toEqual({ kind: "value", path: ["system", "memory", "swap", "used_bytes"] });
  });

  it("tells what is known where a name goes wrong", () => {
    expect(resolve(sample, "system.cpu.usage")).toEqual({ kind: "unknown", at: "system.cpu", known: ["usage_percent", "per_core_percent"] });
    expect(resolve(sample, "system.cpus.usage_percent")).toMatchObject({ kind: "unknown", at: "system" });
    expect(resolve(sample, "nothing")).toMatchObject({ kind: "unknown", at: "", known: ["id", "system"] });
    expect(resolve(sample, "system.gpus.GPU-7.power_watts")).toEqual({ kind: "unknown", at: "system.gpus", known: ["GPU-0", "GPU-1"] });
    expect(resolve(sample, "system.cpu.per_core_percent.2")).toEqual({ kind: "unknown", at: "system.cpu.per_core_percent", known: ["0", "1"] });
    expect(resolve(sample, "system.cpu.usage_percent.now")).toEqual({ kind: "unknown", at: "system.cpu.usage_percent", known: [] });
  });

  it("tells of the place that it came the farthest", () => {
    expect(resolve(sample, "system.disk.filesystems./mnt/a.b.inodes")).toMatchObject({ at: "system.disk.filesystems./mnt/a.b" });
  });

  it("tells a group from a value", () => {
    expect(resolve(sample, "system.cpu")).toEqual({ kind: "group", at: "system.cpu", known: ["usage_percent", "per_core_percent"] });
    expect(resolve(sample, "system.gpus")).toMatchObject({ kind: "group", known: ["GPU-0", "GPU-1"] });
  });

  it("never follows what an object inherits", () => {
    expect(resolve(sample, "system.constructor.name").kind).toBe("unknown");
    expect(resolve(sample, "system.__proto__").kind).toBe("unknown");
  });
});
