// How the numbers of a workload came about, in words.

import type { Basis, Workload } from "../client/src/contract";

const KINDS: Readonly<Record<Workload["kind"], string>> = {
  run: "a run",
  component: "an AI component",
  jupyter: "a kernel of Jupyter",
  container: "a container",
  slurm: "a job of Slurm",
  unit: "a unit of systemd",
  program: "a program",
  kernel: "the kernel",
};

const FOUND_BY: Readonly<Record<Basis["found_by"], string>> = {
  "run-label": "the label that zeropoint run gives to a whole tree of processes",
  "process-tree": "their tree of processes",
  component: "the AI component that they were recognised as",
  "command-line": "their command line",
  cgroup: "their cgroup",
  "program-and-user": "their program and its user",
  kernel: "the kernel, which runs them itself",
};

const CPU: Readonly<Record<Basis["cpu"], string>> = {
  clocks: "measured by the processes' CPU clocks",
  ticks: "measured by the processes' times, in hundredths of a second",
  "interrupt-ticks": "estimated: what no process explains, at most what the kernel counted as interrupts",
};

const MEMORY: Readonly<Record<Basis["memory"], string>> = {
  pss: "measured; a page that several processes share counts in part for each",
  "pss-and-rss": "measured; shared pages count in part for each process, and in full where that may not be read or is too dear",
  rss: "measured; a page that several processes share counts in full for each, as more may not be read or is too dear",
  kernel: "the kernel's own count",
  none: "not told",
};

const POWER: Readonly<Record<Basis["power"], string>> = {
  estimated: "estimated by its share of the time of each GPU, and of the processors",
  none: "not told",
};

export interface Ground {
  readonly of: string;
  readonly words: string;
}

/** What a workload is: "a program of root". */
export function kindInWords({ kind, user }: Pick<Workload, "kind" | "user">): string {
  const what = KINDS[kind] ?? kind;
  return kind === "kernel" ? what : `${what} of ${user}`;
}

/** What each of its numbers rests on. A word that is not known here, of a newer server, is told as it is. */
export function grounds({ found_by, cpu, memory, power }: Basis): Ground[] {
  return [
    { of: "its processes", words: `belong together by ${FOUND_BY[found_by] ?? found_by}` },
    { of: "CPU", words: CPU[cpu] ?? cpu },
    { of: "memory", words: MEMORY[memory] ?? memory },
    { of: "power", words: POWER[power] ?? power },
  ];
}
