import { describe, expect, it } from "vitest";
import { limitInWords, receiptToShow } from "./receipt";

describe("receipts", () => {
  it("are shown by their numbers, without the reasons, and say what limited the run", () => {
    const receipt = {
      wall_seconds: 4, cpu_seconds: 2, gpu_seconds: null, watch_cpu_seconds: 0.1, unavailable: [{ path: "gpu_seconds", reason: "no GPU" }],
      limits: [{ cause: "cpu-quota", seconds: 2, share_percent: 50, count: 9, of: "run" }],
    };
    expect(receiptToShow(receipt)).toEqual({
      wall_seconds: 4, cpu_seconds: 2, gpu_seconds: null, limited_by: "held back by the CPU quota for 2.00 s, 50 % of the time",
    });
    expect(receiptToShow({ limits: [] })).toEqual({ limited_by: "nothing that was seen" });
    expect(receiptToShow({ cpu_seconds: 2, limits: null })).toEqual({ cpu_seconds: 2 });
  });

  it("are nothing where there is none, and take causes that this page does not know", () => {
    for (const nothing of [null, 7, "x", []]) expect(receiptToShow(nothing)).toBeNull();
    expect(limitInWords({ cause: "a new one", of: "constructor" })).toBe("a new one");
    expect(limitInWords({ cause: "memory-limit", count: 2, of: "cgroup", seconds: null })).toBe(
      "processes ended at the memory limit: 2, with others in its control group",
    );
  });
});
