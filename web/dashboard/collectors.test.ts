import { describe, expect, it } from "vitest";
import type { Collector, Sample } from "../client/src/contract";
import { budgetInWords, paceInWords, slowed, slowedInWords } from "./collectors";

const collector = (part: Partial<Collector>): Collector => ({
  duration_seconds: 0.001,
  age_seconds: 0,
  cpu_percent: 0.1,
  period_seconds: 1,
  slowdown: 1,
  status: "ok",
  reason: null,
  ...part,
});

const sample = (collectors: Record<string, Collector>): Sample => ({ server: { collectors } }) as unknown as Sample;

describe("slowed", () => {
  it("names those that are read less often than it would be worth", () => {
    const found = slowed(
      sample({
        network: collector({ period_seconds: 8, slowdown: 8 }),
        cpu: collector({}),
        filesystems: collector({ period_seconds: 5 }),
        disk: collector({ period_seconds: 2, slowdown: 2, status: "failed" }),
        old: collector({ period_seconds: null, slowdown: null }),
      }),
    );
    expect(found.map(({ name }) => name)).toEqual(["disk", "network"]);
  });

  it("looks only at the collectors that are asked for", () => {
    expect(slowed(sample({ disk: collector({ slowdown: 2 }) }), ["cpu"])).toEqual([]);
  });
});

describe("the pace in words", () => {
  it("is short", () => {
    expect([0.2, 1, 8, 60].map(paceInWords)).toEqual(["every 0.2 s", "every 1 s", "every 8 s", "every 60 s"]);
  });

  it("says the pace now and the own pace", () => {
    expect(slowedInWords(collector({ period_seconds: 60, slowdown: 12 }))).toBe("read every 60 s instead of every 5 s");
    expect(slowedInWords(collector({ period_seconds: null, slowdown: null }))).toBe("read less often");
  });

  it("says what for", () => {
    const budget = (percent: number | null): Sample => ({ server: { overhead_budget_percent: percent } }) as unknown as Sample;
    expect(budgetInWords(budget(0.5))).toBe("to keep collecting within its budget of 0.5 % of a core");
    expect(budgetInWords(budget(null))).toBe("to keep collecting within its budget");
  });
});
