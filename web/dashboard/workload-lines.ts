// The selected workload's part in the charts of the machine.

import type { Sample } from "../client/src/contract";
import type { LineDefinition, Tone } from "../elements/chart";
import { find } from "../elements/path";
import type { ListColumns } from "../elements/series";
import type { ChartRow } from "./charts";
import { workloadPath, type UsageField } from "./measures";

/** The row with lines for what the workload takes of it; the row itself where that is not told of workloads. */
export function withPartOf(id: string, tone: Tone, row: ChartRow, sample: Sample, list: ListColumns): ChartRow {
  const lines = linesFor(id, tone, row.key, sample).map((line) => ({ ...line, series: list.series(id, String(line.path.at(-1))) }));
  return lines.length === 0 ? row : { ...row, lines: [...row.lines, ...lines] };
}

function linesFor(id: string, tone: Tone, key: string, sample: Sample): LineDefinition[] {
  const line = (field: UsageField, label: string, more: Partial<LineDefinition> = {}): LineDefinition => ({
    path: workloadPath(id, field),
    label,
    tone,
    ...more,
  });
  const { system } = sample;
  switch (key) {
    case "cpu": {
      // The ledger counts in cores, the chart is of the whole machine.
      const cores = system.cpu?.count_logical ?? null;
      return cores === null ? [] : [line("cpu_percent", "its part", { of: cores })];
    }
    case "memory":
      return [line("memory_bytes", "its part")];
    case "disk":
      return [line("read_bytes_per_second", "it reads"), line("write_bytes_per_second", "it writes", { dashed: true })];
    case "network":
      // Told of workloads that have a network of their own.
      return typeof find(sample, workloadPath(id, "received_bytes_per_second")).value === "number"
        ? [line("received_bytes_per_second", "it receives"), line("sent_bytes_per_second", "it sends", { below: true })]
        : [];
    default:
      return key.startsWith("gpu ") ? gpuLines(sample, line) : [];
  }
}

// The ledger has each workload's use of all GPUs together.
function gpuLines(
  { system }: Sample,
  line: (field: UsageField, label: string, more?: Partial<LineDefinition>) => LineDefinition,
): LineDefinition[] {
  const gpus = system.gpus ?? [];
  const totals = gpus.map((gpu) => gpu.memory_total_bytes).filter((bytes) => bytes !== null);
  const of = gpus.length > 1 ? ` of ${gpus.length}` : "";
  const time = line("gpu_percent", `its time${of}`, { of: gpus.length });
  if (totals.length < gpus.length) return [time];
  const bytes = totals.reduce((sum, one) => sum + one, 0);
  return [time, line("gpu_memory_bytes", `it holds${of}`, { of: bytes / 100, unit: "percent", dashed: true })];
}
