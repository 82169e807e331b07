import { expect, it } from "vitest";
import { machineIn } from "./machine";
import { placeOfState, workOf } from "./work";

const machines = machineIn({
  id: "a", name: "box", status: "live",
  components: [{ name: "petals", status: "failed" }],
  runs: [{ id: "t/1", name: "train", kind: "tinygrad" }],
  workloads: [{ id: "w", name: "make", kind: "user", cpu_percent: 120, gpu_percent: null }],
});

it("has a row for each run, component and busy workload, each with its machine", () => {
  const rows = workOf(machines);
  expect(rows.map(({ name, kind, status, cpu, machine }) => [name, kind, status, cpu, machine.name])).toEqual([
    ["train", "run, tinygrad", "running", null, "box"],
    ["petals", "component", "failed", null, "box"],
    ["make", "user", null, 120, "box"],
  ]);
  expect(new Set(rows.map(({ key }) => key)).size).toBe(3);
});

it("puts what failed before what runs", () => {
  const [run, component, workload] = workOf(machines);
  if (!run || !component || !workload) throw new Error("a row is missing");
  expect(placeOfState(component)).toBeGreaterThan(placeOfState(run) ?? 0);
  expect(placeOfState(workload)).toBeNull();
});

it("does not say of a machine that is silent what runs there", () => {
  const rows = workOf(machines.map((machine) => ({ ...machine, status: "silent" as const })));
  expect(rows.map(({ status }) => status)).toEqual(["unknown", "unknown", null]);
  const [run] = rows;
  const [live] = workOf(machines);
  if (!run || !live) throw new Error("a row is missing");
  expect(placeOfState(run)).toBeLessThan(placeOfState(live) ?? 0);
});

it("tells how many runs there are that have no row", () => {
  const rows = workOf(machines.map((machine) => ({ ...machine, runsCount: 12 })));
  expect(rows.map(({ name }) => name)).toEqual(["train", "+11 more", "petals", "make"]);
});
