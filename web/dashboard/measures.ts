// What of the machine can be shown by workload. One more is a row here.

import type { Sample, Usage } from "../client/src/contract";
import type { AxisKind } from "../elements/axis";
import type { LineDefinition } from "../elements/chart";
import type { Path } from "../elements/path";
import type { StackSide } from "../elements/plot/stack-areas";
import type { ListDefinition } from "../elements/row-columns";

export type UsageField = keyof Usage;

export interface Measure {
  readonly key: "cpu" | "memory" | "gpu" | "disk";
  readonly label: string;
  readonly heading: string;
  readonly axis: AxisKind;
  /** The column of the table that is of the same. */
  readonly sortBy: UsageField;
  readonly sides: readonly StackSide[];
  readonly lines: readonly LineDefinition[];
}

/** The rows of the ledger; `other` has those that it does not name. */
export const WORKLOADS: ListDefinition = {
  path: ["ledger", "workloads"],
  fields: [
    "cpu_percent",
    "memory_bytes",
    "read_bytes_per_second",
    "write_bytes_per_second",
    "received_bytes_per_second",
    "sent_bytes_per_second",
    "gpu_percent",
    "gpu_memory_bytes",
  ] satisfies UsageField[],
  isWhole: (sample) => {
    const { ledger } = sample as Sample;
    return ledger?.workloads != null && ledger.workloads_count === ledger.workloads.length;
  },
  // An id is KIND:NAME and what else tells it from others.
  nameOfKey: (id) => id.slice(id.indexOf(":") + 1) || id,
};

export function workloadPath(id: string, field: UsageField): Path {
  return ["ledger", "workloads", id, field];
}

export function sumPath(sum: "other" | "unattributed" | "over_attributed" | "totals", field: UsageField): Path {
  return ["ledger", sum, field];
}

export const MEASURES: readonly Measure[] = [
  {
    key: "cpu",
    label: "CPU",
    heading: "CPU, of one core",
    axis: "percent",
    sortBy: "cpu_percent",
    sides: [side("cpu_percent")],
    lines: [total("cpu_percent")],
  },
  {
    key: "memory",
    label: "memory",
    heading: "Memory held",
    axis: "bytes",
    sortBy: "memory_bytes",
    sides: [side("memory_bytes")],
    lines: [total("memory_bytes")],
  },
  {
    key: "gpu",
    label: "GPU",
    heading: "GPU time, of one GPU",
    axis: "percent",
    sortBy: "gpu_percent",
    sides: [side("gpu_percent")],
    lines: [total("gpu_percent")],
  },
  {
    key: "disk",
    label: "disk",
    heading: "Read, and written below",
    axis: "bytes",
    sortBy: "write_bytes_per_second",
    sides: [side("read_bytes_per_second", "read"), side("write_bytes_per_second", "written", true)],
    lines: [total("read_bytes_per_second", "read"), total("write_bytes_per_second", "written", true)],
  },
];

/** What a chart of the measure is drawn of, besides the workloads. */
export function pathsOf({ lines, sides }: Measure): Path[] {
  return [...lines.map(({ path }) => path), ...sides.flatMap(({ other, unattributed }) => [other, unattributed])];
}

function side(field: UsageField, word = "", below = false): StackSide {
  return { field, below, word, other: sumPath("other", field), unattributed: sumPath("unattributed", field) };
}

function total(field: UsageField, label = "total", below = false): LineDefinition {
  return { path: sumPath("totals", field), label, tone: "text", below };
}
