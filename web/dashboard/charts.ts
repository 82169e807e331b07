// The charts of the page. Adding one is adding a row.

import type { Gpu, Sample } from "../client/src/contract";
import type { AxisKind } from "../elements/axis";
import type { LineDefinition } from "../elements/chart";
import type { Path } from "../elements/path";
import type { StripRow } from "../elements/strip";
import { gpuMetric, metric } from "./metric-names";

/** Values of one subject in the line under a chart: "load 0.42 0.51 0.60". */
export interface Fact {
  readonly label: string;
  readonly paths: readonly Path[];
  readonly title?: string;
  /** A word between the values: used "of" all. */
  readonly between?: string;
  /** Left out when this says so; a fact that is only missing is shown as a dash. */
  readonly when?: (sample: Sample) => boolean;
}

export interface ChartRow {
  readonly key: string;
  readonly title: string;
  readonly axis: AxisKind;
  readonly lines: readonly LineDefinition[];
  readonly strip?: { readonly label: string; readonly rows: (sample: Sample) => readonly StripRow[] };
  readonly facts: readonly Fact[];
  /** The collectors whose values these are: when they fail, the panel says how old it is. */
  readonly collectors: readonly string[];
  readonly when?: (sample: Sample) => boolean;
}

const hasPressure = (sample: Sample): boolean =>
  [sample.system.cpu, sample.system.memory, sample.system.disk].some((part) => part?.pressure?.some != null);

const BEFORE_GPUS: readonly ChartRow[] = [
  {
    key: "cpu",
    title: "CPU",
    axis: "percent",
    lines: [
      { path: metric("system.cpu.usage_percent"), label: "total", tone: 1 },
      { path: metric("system.cpu.times_percent.iowait"), label: "iowait", tone: 2 },
      { path: metric("system.cpu.times_percent.steal"), label: "steal", tone: 3 },
    ],
    strip: { label: "cores", rows: coreRows },
    facts: [
      { label: "cores", paths: [metric("system.cpu.count_logical")], title: "Logical cores online" },
      { label: "clock", paths: [metric("system.cpu.frequency_hz")], title: "Mean frequency of the cores" },
      {
        label: "limit",
        paths: [metric("system.host.container.cpu_limit_cores")],
        title: "Cores that the container may use",
        when: (sample) => sample.system.host?.container?.cpu_limit_cores != null,
      },
      {
        label: "throttled",
        paths: [metric("system.host.container.cpu_throttled_percent")],
        title: "Share of the quota's periods in which the container was held back",
        when: (sample) => sample.system.host?.container?.cpu_throttled_seconds_total != null,
      },
      { label: "switches", paths: [metric("system.cpu.context_switches_per_second")], title: "Context switches" },
    ],
    collectors: ["cpu"],
  },
  {
    key: "memory",
    title: "Memory",
    axis: "bytes",
    lines: [
      { path: metric("system.memory.used_bytes"), label: "used", tone: 1 },
      { path: metric("system.memory.cached_bytes"), label: "cached", tone: 2 },
      { path: metric("system.memory.swap.used_bytes"), label: "swap", tone: 3 },
    ],
    strip: {
      label: "stalled",
      rows: () => [{ path: metric("system.memory.pressure.some.now_percent"), label: "stalled for memory" }],
    },
    facts: [
      { label: "of", paths: [metric("system.memory.total_bytes")], title: "Main memory" },
      { label: "in use", paths: [metric("system.memory.usage_percent")] },
      {
        label: "container",
        paths: [
          metric("system.host.container.memory_used_bytes"),
          metric("system.host.container.memory_limit_bytes"),
        ],
        between: "of",
        title: "Memory of the container, and its limit",
        when: (sample) => sample.system.host?.container?.memory_limit_bytes != null,
      },
      { label: "major faults", paths: [metric("system.memory.major_faults_per_second")], title: "Page faults that needed the disk" },
    ],
    collectors: ["memory"],
  },
];

/** The chart that the GPUs stand before. */
export const AFTER_GPUS_KEY = "disk";

