import { expect, it } from "vitest";
import { answerIn, machineIn, meanGpu } from "./machine";

const row = (given: object = {}): Record<string, unknown> => ({
  id: "a1", name: "GPUbox", status: "live", last_seen: null, clock_ahead_seconds: null, cpu_percent: 40, memory_percent: null,
  gpus_count: 2, gpu_percents: [50, null], components: [], runs: [], runs_count: 0, verdicts: [], verdicts_count: 0, alerts: [], alerts_count: 0,
  workloads: [], ...given,
});

it("reads a machine, with null where nothing is told", () => {
  const [machine] = machineIn(row());
  expect(machine).toMatchObject({ id: "a1", name: "GPUbox", status: "live", lastSeen: null, cpu: 40, memory: null, gpus: [50, null], badness: 0 });
  expect(machine && meanGpu(machine)).toBe(50);
});

it("puts the worst trouble first, whether alert or verdict", () => {
  const alerts = [{ name: "hot", severity: "warning", says: "x" }, { name: "note", severity: "info", says: "x" }, { name: "fire", severity: "critical", says: "x" }];
  const [machine] = machineIn(row({ alerts, alerts_count: 3, verdicts: [{ name: "stalled", subject: "a", says: "y" }], verdicts_count: 1 }));
  expect(machine?.troubles.map(({ name }) => name)).toEqual(["fire", "hot", "stalled", "note"]);
  expect(machine?.troublesCount).toBe(4);
});

it("holds a critical alert worse than silence, and silence worse than a warning, a verdict, a wrong clock", () => {
  const badness = (given: object): number => machineIn(row(given))[0]?.badness ?? -1;
  const told = [
    badness({ alerts: [{ name: "a", severity: "critical", says: "" }] }),
    badness({ status: "silent", last_seen: "2026-11-28T14:03:07Z" }),
    badness({ alerts: [{ name: "a", severity: "warning", says: "" }] }),
    badness({ verdicts: [{ name: "a", says: "" }] }),
    badness({ clock_ahead_seconds: -3600 }),
    badness({ alerts: [{ name: "a", severity: "info", says: "" }] }),
    badness({}),
  ];
  expect(told).toEqual([...told].sort((a, b) => b - a));
  expect(new Set(told).size).toBe(told.length);
});

it("is found by its name and by the names of its work", () => {
  const [machine] = machineIn(row({ runs: [{ id: "t/1", name: "Train-MNIST", kind: "tinygrad" }], components: [{ name: "petals", status: "idle" }] }));
  expect(machine?.text).toBe("gpubox petals train-mnist");
});

it("takes nothing for granted", () => {
  for (const told of [null, 5, [], {}, { version: 1, count: 1 }, { version: "a" }]) expect(answerIn(told)).toBeNull();
  expect(answerIn({ version: "a", count: 0, rows: [null, 5, {}, { id: 1, name: "x" }] })).toEqual({ version: "a", isWhole: false, count: 0, machines: [] });
  const [machine] = machineIn({ id: "a", name: "b", status: "<b>", runs: "no", alerts: [{ severity: "worst" }], gpu_percents: ["x"] });
  expect(machine).toMatchObject({ status: "unknown", runs: [], gpus: [null], troubles: [{ severity: "warning", name: "" }] });
});
