import { describe, expect, it } from "vitest";
import type { SampleBase } from "./path";
import { scaled, type ListColumns } from "./series";
import { Timeline } from "./timeline";

type Row = { id: string; name?: string; cpu?: number | null };
type Told = SampleBase & { ledger: { rows: Row[] | null; count?: number } | null };

const NONE = Number.NaN;
const sample = (sequence: number, rows: Row[] | null, count?: number): Told => ({
  id: `e-${sequence}`,
  timestamp: new Date(1_000_000 + sequence * 1000).toISOString(),
  interval_seconds: 1,
  ledger: rows === null ? null : { rows, ...(count === undefined ? {} : { count }) },
});

function listed(samples: readonly Told[], after: readonly Told[] = []): { timeline: Timeline; list: ListColumns } {
  const timeline = new Timeline({ schedule: () => {} });
  for (const one of samples) timeline.append(one);
  const list = timeline.list({
    path: ["ledger", "rows"],
    fields: ["cpu"],
    isWhole: (one) => {
      const { ledger } = one as Told;
      return ledger?.count === undefined || ledger.count === ledger.rows?.length;
    },
  });
  for (const one of after) timeline.append(one);
  return { timeline, list };
}

function numbers(timeline: Timeline, list: ListColumns, key: string): number[] {
  const target = new Float64Array(timeline.rows.count);
  list.series(key, "cpu").copy(0, target.length, target);
  return [...target];
}

describe("columns of rows that come and go", () => {
  const samples = [
    sample(1, [{ id: "a", cpu: 1 }]),
    sample(2, [{ id: "a", cpu: 2 }, { id: "b", name: "bee", cpu: 20 }]),
    sample(3, null),
    sample(4, [{ id: "b", name: "bee", cpu: 40 }, { id: "a", cpu: null }]),
    sample(5, [{ id: "b", name: "bee", cpu: 50 }]),
  ];

  it("are 0 where the list was read without them, and nothing where it was not or had no number", () => {
    for (const known of [0, 2, 5]) {
      const { timeline, list } = listed(samples.slice(0, known), samples.slice(known));
      expect(numbers(timeline, list, "a")).toEqual([1, 2, NONE, NONE, 0]);
      expect(numbers(timeline, list, "b")).toEqual([0, 20, NONE, 40, 50]);
      expect(list.nameOf("b")).toBe("bee");
    }
  });

  it("are not known where a list does not name all", () => {
    const { timeline, list } = listed([sample(1, [{ id: "a", cpu: 1 }], 1), sample(2, [{ id: "b", cpu: 1 }], 30)]);
    expect(numbers(timeline, list, "a")).toEqual([1, NONE]);
  });

  it("are of none that was never there", () => {
    const { timeline, list } = listed(samples);
    expect(numbers(timeline, list, "nobody")).toEqual([0, 0, NONE, 0, 0]);
    expect(list.copyValues("nobody", "cpu", 0, 5, new Float64Array(5))).toBe(false);
  });

  it("have a sum, whoever is in it", () => {
    const { timeline, list } = listed(samples);
    const sum = list.sum("cpu");
    expect(Array.from({ length: timeline.rows.count }, (_, row) => sum.value(row))).toEqual([1, 22, NONE, 40, 50]);
    expect(sum.value(-1)).toBeNaN();
  });

  it("take what comes before them too", () => {
    const { timeline, list } = listed(samples.slice(3));
    expect(timeline.prepend(samples.slice(0, 4))).toBe(3);
    expect(numbers(timeline, list, "a")).toEqual([1, 2, NONE, NONE, 0]);
  });

  it("are forgotten when the clock was set back", () => {
    const { timeline, list } = listed(samples, [sample(0, [{ id: "c", cpu: 3 }])]);
    expect(list.keys).toEqual(["c"]);
    expect(numbers(timeline, list, "c")).toEqual([3]);
  });

  it("are bounded, however many names come: what was seen longest ago goes, and stays in the sum", () => {
    const { timeline, list } = listed([]);
    for (let sequence = 0; sequence < 500; sequence += 1) {
      timeline.append(sample(sequence, [{ id: "stays", cpu: 1 }, { id: `one ${sequence}`, cpu: 2 }]));
    }
    expect(list.keys.length).toBeLessThan(60);
    expect(list.keys).toContain("stays");
    expect(list.keys).toContain("one 499");
    expect(list.sum("cpu").value(timeline.rows.count - 1)).toBe(3);
    const { columns } = timeline.statistics();
    for (let sequence = 500; sequence < 600; sequence += 1) timeline.append(sample(sequence, [{ id: `one ${sequence}`, cpu: 2 }]));
    expect(timeline.statistics().columns).toBe(columns);
    // A column that is used again holds nothing of who had it before.
    expect(numbers(timeline, list, "one 599").filter((value) => value > 0)).toEqual([2]);
  });

  it("do not push each other out within a sample", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ id: `one ${index}`, cpu: 1 }));
    const { list } = listed([sample(1, many), sample(2, [...many].reverse())]);
    expect(list.keys).toContain("one 0");
    expect(list.keys).not.toContain("one 99");
    expect(list.sum("cpu").value(1)).toBe(100);
  });
});

it("a scaled series is the same in another measure", () => {
  const { list } = listed([sample(1, [{ id: "a", cpu: 8 }])]);
  const target = new Float64Array(1);
  const quarter = scaled(list.series("a", "cpu"), 1 / 4);
  quarter.copy(0, 1, target);
  expect([quarter.value(0), target[0]]).toEqual([2, 2]);
});
