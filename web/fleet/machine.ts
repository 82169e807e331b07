// Machines as /api/v1/fleet tells them. Nothing here asks for anything, and nothing of an answer is taken for granted.

import { isRecord } from "../elements/path";

export type MachineStatus = "live" | "silent" | "unknown";

export interface Component {
  readonly name: string;
  readonly status: string;
}

export interface Run {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

export interface Workload {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** 100 is one core busy, or one GPU. */
  readonly cpu: number | null;
  readonly gpu: number | null;
}

/** A firing alert, or a verdict that holds. */
export interface Trouble {
  readonly severity: "critical" | "warning" | "verdict" | "info";
  readonly name: string;
  readonly says: string;
}

export interface Machine {
  readonly id: string;
  readonly name: string;
  readonly status: MachineStatus;
  /** Milliseconds since 1970; null while it is live. */
  readonly lastSeen: number | null;
  /** Seconds; null where its clock is right, or that is not known. */
  readonly clockAhead: number | null;
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly gpusCount: number;
  readonly gpus: readonly (number | null)[];
  readonly components: readonly Component[];
  readonly runs: readonly Run[];
  readonly runsCount: number;
  readonly workloads: readonly Workload[];
  /** The worst first. */
  readonly troubles: readonly Trouble[];
  readonly troublesCount: number;
  /** How much it deserves a look: 0 for not at all. */
  readonly badness: number;
  /** What a search looks in. */
  readonly text: string;
}

/** An answer; null for what is none. */
export interface Answer {
  readonly version: string;
  readonly isWhole: boolean;
  readonly count: number;
  readonly machines: readonly Machine[];
}

const SEVERITIES: readonly Trouble["severity"][] = ["critical", "warning", "verdict", "info"];
// A machine that is gone is worse than one that warns; a wrong clock is worse than a mere notice.
const BADNESS: Readonly<Record<Trouble["severity"], number>> = { critical: 6, warning: 4, verdict: 3, info: 1 };
const SILENT_BADNESS = 5;
const CLOCK_BADNESS = 2;

export function answerIn(told: unknown): Answer | null {
  if (!isRecord(told) || typeof told["version"] !== "string" || typeof told["count"] !== "number") return null;
  return { version: told["version"], isWhole: told["is_whole"] === true, count: told["count"], machines: rowsOf(told, "rows").flatMap(machineIn) };
}

export function machineIn(row: Row): Machine[] {
  const { id, name } = row;
  if (typeof id !== "string" || typeof name !== "string") return [];
  const status = row["status"] === "live" || row["status"] === "silent" ? row["status"] : "unknown";
  const seen = Date.parse(textOf(row["last_seen"]));
  const clockAhead = numberOf(row["clock_ahead_seconds"]);
  const alerts = rowsOf(row, "alerts").map((one): Trouble => ({ severity: severityOf(one["severity"]), name: textOf(one["name"]), says: textOf(one["says"]) }));
  const verdicts = rowsOf(row, "verdicts").map((one): Trouble => ({ severity: "verdict", name: textOf(one["name"]), says: textOf(one["says"]) }));
  const troubles = [...alerts, ...verdicts].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const components = rowsOf(row, "components").map((one) => ({ name: textOf(one["name"]), status: textOf(one["status"]) }));
  const runs = rowsOf(row, "runs").map((one) => ({ id: textOf(one["id"]), name: textOf(one["name"]), kind: textOf(one["kind"]) }));
  const workloads = rowsOf(row, "workloads").map((one) => ({
    id: textOf(one["id"]),
    name: textOf(one["name"]),
    kind: textOf(one["kind"]),
    cpu: numberOf(one["cpu_percent"]),
    gpu: numberOf(one["gpu_percent"]),
  }));
  const worst = Math.max(0, ...troubles.map(({ severity }) => BADNESS[severity]));
  return [
    {
      id, name, status, clockAhead, components, runs, workloads, troubles,
      lastSeen: Number.isNaN(seen) ? null : seen,
      cpu: numberOf(row["cpu_percent"]),
      memory: numberOf(row["memory_percent"]),
      gpusCount: numberOf(row["gpus_count"]) ?? 0,
      gpus: Array.isArray(row["gpu_percents"]) ? row["gpu_percents"].map(numberOf) : [],
      runsCount: numberOf(row["runs_count"]) ?? runs.length,
      troublesCount: (numberOf(row["alerts_count"]) ?? 0) + (numberOf(row["verdicts_count"]) ?? 0),
      badness: Math.max(worst, status === "silent" ? SILENT_BADNESS : 0, clockAhead === null ? 0 : CLOCK_BADNESS),
      text: [name, ...[...components, ...runs, ...workloads].map((one) => one.name), ...troubles.map((one) => one.name)].join(" ").toLowerCase(),
    },
  ];
}

/** The mean use of the GPUs that tell it. */
export function meanGpu({ gpus }: Machine): number | null {
  const known = gpus.filter((one) => one !== null);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
}

type Row = Record<string | number, unknown>;

function rowsOf(of: Row, key: string): Row[] {
  const rows = of[key];
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}

function severityOf(value: unknown): Trouble["severity"] {
  return value === "critical" || value === "info" ? value : "warning";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