const AFTER_GPUS: readonly ChartRow[] = [
  {
    key: AFTER_GPUS_KEY,
    title: "Disk",
    axis: "bytes",
    lines: [
      { path: metric("system.disk.read_bytes_per_second"), label: "read", tone: 1 },
      { path: metric("system.disk.write_bytes_per_second"), label: "write", tone: 2 },
    ],
    strip: { label: "busy", rows: () => [{ path: metric("system.disk.busy_percent"), label: "busiest device" }] },
    facts: [
      { label: "reads", paths: [metric("system.disk.reads_per_second")] },
      { label: "writes", paths: [metric("system.disk.writes_per_second")] },
      { label: "busy", paths: [metric("system.disk.busy_percent")], title: "Busy share of the busiest device" },
    ],
    collectors: ["disk"],
  },
  {
    key: "network",
    title: "Network",
    axis: "bytes",
    lines: [
      { path: metric("system.network.bytes_received_per_second"), label: "received", tone: 1 },
      { path: metric("system.network.bytes_sent_per_second"), label: "sent", tone: 2, below: true },
    ],
    facts: [
      { label: "connections", paths: [metric("system.network.tcp_connections")], title: "TCP connections established" },
      { label: "retransmits", paths: [metric("system.network.tcp_retransmits_per_second")], title: "TCP segments sent again" },
      { label: "errors", paths: [metric("system.network.errors_per_second")] },
      { label: "drops", paths: [metric("system.network.drops_per_second")] },
    ],
    collectors: ["network"],
  },
  {
    key: "pressure",
    title: "Pressure",
    axis: "percent",
    lines: [
      { path: metric("system.cpu.pressure.some.now_percent"), label: "cpu", tone: 1 },
      { path: metric("system.disk.pressure.some.now_percent"), label: "disk", tone: 2 },
      { path: metric("system.memory.pressure.some.now_percent"), label: "memory", tone: 3 },
    ],
    facts: [
      {
        label: "10 s average",
        paths: [
          metric("system.cpu.pressure.some.avg10_percent"),
          metric("system.disk.pressure.some.avg10_percent"),
          metric("system.memory.pressure.some.avg10_percent"),
        ],
        title: "Share of time in which some task waited: for CPU, disk, memory",
      },
    ],
    collectors: ["pressure_cpu", "pressure_io", "pressure_memory"],
    when: hasPressure,
  },
  {
    key: "load",
    title: "Load",
    axis: "plain",
    lines: [
      { path: metric("system.cpu.load_1m"), label: "1 min", tone: 1 },
      { path: metric("system.cpu.load_5m"), label: "5 min", tone: 2 },
      { path: metric("system.cpu.load_15m"), label: "15 min", tone: 3 },
    ],
    facts: [
      { label: "running", paths: [metric("system.cpu.processes_running")], title: "Tasks that run or could run" },
      { label: "blocked", paths: [metric("system.cpu.processes_blocked")], title: "Tasks that wait for disks" },
      { label: "processes", paths: [metric("system.host.process_count")] },
      { label: "threads", paths: [metric("system.host.thread_count")] },
    ],
    collectors: ["cpu", "processes"],
  },
];

/** The charts for this machine, in the order of the page. Before the first sample: those that every machine has. */
export function chartRows(sample: Sample | null): readonly ChartRow[] {
  const gpus = (sample?.system.gpus ?? []).map((gpu) => gpuRow(gpu));
  return [...BEFORE_GPUS, ...gpus, ...AFTER_GPUS].filter((row) => sample === null || row.when?.(sample) !== false);
}

function coreRows(sample: Sample): readonly StripRow[] {
  const cores = sample.system.cpu?.per_core_percent ?? [];
  return cores.map((_, core) => ({ path: ["system", "cpu", "per_core_percent", core], label: `core ${core}` }));
}

function gpuRow(gpu: Gpu): ChartRow {
  const at = (field: keyof Gpu): Path => gpuMetric(gpu.uuid, field);
  return {
    key: `gpu ${gpu.uuid}`,
    title: `GPU ${gpu.index ?? ""}`.trim(),
    axis: "percent",
    lines: [
      { path: at("utilization_percent"), label: "busy", tone: 1 },
      { path: at("memory_usage_percent"), label: "memory", tone: 2 },
    ],
    facts: [
      { label: "", paths: [at("name")], title: "Product" },
      { label: "memory", paths: [at("memory_used_bytes"), at("memory_total_bytes")], between: "of", title: "Memory in use, and all" },
      { label: "power", paths: [at("power_watts"), at("power_limit_watts")], between: "of", title: "Power drawn, and its limit" },
      { label: "die", paths: [at("temperature_celsius")], title: "Temperature of the die" },
      { label: "clock", paths: [at("clock_hz")], title: "Clock of the cores" },
      { label: "fan", paths: [at("fan_percent")], when: (sample) => gpuOf(sample, gpu.uuid)?.fan_percent != null },
      {
        label: "PCIe",
        paths: [at("pcie_receive_bytes_per_second"), at("pcie_transmit_bytes_per_second")],
        title: "From and to the host over PCIe",
        when: (sample) => gpuOf(sample, gpu.uuid)?.pcie_receive_bytes_per_second != null,
      },
      { label: "memory errors", paths: [at("ecc_errors_total")], when: (sample) => (gpuOf(sample, gpu.uuid)?.ecc_errors_total ?? 0) > 0 },
    ],
    collectors: ["gpu_nvidia", "gpu_drm"],
  };
}

export function gpuOf(sample: Sample, uuid: string): Gpu | undefined {
  return sample.system.gpus?.find((gpu) => gpu.uuid === uuid);
}
