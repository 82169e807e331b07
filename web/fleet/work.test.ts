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
