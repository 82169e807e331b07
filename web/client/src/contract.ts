// The wire contract, version 1, as types. `node types.mjs openapi.json` writes this file.

/** Why a value is null: `path` is written like `system.gpus[0].power_watts`; a parent's row covers its children. */
export interface Unavailable {
  path: string;
  reason: string;
}

export interface PressureTotals {
  avg10_percent: number | null;
  avg60_percent: number | null;
  avg300_percent: number | null;
  total_seconds: number | null;
}

export interface Pressure {
  some: PressureTotals | null;
  full: PressureTotals | null;
}

export interface CpuTimes {
  user: number | null;
  system: number | null;
  nice: number | null;
  iowait: number | null;
  irq: number | null;
  softirq: number | null;
  steal: number | null;
  idle: number | null;
}

export interface Cpu {
  usage_percent: number | null;
  per_core_percent: (number | null)[] | null;
  count_logical: number | null;
  count_physical: number | null;
  frequency_hz: number | null;
  load_1m: number | null;
  load_5m: number | null;
  load_15m: number | null;
  times_percent: CpuTimes | null;
  context_switches_per_second: number | null;
  pressure: Pressure | null;
}

export interface Swap {
  total_bytes: number | null;
  used_bytes: number | null;
  free_bytes: number | null;
  usage_percent: number | null;
  in_bytes_per_second: number | null;
  out_bytes_per_second: number | null;
}

export interface Memory {
  total_bytes: number | null;
  used_bytes: number | null;
  available_bytes: number | null;
  free_bytes: number | null;
  cached_bytes: number | null;
  buffers_bytes: number | null;
  usage_percent: number | null;
  swap: Swap | null;
  pressure: Pressure | null;
}

export interface Filesystem {
  mountpoint: string;
  device: string;
  type: string;
  total_bytes: number | null;
  used_bytes: number | null;
  free_bytes: number | null;
  usage_percent: number | null;
}

export interface DiskDevice {
  name: string;
  read_bytes_total: number | null;
  write_bytes_total: number | null;
  read_bytes_per_second: number | null;
  write_bytes_per_second: number | null;
  reads_per_second: number | null;
  writes_per_second: number | null;
  busy_percent: number | null;
}

export interface Disk {
  total_bytes: number | null;
  used_bytes: number | null;
  free_bytes: number | null;
  usage_percent: number | null;
  filesystems: Filesystem[] | null;
  devices: DiskDevice[] | null;
  read_bytes_total: number | null;
  write_bytes_total: number | null;
  read_bytes_per_second: number | null;
  write_bytes_per_second: number | null;
  reads_per_second: number | null;
  writes_per_second: number | null;
  busy_percent: number | null;
  pressure: Pressure | null;
}

export interface NetworkInterface {
  name: string;
  bytes_sent_total: number | null;
  bytes_received_total: number | null;
  bytes_sent_per_second: number | null;
  bytes_received_per_second: number | null;
}

export interface Network {
  bytes_sent_total: number | null;
  bytes_received_total: number | null;
  bytes_sent_per_second: number | null;
  bytes_received_per_second: number | null;
  packets_sent_total: number | null;
  packets_received_total: number | null;
  errors_total: number | null;
  drops_total: number | null;
  interfaces: NetworkInterface[] | null;
}

export interface Platform {
  system: string | null;
  release: string | null;
  machine: string | null;
  distribution: string | null;
  python: string | null;
}

export interface Host {
  name: string | null;
  process_count: number | null;
  thread_count: number | null;
  uptime_seconds: number | null;
  boot_time: string | null;
  platform: Platform | null;
}

export interface GpuProcess {
  pid: number;
  name: string | null;
  memory_bytes: number | null;
  utilization_percent: number | null;
}

export interface Gpu {
  index: number;
  uuid: string | null;
  name: string | null;
  vendor: string | null;
  utilization_percent: number | null;
  memory_total_bytes: number | null;
  memory_used_bytes: number | null;
  temperature_celsius: number | null;
  power_watts: number | null;
  power_limit_watts: number | null;
  clock_hz: number | null;
  memory_clock_hz: number | null;
  fan_percent: number | null;
  throttle_reasons: string[] | null;
  ecc_errors_total: number | null;
  processes: GpuProcess[] | null;
}

export interface System {
  cpu: Cpu | null;
  memory: Memory | null;
  disk: Disk | null;
  network: Network | null;
  host: Host | null;
  gpus: Gpu[] | null;
}

export type ComponentStatus = "running" | "idle" | "stopped" | "failed" | "absent" | "unknown";

/** What every component of `ai.components` has; each adds keys of its own. */
export interface Component {
  status: ComponentStatus;
  since: string | null;
  last_updated: string | null;
  reason: string | null;
  [key: string]: unknown;
}

export interface Ai {
  components: Record<string, Component>;
}

export interface Collector {
  duration_seconds: number | null;
  age_seconds: number | null;
  status: string;
}

export interface Server {
  clients: number;
  queue_size: number;
  dropped_total: number;
  uptime_seconds: number;
  health: "healthy" | "degraded" | "unhealthy";
  cpu_percent: number | null;
  memory_bytes: number | null;
  collectors: Record<string, Collector>;
}

/** One tick of the machine. With `sections`, only id, timestamp and interval_seconds are sure to be there. */
export interface Sample {
  /** EPOCH-SEQUENCE: EPOCH is new at every start of the appliance, SEQUENCE rises by one. */
  id: string;
  /** RFC 3339 in UTC with milliseconds. */
  timestamp: string;
  interval_seconds: number;
  system: System;
  ai: Ai;
  server: Server;
  unavailable: Unavailable[];
}

/** Samples that are missing: `from` and `to` are ids where they are known. */
export interface Gap {
  from: string | null;
  to: string | null;
  lost: number | null;
  reason: string;
}

/** The first event of a stream. */
export interface Hello {
  contract: number;
  epoch: string;
  interval_seconds: number;
  newest_id: string | null;
  server_time: string;
}

/** The last event of a stream that the appliance ends itself. */
export interface Bye {
  reason: string;
}
