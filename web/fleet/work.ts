// What runs where: a row for each component, run and busy workload of each machine. Pure.

import type { Machine } from "./machine";

export interface Work {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  /** Of a component or a run; null for other workloads, of which it is not known. */
  readonly status: string | null;
  readonly cpu: number | null;
  readonly gpu: number | null;
  readonly machine: Machine;
  readonly text: string;
}

/** States in the order in which they deserve a look; others come last. */
const STATES = ["failed", "running", "idle"];

export function workOf(machines: Iterable<Machine>): Work[] {
  return [...machines].flatMap((machine) => [
    ...machine.runs.map((run) => row(machine, `run ${run.id}`, run.name, `run, ${run.kind}`, now(machine, "running"), null, null)),
    ...(machine.runsCount > machine.runs.length ? [row(machine, "runs", `+${machine.runsCount - machine.runs.length} more`, "run", now(machine, "running"), null, null)] : []),
    ...machine.components.map((one) => row(machine, `component ${one.name}`, one.name, "component", now(machine, one.status), null, null)),
    ...machine.workloads.map((one) => row(machine, `workload ${one.id}`, one.name, one.kind, null, one.cpu, one.gpu)),
  ]);
}

/** What a sort by state compares: the least first. */
export function placeOfState({ status }: Work): number | null {
  return status === null ? null : STATES.length - (STATES.indexOf(status) + 1 || STATES.length);
}

/** What a machine told last holds while it is heard. */
function now({ status }: Machine, told: string): string {
  return status === "live" ? told : "unknown";
}

function row(machine: Machine, key: string, name: string, kind: string, status: string | null, cpu: number | null, gpu: number | null): Work {
  return { key: `${machine.id} ${key}`, name, kind, status, cpu, gpu, machine, text: `${name} ${kind} ${status ?? ""} ${machine.name}`.toLowerCase() };
}
