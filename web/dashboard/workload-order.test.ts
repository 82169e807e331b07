import { describe, expect, it } from "vitest";
import type { Workload } from "../client/src/contract";
import { filtered, sorted, sortingBy, turned } from "./workload-order";

const NOTHING = {
  pids_count: null, cpu_percent: null, memory_bytes: null, read_bytes_per_second: null, write_bytes_per_second: null,
  received_bytes_per_second: null, sent_bytes_per_second: null, gpu_percent: null, gpu_memory_bytes: null, power_watts: null, waits: null, command: null,
  gpu_pids: [],
};
const workload = (id: string, part: Partial<Workload> = {}): Workload => ({
  ...NOTHING, id, name: id, kind: "program", user: "root",
  basis: { found_by: "program-and-user", cpu: "clocks", memory: "pss", power: "none" }, ...part,
});

const rows = [
  workload("idle", { cpu_percent: 0, kind: "unit" }),
  workload("Train", { cpu_percent: 180, kind: "run", user: "ada" }),
  workload("unread"),
  workload("Build", { cpu_percent: 90, user: "bob" }),
];
const ids = (found: readonly Workload[]): string[] => found.map(({ id }) => id);

describe("sorted", () => {
  it("has the largest amounts first, and those without one last whichever way", () => {
    expect(ids(sorted(rows, sortingBy("cpu_percent")))).toEqual(["Train", "Build", "idle", "unread"]);
    expect(ids(sorted(rows, { field: "cpu_percent", descending: false }))).toEqual(["idle", "Build", "Train", "unread"]);
  });

  it("has names and kinds in their order, ties by name", () => {
    expect(ids(sorted(rows, sortingBy("name")))).toEqual(["Build", "idle", "Train", "unread"]);
    expect(ids(sorted(rows, sortingBy("kind")))).toEqual(["Build", "unread", "Train", "idle"]);
  });

  it("leaves those that are pointed at where they are; others come after them", () => {
    expect(ids(sorted(rows, sortingBy("cpu_percent"), ["idle", "gone", "Build"]))).toEqual(["idle", "Build", "Train", "unread"]);
  });

  it("does not change what it was given", () => {
    sorted(rows, sortingBy("name"));
    expect(ids(rows)).toEqual(["idle", "Train", "unread", "Build"]);
  });
});

it("a second press turns a column round, another begins its own way", () => {
  const byCpu = sortingBy("cpu_percent");
  expect(turned(byCpu, "cpu_percent")).toEqual({ field: "cpu_percent", descending: false });
  expect(turned(byCpu, "name")).toEqual({ field: "name", descending: false });
  expect(turned(sortingBy("name"), "memory_bytes")).toEqual({ field: "memory_bytes", descending: true });
});

describe("filtered", () => {
  it("finds by name, kind and user, all words, in any case", () => {
    expect(ids(filtered(rows, "tRAin"))).toEqual(["Train"]);
    expect(ids(filtered(rows, "program bob"))).toEqual(["Build"]);
    expect(ids(filtered(rows, "run bob"))).toEqual([]);
  });

  it("leaves all where nothing is asked, and takes no pattern for more than its letters", () => {
    expect(filtered(rows, "  ")).toBe(rows);
    expect(filtered(rows, ".*")).toEqual([]);
    expect(ids(filtered([...rows, workload("a.*(")], ".*("))).toEqual(["a.*("]);
  });
});
