// Written by web/types.mjs out of the OpenAPI document of the appliance (`zeropoint openapi`). Do not edit.

/**
 * Every schema by its name.
 */
export interface Schemas {
  Ai: Ai;
  Alert: Alert;
  AlertEvent: AlertEvent;
  AlertInstance: AlertInstance;
  AlertRule: AlertRule;
  AlertTarget: AlertTarget;
  AlertsAnswer: AlertsAnswer;
  AlertsReport: AlertsReport;
  Basis: Basis;
  Battery: Battery;
  Begins: Begins;
  Between: Between;
  BlockDevice: BlockDevice;
  ByLag: ByLag;
  Collector: Collector;
  ComparedRun: ComparedRun;
  ComparedSeries: ComparedSeries;
  Component: Component;
  Container: Container;
  CorrelationsAnswer: CorrelationsAnswer;
  Cpu: Cpu;
  CpuSeconds: CpuSeconds;
  CpuTimes: CpuTimes;
  Credentials: Credentials;
  Disk: Disk;
  DrawnSeries: DrawnSeries;
  ErrorAnswer: ErrorAnswer;
  ErrorBody: ErrorBody;
  Fan: Fan;
  Filesystem: Filesystem;
  FleetReport: FleetReport;
  Gap: Gap;
  Gpu: Gpu;
  GpuEcc: GpuEcc;
  GpuEngine: GpuEngine;
  GpuNvlink: GpuNvlink;
  GpuPcie: GpuPcie;
  GpuProcess: GpuProcess;
  GpuProcessEngine: GpuProcessEngine;
  GpuThrottled: GpuThrottled;
  GpuXid: GpuXid;
  HealthAnswer: HealthAnswer;
  HealthWord: HealthWord;
  Hello: Hello;
  HistoryAnswer: HistoryAnswer;
  HistoryGap: HistoryGap;
  HistoryReport: HistoryReport;
  Host: Host;
  Interface: Interface;
  Ledger: Ledger;
  Limit: Limit;
  LiveRun: LiveRun;
  Measure: Measure;
  Memory: Memory;
  MetricRow: MetricRow;
  MetricsAnswer: MetricsAnswer;
  MigInstance: MigInstance;
  MomentAnswer: MomentAnswer;
  Network: Network;
  Notice: Notice;
  PairAnswer: PairAnswer;
  PetalsBlock: PetalsBlock;
  PetalsReport: PetalsReport;
  PetalsServer: PetalsServer;
  Platform: Platform;
  Pressure: Pressure;
  ProbeAnswer: ProbeAnswer;
  Program: Program;
  ProgramsReport: ProgramsReport;
  Receipt: Receipt;
  RemoteWriteReport: RemoteWriteReport;
  RunEntry: RunEntry;
  RunSteps: RunSteps;
  RunsAnswer: RunsAnswer;
  RunsCompared: RunsCompared;
  RuntimeReport: RuntimeReport;
  Sample: Sample;
  SamplesAnswer: SamplesAnswer;
  Sensors: Sensors;
  SeriesValues: SeriesValues;
  Server: Server;
  Side: Side;
  SignedIn: SignedIn;
  Stall: Stall;
  Swap: Swap;
  System: System;
  Temperature: Temperature;
  TicketAnswer: TicketAnswer;
  TinygradLatest: TinygradLatest;
  TinygradReport: TinygradReport;
  Told: Told;
  ToldPair: ToldPair;
  TrainingLatest: TrainingLatest;
  TrainingReport: TrainingReport;
  Unavailable: Unavailable;
  Usage: Usage;
  Verdict: Verdict;
  VerdictEntry: VerdictEntry;
  VerdictsAnswer: VerdictsAnswer;
  VersionAnswer: VersionAnswer;
  Waits: Waits;
  WondercraftFile: WondercraftFile;
  WondercraftLatest: WondercraftLatest;
  WondercraftReport: WondercraftReport;
  Workload: Workload;
}
export interface Ai {
  /**
   * AI components by name
   */
  components: {
    tinygrad: TinygradReport;
    petals: PetalsReport;
    wondercraft: WondercraftReport;
    training: TrainingReport;
    programs: ProgramsReport;
    llama_cpp: RuntimeReport;
    vllm: RuntimeReport;
    sglang: RuntimeReport;
    ray: RuntimeReport;
    triton: RuntimeReport;
    tgi: RuntimeReport;
    mlflow: RuntimeReport;
    [k: string]:
      Component | TinygradReport | PetalsReport | WondercraftReport | TrainingReport | ProgramsReport | RuntimeReport;
  };
  /**
   * Runs that live, at most 64, those that began last first
   */
  runs: LiveRun[] | null;
}
export interface TinygradReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Regular files under train/, and metrics/tinygrad*.jsonl; links and hidden files left out
   */
  artifacts_count: number | null;
  /**
   * Runs that left a run.json
   */
  runs_count: number | null;
  /**
   * The last row that was written
   */
  latest: TinygradLatest | null;
}
/**
 * The last row that was written.
 */
export interface TinygradLatest {
  /**
   * Run that the row is of
   */
  run: string | null;
  /**
   * Training step
   */
  step: number | null;
  /**
   * Duration of the step
   */
  step_seconds: number | null;
  /**
   * Tokens, or samples, trained on
   */
  tokens_per_second: number | null;
  /**
   * Training loss
   */
  loss: number | null;
  /**
   * Billions of floating-point operations a second
   */
  gflops: number | null;
  /**
   * Kernels launched
   */
  kernels_per_second: number | null;
  /**
   * Memory that tinygrad has allocated
   */
  memory_used_bytes: number | null;
}
/**
 * Where several servers of this machine announce a number, it is the smallest: a chain has its slowest's speed.
 */
export interface PetalsReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Blocks on disk
   */
  cache_blocks: number | null;
  /**
   * Blocks that this machine's live servers announce as ONLINE
   */
  served_blocks: number | null;
  /**
   * Servers of the model in the swarm, those that are OFFLINE aside
   */
  peers_count: number | null;
  /**
   * Best state that this machine's live servers announce
   */
  state: string | null;
  /**
   * Throughput that this machine's server announces
   */
  throughput: number | null;
  /**
   * Inference steps a second that this machine's server announces
   */
  inference_per_second: number | null;
  /**
   * Tokens a second in forward passes that it announces
   */
  forward_per_second: number | null;
  /**
   * Tokens a second that it announces for its network
   */
  network_per_second: number | null;
  /**
   * Tokens that still fit in this machine's attention cache
   */
  cache_tokens_left: number | null;
  /**
   * Model whose swarm is told: this machine's, else the one with the most servers
   */
  model: string | null;
  /**
   * Blocks of the whole model
   */
  blocks_count: number | null;
  /**
   * The model's blocks, at most 256
   */
  blocks: PetalsBlock[] | null;
  /**
   * Servers of the model, this machine's first, at most 64
   */
  servers: PetalsServer[] | null;
  /**
   * Live servers among this machine's processes
   */
  server_processes_count: number | null;
  /**
   * Processes that look like a server's, but belong to none that lives or has come up
   */
  orphans_count: number | null;
  /**
   * TCP ports on which this machine's live servers listen
   */
  listening_ports: number[] | null;
  /**
   * CPU time of the servers' processes, of one core
   */
  cpu_percent: number | null;
  /**
   * Bytes that their TCP peers have acknowledged
   */
  network_bytes_sent_per_second: number | null;
  /**
   * Bytes that they have received over TCP
   */
  network_bytes_received_per_second: number | null;
  /**
   * Inference steps a second in Petals' throughput cache, maybe a default and no measurement
   */
  cached_inference_per_second: number | null;
  /**
   * Tokens a second in forward passes there, maybe a default and no measurement
   */
  cached_forward_per_second: number | null;
  /**
   * Tokens a second of the network there, maybe a default and no measurement
   */
  cached_network_per_second: number | null;
}
/**
 * One block of the model, over the whole swarm.
 */
export interface PetalsBlock {
  /**
   * Number of the block, from 0
   */
  index: string;
  /**
   * Whether all its files lie in a cache of this machine
   */
  on_disk: boolean | null;
  /**
   * Whether a live server of this machine announces it as ONLINE
   */
  served_here: boolean | null;
  /**
   * Servers that announce the block, OFFLINE ones aside
   */
  servers_count: number | null;
  /**
   * Best state that a server announces for it: ONLINE, JOINING, else OFFLINE
   */
  state: string | null;
}
/**
 * One server of the swarm, by what it announces of itself.
 */
export interface PetalsServer {
  /**
   * The last 8 characters of its peer id
   */
  peer: string;
  /**
   * Name that it gives itself
   */
  name: string | null;
  /**
   * Whether it runs on this machine
   */
  here: boolean | null;
  /**
   * State that it announces; OFFLINE once it is known that its process has gone
   */
  state: string | null;
  /**
   * First block that it announces
   */
  start_block: number | null;
  /**
   * Block after the last one that it announces
   */
  end_block: number | null;
  /**
   * Throughput that it announces, which Petals balances blocks by
   */
  throughput: number | null;
  /**
   * Inference steps a second that it announces
   */
  inference_per_second: number | null;
  /**
   * Tokens a second in forward passes that it announces
   */
  forward_per_second: number | null;
  /**
   * Tokens a second that it announces for its network
   */
  network_per_second: number | null;
  /**
   * Tokens that still fit in its attention cache
   */
  cache_tokens_left: number | null;
  /**
   * Shortest ping to a server that it hands on to
   */
  next_ping_seconds: number | null;
}
export interface WondercraftReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Scenes: files that are glTF or OpenUSD
   */
  scenes_count: number | null;
  /**
   * Overlays: PNG, calibration or pose JSON, GLB, USDZ
   */
  xr_overlays_count: number | null;
  /**
   * Scenes and overlays that are not what their names say
   */
  invalid_count: number | null;
  /**
   * What is wrong with the newest of these
   */
  invalid_reason: string | null;
  /**
   * How far USD files are checked
   */
  usd_check: string | null;
  /**
   * The newest metrics file
   */
  latest: WondercraftLatest | null;
  /**
   * The files that were written last, invalid ones too
   */
  files: WondercraftFile[] | null;
}
/**
 * The newest metrics file.
 */
export interface WondercraftLatest {
  /**
   * Scene that was rendered
   */
  scene: string | null;
  /**
   * Frames rendered
   */
  frames_per_second: number | null;
  /**
   * Time of a frame
   */
  frame_time_seconds: number | null;
}
/**
 * A file that was written last, valid or not.
 */
export interface WondercraftFile {
  /**
   * Path below wondercraft/
   */
  path: string;
  /**
   * scene, overlay, metrics, export, log, or profile (of Unreal Engine)
   */
  kind: string | null;
  /**
   * Whether its content is what its place and name say; null: not checked
   */
  valid: boolean | null;
  /**
   * What is wrong with it, or why it is not checked
   */
  reason: string | null;
  /**
   * Size
   */
  size_bytes: number | null;
  /**
   * When it was last written
   */
  modified: string | null;
}
export interface TrainingReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Runs: folders that hold event files or a trainer_state.json
   */
  runs_count: number | null;
  /**
   * The newest figures of the run that has written last
   */
  latest: TrainingLatest | null;
}
/**
 * The newest figures of the run that has written last.
 */
export interface TrainingLatest {
  /**
   * Run: the folder that it writes to
   */
  run: string | null;
  /**
   * Training step
   */
  step: number | null;
  /**
   * Steps that the run is to take
   */
  max_steps: number | null;
  /**
   * Passes over the training data
   */
  epoch: number | null;
  /**
   * Share of the steps that are done
   */
  progress_percent: number | null;
  /**
   * Time that the steps left will take at the pace of the last ones
   */
  remaining_seconds: number | null;
  /**
   * Training loss
   */
  loss: number | null;
  /**
   * Tokens trained on, as the run reports them
   */
  tokens_per_second: number | null;
  /**
   * Learning rate
   */
  learning_rate: number | null;
}
export interface ProgramsReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Programs that run, by kind
   */
  programs: Program[] | null;
}
/**
 * All processes of one kind; a process may be of several (a notebook that has loaded PyTorch).
 */
export interface Program {
  /**
   * Kind of program: pytorch, jax, tensorflow, llama_cpp, jupyter ...
   */
  kind: string;
  /**
   * Its processes
   */
  processes_count: number | null;
  /**
   * CPU time of its processes, of one core
   */
  cpu_percent: number | null;
  /**
   * Its processes, the first 32
   */
  pids: number[] | null;
}
export interface RuntimeReport {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
  /**
   * Program: llama_cpp, vllm, sglang, ray, triton, tgi or mlflow
   */
  runtime: string | null;
  /**
   * Address that its metrics are read from, without user and query
   */
  endpoint: string | null;
  /**
   * Tokens generated
   */
  tokens_per_second: number | null;
  /**
   * Tokens of prompts processed
   */
  prompt_tokens_per_second: number | null;
  /**
   * Requests completed
   */
  requests_per_second: number | null;
  /**
   * Requests (of Ray: tasks) that are worked on
   */
  requests_running: number | null;
  /**
   * Requests (of Ray: tasks) that wait
   */
  requests_waiting: number | null;
  /**
   * Share of the attention cache in use
   */
  kv_cache_usage_percent: number | null;
  /**
   * Mean time to the first token, of requests since the last reading
   */
  time_to_first_token_seconds: number | null;
}
/**
 * What is told of every AI component; a component's own report adds to it.
 */
export interface Component {
  /**
   * running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended with an error; absent: no trace; unknown: cannot be told, `reason` says why
   */
  status: "absent" | "failed" | "idle" | "running" | "stopped" | "unknown";
  /**
   * When the status last changed
   */
  since: string | null;
  /**
   * Time of the newest evidence of work
   */
  last_updated: string | null;
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * Its processes
   */
  pids: number[] | null;
}
/**
 * A run whose process lives on this machine, by its run.json and the last row of its steps.jsonl.
 */
export interface LiveRun {
  /**
   * NAME/ID, as its folder lies below runs/
   */
  id: string;
  /**
   * What people call it
   */
  name: string;
  /**
   * What it belongs to: tinygrad, petals, job and others
   */
  kind: string;
  /**
   * Its first process
   */
  pid: number | null;
  /**
   * Training step
   */
  step: number | null;
  /**
   * Duration of the step
   */
  step_seconds: number | null;
  /**
   * Median duration of its last steps, at most 32
   */
  usual_step_seconds: number | null;
  /**
   * Median time from one of its last rows to the next, at most 32
   */
  usual_row_seconds: number | null;
  /**
   * Tokens, or samples, trained on
   */
  tokens_per_second: number | null;
  /**
   * Training loss
   */
  loss: number | null;
  /**
   * Time since it wrote its last row
   */
  row_age_seconds: number | null;
}
/**
 * A rule of the settings file that fires for one series, or for one verdict.
 */
export interface Alert {
  /**
   * Name of the rule, and what it fires for
   */
  id: string;
  /**
   * Name of the rule
   */
  name: string;
  /**
   * info, warning or critical
   */
  severity: "critical" | "info" | "warning";
  /**
   * Name of the metric, or id of the verdict, that it fires for
   */
  subject: string;
  /**
   * When it began to fire
   */
  since: string;
  /**
   * Why, in one sentence, with the value as it is now
   */
  says: string;
  /**
   * 1 as long as it fires
   */
  active: number | null;
}
/**
 * Something that happened to an alert.
 */
export interface AlertEvent {
  id: number;
  /**
   * When, by the sample's time
   */
  time: string;
  /**
   * fired; repeated: it still fires; cleared
   */
  kind: "cleared" | "fired" | "repeated";
  /**
   * Name of the rule
   */
  name: string;
  severity: "critical" | "info" | "warning";
  /**
   * Name of the metric, or id of the verdict
   */
  subject: string;
  /**
   * When it began to fire
   */
  since: string;
  /**
   * The metric's value then; null where there is none, as of a verdict
   */
  value: number | string | null;
  /**
   * What the value is held against, as in above 90; null of a verdict
   */
  level: string | null;
  /**
   * For how long it must be so before it fires
   */
  for_seconds: number;
  /**
   * Why, in one sentence
   */
  says: string;
  /**
   * Of a verdict the numbers behind it, with the names of their metrics
   */
  evidence: string[];
  /**
   * What became of its notices, one for each address
   */
  notices: Notice[];
}
/**
 * What became of an event's notice at one address of a channel.
 */
export interface Notice {
  /**
   * Name of the channel
   */
  channel: string;
  /**
   * What it goes to: command, or the kind of the address, as in ntfy
   */
  target: string;
  /**
   * held: until quiet hours end; waiting: to be delivered or tried again; delivered; failed: given up; dropped: no room to wait; not-sent: it had ended before it was told
   */
  status: "delivered" | "dropped" | "failed" | "held" | "not-sent" | "waiting";
  /**
   * How often it was tried
   */
  attempts: number;
  /**
   * What went wrong last; null where nothing did
   */
  reason: string | null;
}
/**
 * One series, or one verdict, that a rule looks at.
 */
export interface AlertInstance {
  /**
   * Name of the metric, or id of the verdict
   */
  subject: string;
  /**
   * ok; pending: beyond its level, not yet for long enough; firing; clearing: back, not yet for long enough
   */
  state: "clearing" | "firing" | "ok" | "pending";
  /**
   * When it came into that state; null for ok
   */
  since: string | null;
  /**
   * Its newest value; null where there is none, as of a verdict
   */
  value: number | string | null;
}
/**
 * A rule of the settings file and how it stands. Keys that the rule does not have are null.
 */
export interface AlertRule {
  name: string;
  severity: "critical" | "info" | "warning";
  /**
   * Name of a metric; * stands for any characters
   */
  metric: string | null;
  /**
   * Name of a verdict; * for all
   */
  verdict: string | null;
  /**
   * It fires for values above
   */
  above: number | null;
  /**
   * It fires for values below
   */
  below: number | null;
  /**
   * The level at which it ends
   */
  ends_at: number | null;
  /**
   * It fires for these words of a state
   */
  words: string[];
  /**
   * For how long before it fires
   */
  for_seconds: number;
  /**
   * For how long it must be back before it ends
   */
  clear_for_seconds: number;
  /**
   * What a value that is missing means
   */
  missing: "fire" | "ignore";
  /**
   * Hours in which notices are held back
   */
  quiet: string[];
  /**
   * Time zone of these; null for the machine's own
   */
  timezone: string | null;
  /**
   * How often it is told again while it fires; null: once
   */
  repeat_seconds: number | null;
  /**
   * Names of the channels that are told
   */
  notify: string[];
  /**
   * The worst state of all that it looks at
   */
  state: "clearing" | "firing" | "ok" | "pending";
  /**
   * How many series or verdicts it looks at
   */
  series_count: number;
  /**
   * Those that are not ok first; at most 20
   */
  instances: AlertInstance[];
}
/**
 * One address of a channel. The address itself is told to nobody.
 */
export interface AlertTarget {
  channel: string;
  /**
   * command, or the kind of the address, as in ntfy
   */
  target: string;
  waiting: number;
  delivered_total: number;
  failed_total: number;
  dropped_total: number;
  /**
   * What is wrong with it; null while nothing is
   */
  trouble: string | null;
}
export interface AlertsAnswer {
  /**
   * The rules of the settings file, and how they stand
   */
  rules: AlertRule[];
  /**
   * What fired and ended, the newest first; at most 200
   */
  events: AlertEvent[];
  /**
   * Where notices go, without the addresses
   */
  targets: AlertTarget[];
}
/**
 * How the rules of alerts and their notices fare. A notice counts once for each address that it goes to.
 */
export interface AlertsReport {
  /**
   * Rules of the settings file
   */
  rules: number | null;
  /**
   * What fires, over all rules and series
   */
  firing: number | null;
  /**
   * What will fire unless it ends before the rule's time is over
   */
  pending: number | null;
  /**
   * Notices that wait to be delivered, or to be tried again
   */
  waiting_notices: number | null;
  /**
   * Notices that were delivered
   */
  delivered_total: number | null;
  /**
   * Notices that were given up after several tries
   */
  failed_total: number | null;
  /**
   * Notices for which there was no room to wait
   */
  dropped_total: number | null;
  /**
   * Samples that the rules did not look at, for want of time
   */
  missed_samples_total: number | null;
}
/**
 * How the numbers of a workload came about.
 */
export interface Basis {
  /**
   * What says that its processes belong together
   */
  found_by: "cgroup" | "command-line" | "component" | "kernel" | "process-tree" | "program-and-user" | "run-label";
  /**
   * clocks: measured, the processes' CPU clocks; ticks: measured, their times in hundredths of a second; interrupt-ticks: estimated, what no process explains, at most what the kernel counted as interrupts
   */
  cpu: "clocks" | "interrupt-ticks" | "ticks";
  /**
   * pss: measured, pages that n processes share count 1/n for each; rss: measured, they count in full, since PSS may not be read or is too dear; kernel: the kernel's own counts; none: nothing is told
   */
  memory: "kernel" | "none" | "pss" | "pss-and-rss" | "rss";
  /**
   * estimated: by its share of the time of each GPU, and of the processors; none: nothing is told
   */
  power: "estimated" | "none";
}
export interface Battery {
  /**
   * Charge
   */
  charge_percent: number | null;
  /**
   * On mains power
   */
  charging: boolean | null;
  /**
   * Power drawn from or put into the battery
   */
  power_watts: number | null;
}
/**
 * From which step on they differ more than before.
 */
export interface Begins {
  step: number;
  /**
   * Mean of B less A up to it; of durations and rates of their ratio
   */
  before: number;
  after: number;
}
/**
 * By what B is apart from A, with the 95 % interval.
 */
export interface Between {
  value: number;
  low: number;
  high: number;
}
export interface BlockDevice {
  /**
   * Kernel name of the device
   */
  name: string;
  /**
   * Read
   */
  read_bytes_total: number | null;
  /**
   * Written
   */
  write_bytes_total: number | null;
  /**
   * Read
   */
  read_bytes_per_second: number | null;
  /**
   * Written
   */
  write_bytes_per_second: number | null;
  /**
   * Reads completed
   */
  reads_total: number | null;
  /**
   * Writes completed
   */
  writes_total: number | null;
  /**
   * Reads completed
   */
  reads_per_second: number | null;
  /**
   * Writes completed
   */
  writes_per_second: number | null;
  /**
   * Mean time of a read that ended in the interval
   */
  read_latency_seconds: number | null;
  /**
   * Mean time of a write that ended in the interval
   */
  write_latency_seconds: number | null;
  /**
   * Time with at least one request in flight
   */
  busy_seconds_total: number | null;
  /**
   * Share of the interval with at least one request in flight
   */
  busy_percent: number | null;
}
/**
 * The coefficient at each lag.
 */
export interface ByLag {
  seconds: (number | null)[];
  /**
   * Null where too few samples are left, or one does not vary
   */
  coefficient: (number | null)[];
  /**
   * Unrelated series that remember as much stay within it in 95 % of cases, at any one lag
   */
  bound: (number | null)[];
}
/**
 * How one probe fares.
 */
export interface Collector {
  /**
   * How long its last reading took
   */
  duration_seconds: number | null;
  /**
   * Age of the values it last read
   */
  age_seconds: number | null;
  /**
   * CPU time that reading it costs now, of one core
   */
  cpu_percent: number | null;
  /**
   * How often it is read now
   */
  period_seconds: number | null;
  /**
   * How many times longer its period is now than its own one, to keep the budget; 1 when not slowed
   */
  slowdown: number | null;
  /**
   * ok; absent: there is nothing to read; failed; hanging: the last reading has not come back; waiting: none yet
   */
  status: "absent" | "failed" | "hanging" | "ok" | "waiting";
  /**
   * Why it is not ok
   */
  reason: string | null;
}
/**
 * One of the two runs.
 */
export interface ComparedRun {
  id: string;
  name: string;
  kind: string;
  status: string;
  /**
   * RFC 3339
   */
  started: string | null;
  /**
   * RFC 3339; null while it has no end
   */
  ended: string | null;
  /**
   * From its start to its end, or to now while it runs
   */
  seconds: number | null;
  /**
   * Rows that were looked at: of a long run some, evenly spread over all
   */
  rows: number;
  /**
   * Its id in the ledger, as in the names of its series in the history
   */
  workload: string | null;
}
/**
 * One of the series that were compared.
 */
export interface ComparedSeries {
  name: string;
  /**
   * What it says something of; other where it is none of those that are compared by default
   */
  side: "host" | "other" | "workload";
  /**
   * What it is called; its name where it has no other
   */
  label: string;
  /**
   * Whose it is: a run, a component, a workload, a GPU
   */
  subject: string | null;
  unit: string;
  /**
   * How many values it has in the window
   */
  samples: number;
  /**
   * Whether two of them differ
   */
  varies: boolean;
}
/**
 * Limits of the appliance's own control group, where they are lower than the machine's.
 */
export interface Container {
  /**
   * 1 or 2
   */
  cgroup_version: number | null;
  /**
   * Cores that may be used, by a quota or a set of CPUs
   */
  cpu_limit_cores: number | null;
  /**
   * Time in which the quota held tasks back
   */
  cpu_throttled_seconds_total: number | null;
  /**
   * Share of the quota's periods of the last interval that were throttled
   */
  cpu_throttled_percent: number | null;
  /**
   * Memory limit, the lower one of those that hold back and that end processes
   */
  memory_limit_bytes: number | null;
  /**
   * Memory charged, without what the kernel can drop at once (inactive file pages)
   */
  memory_used_bytes: number | null;
  /**
   * Used share of the memory limit
   */
  memory_usage_percent: number | null;
  /**
   * Processes killed at the memory limit
   */
  oom_kills_total: number | null;
  /**
   * Limit of tasks
   */
  pids_limit: number | null;
}
/**
 * Pairs of series, and how they go together.
 */
export interface CorrelationsAnswer {
  /**
   * Beginning of the window, RFC 3339
   */
  from: string;
  /**
   * End of the window, RFC 3339
   */
  to: string;
  /**
   * What was read: each sample, or the means of minutes or hours
   */
  tier: "hours" | "minutes" | "samples";
  /**
   * Of what was read; 0 where there is nothing
   */
  interval_seconds: number;
  /**
   * How many intervals one series may be behind the other
   */
  max_lag: number;
  /**
   * Spearman's coefficient, or Pearson's
   */
  method: "pearson" | "rank";
  /**
   * What none of this tells
   */
  caveat: string;
  /**
   * Why samples of the window are missing, the oldest first
   */
  gaps: HistoryGap[];
  /**
   * What was left out, and why
   */
  unavailable: Unavailable[];
  pairs: ToldPair[];
  series: ComparedSeries[];
}
/**
 * A time of which samples are missing.
 */
export interface HistoryGap {
  /**
   * RFC 3339
   */
  from: string;
  /**
   * RFC 3339
   */
  to: string;
  /**
   * How many samples; null where that cannot be known
   */
  lost: number | null;
  /**
   * Why they are missing; after clock-set none need be: there the times jump
   */
  reason: "clock-set" | "damaged" | "history-failed" | "missed-ticks" | "not-running" | "queue-full";
}
export interface Unavailable {
  /**
   * Path of the value, as in system.gpus[0].power_watts; it covers all below it. [*] stands for every row: ledger.workloads[*].gpu_percent
   */
  path: string;
  /**
   * Why it is null
   */
  reason: string;
}
export interface ToldPair {
  a: string;
  b: string;
  lag_seconds: number | null;
  coefficient: number | null;
  low: number | null;
  high: number | null;
  n: number;
  n_effective: number | null;
  p_value: number | null;
  q_value: number | null;
  verdict: "correlated" | "none" | "not-enough-data";
  compared: ("changes" | "levels") | null;
  /**
   * The pair in words; they claim no cause
   */
  sentence: string;
}
/**
 * The machine's processors; shares are of the whole machine.
 */
export interface Cpu {
  /**
   * Busy share: user, nice, system, irq, softirq and steal
   */
  usage_percent: number | null;
  /**
   * Busy share of each logical core, by its number
   */
  per_core_percent: (number | null)[] | null;
  /**
   * Logical cores online
   */
  count_logical: number | null;
  /**
   * Physical cores
   */
  count_physical: number | null;
  /**
   * Mean frequency of the cores now
   */
  frequency_hz: number | null;
  /**
   * Load average over 1 minute
   */
  load_1m: number | null;
  /**
   * Load average over 5 minutes
   */
  load_5m: number | null;
  /**
   * Load average over 15 minutes
   */
  load_15m: number | null;
  /**
   * Split of the last interval
   */
  times_percent: CpuTimes | null;
  /**
   * Split since boot
   */
  times_seconds: CpuSeconds | null;
  /**
   * Context switches since boot
   */
  context_switches_total: number | null;
  /**
   * Context switches
   */
  context_switches_per_second: number | null;
  /**
   * Interrupts served
   */
  interrupts_per_second: number | null;
  /**
   * Tasks that run or could run
   */
  processes_running: number | null;
  /**
   * Tasks that wait for disks
   */
  processes_blocked: number | null;
  /**
   * Waiting for CPU time
   */
  pressure: Pressure | null;
}
/**
 * Where the machine's CPU time of the last interval went; the parts sum to 100.
 */
export interface CpuTimes {
  /**
   * User mode
   */
  user: number | null;
  /**
   * Kernel
   */
  system: number | null;
  /**
   * User mode at low priority
   */
  nice: number | null;
  /**
   * Idle, waiting for disks
   */
  iowait: number | null;
  /**
   * Hardware interrupts
   */
  irq: number | null;
  /**
   * Soft interrupts
   */
  softirq: number | null;
  /**
   * Taken by the hypervisor
   */
  steal: number | null;
  /**
   * Idle
   */
  idle: number | null;
}
/**
 * CPU time since boot, summed over all cores.
 */
export interface CpuSeconds {
  /**
   * User mode
   */
  user_seconds_total: number | null;
  /**
   * Kernel
   */
  system_seconds_total: number | null;
  /**
   * Low priority
   */
  nice_seconds_total: number | null;
  /**
   * Waiting for disks
   */
  iowait_seconds_total: number | null;
  /**
   * Hardware interrupts
   */
  irq_seconds_total: number | null;
  /**
   * Soft interrupts
   */
  softirq_seconds_total: number | null;
  /**
   * Hypervisor
   */
  steal_seconds_total: number | null;
  /**
   * Idle
   */
  idle_seconds_total: number | null;
}
/**
 * How long work waited for a resource: `some` task of it, or all of it (`full`).
 */
export interface Pressure {
  /**
   * At least one task was waiting
   */
  some: Stall | null;
  /**
   * All tasks that were not idle were waiting
   */
  full: Stall | null;
}
/**
 * Pressure stall information of one kind, Documentation/accounting/psi.rst.
 */
export interface Stall {
  /**
   * Share of the last interval in which tasks were stalled
   */
  now_percent: number | null;
  /**
   * The kernel's 10 s average of the stalled share
   */
  avg10_percent: number | null;
  /**
   * The kernel's 60 s average of the stalled share
   */
  avg60_percent: number | null;
  /**
   * The kernel's 300 s average of the stalled share
   */
  avg300_percent: number | null;
  /**
   * Time in which tasks were stalled
   */
  stalled_seconds_total: number | null;
}
/**
 * What the sign-in is sent.
 */
export interface Credentials {
  token: string;
}
/**
 * The root file system's space, and the traffic of all physical block devices.
 */
export interface Disk {
  /**
   * Size of the root file system
   */
  total_bytes: number | null;
  /**
   * In use on the root file system
   */
  used_bytes: number | null;
  /**
   * Free on the root file system for users without privilege
   */
  free_bytes: number | null;
  /**
   * Used share of the root file system
   */
  usage_percent: number | null;
  /**
   * File systems that hold data
   */
  filesystems: Filesystem[] | null;
  /**
   * Whole block devices; partitions and stacked devices are left out
   */
  devices: BlockDevice[] | null;
  /**
   * Read from all devices
   */
  read_bytes_total: number | null;
  /**
   * Written to all devices
   */
  write_bytes_total: number | null;
  /**
   * Read from all devices
   */
  read_bytes_per_second: number | null;
  /**
   * Written to all devices
   */
  write_bytes_per_second: number | null;
  /**
   * Reads completed
   */
  reads_per_second: number | null;
  /**
   * Writes completed
   */
  writes_per_second: number | null;
  /**
   * Busy share of the busiest device
   */
  busy_percent: number | null;
  /**
   * Waiting for block devices
   */
  pressure: Pressure | null;
}
export interface Filesystem {
  /**
   * Where it is mounted
   */
  mountpoint: string;
  /**
   * What is mounted
   */
  device: string | null;
  /**
   * File system type
   */
  type: string | null;
  /**
   * Size
   */
  total_bytes: number | null;
  /**
   * In use
   */
  used_bytes: number | null;
  /**
   * Free for users without privilege
   */
  free_bytes: number | null;
  /**
   * Used share of what users can have, as df counts it
   */
  usage_percent: number | null;
  /**
   * Inodes
   */
  inodes_count: number | null;
  /**
   * Inodes in use
   */
  inodes_used: number | null;
  /**
   * Share of inodes in use
   */
  inodes_usage_percent: number | null;
  /**
   * Mounted read-only
   */
  read_only: boolean | null;
}
/**
 * One side of a pair.
 */
export interface DrawnSeries {
  name: string;
  unit: string;
  /**
   * At the timestamps; of b those that were read the lag later
   */
  values: (number | null)[];
  /**
   * What the coefficient is of, with mean 0 and variance 1; at most 1000, evenly chosen
   */
  compared: (number | null)[];
}
/**
 * What every error looks like.
 */
export interface ErrorAnswer {
  error: ErrorBody;
}
export interface ErrorBody {
  code: string;
  message: string;
  detail: unknown;
}
export interface Fan {
  /**
   * Chip and fan
   */
  name: string;
  /**
   * Speed
   */
  speed_rpm: number | null;
}
/**
 * How publishing to the bus of a fleet fares.
 */
export interface FleetReport {
  /**
   * 1 while the bus takes samples
   */
  connected: number | null;
  /**
   * Times that the bus was connected to
   */
  connections_total: number | null;
  /**
   * Samples that the bus has stored
   */
  published_samples_total: number | null;
  /**
   * Samples that were sent again and that the bus had already
   */
  repeated_samples_total: number | null;
  /**
   * Samples that the bus will not get: they were gone before it was back, or too large
   */
  lost_samples_total: number | null;
  /**
   * Samples since the start that the bus does not have yet
   */
  waiting_samples: number | null;
  /**
   * How long it took until the newest samples were stored
   */
  acknowledge_seconds: number | null;
}
/**
 * Samples that this reader does not get.
 */
export interface Gap {
  /**
   * Last id before the hole; null when the id that was given is unknown
   */
  from: string | null;
  /**
   * First id after the hole
   */
  to: string | null;
  /**
   * How many samples; null where that cannot be known
   */
  lost: number | null;
  /**
   * Why they are missing
   */
  reason: "beyond-replay" | "missed-ticks" | "slow-subscriber" | "unknown-id";
}
export interface Gpu {
  /**
   * Number that the driver gives it
   */
  index: number | null;
  /**
   * Stable identity: the driver's UUID, else the PCI address
   */
  uuid: string;
  /**
   * Product name
   */
  name: string | null;
  /**
   * Vendor
   */
  vendor: string | null;
  /**
   * Driver, and its version where it tells one
   */
  driver: string | null;
  /**
   * Share of time in which a kernel ran; of the busiest engine where the driver tells engines alone
   */
  utilization_percent: number | null;
  /**
   * Engines that the driver tells apart
   */
  engines: GpuEngine[] | null;
  /**
   * Share of time in which memory was read or written
   */
  memory_busy_percent: number | null;
  /**
   * Memory
   */
  memory_total_bytes: number | null;
  /**
   * Memory in use
   */
  memory_used_bytes: number | null;
  /**
   * Share of memory in use
   */
  memory_usage_percent: number | null;
  /**
   * Of the machine's memory, what the GPU may use
   */
  shared_memory_total_bytes: number | null;
  /**
   * Of the machine's memory, what the GPU's work holds
   */
  shared_memory_used_bytes: number | null;
  /**
   * Temperature of the die
   */
  temperature_celsius: number | null;
  /**
   * Temperature of the die's hottest place
   */
  hotspot_temperature_celsius: number | null;
  /**
   * Temperature of the memory
   */
  memory_temperature_celsius: number | null;
  /**
   * Temperature at which the clocks are held down
   */
  temperature_limit_celsius: number | null;
  /**
   * Power drawn
   */
  power_watts: number | null;
  /**
   * Power limit in force
   */
  power_limit_watts: number | null;
  /**
   * Energy used since the driver was loaded
   */
  energy_joules_total: number | null;
  /**
   * Clock of the cores
   */
  clock_hz: number | null;
  /**
   * Highest clock of the cores
   */
  clock_limit_hz: number | null;
  /**
   * Clock of the memory
   */
  memory_clock_hz: number | null;
  /**
   * Performance state; 0 is the fastest
   */
  performance_state: number | null;
  /**
   * Fan speed
   */
  fan_percent: number | null;
  /**
   * From the host over PCIe
   */
  pcie_receive_bytes_per_second: number | null;
  /**
   * To the host over PCIe
   */
  pcie_transmit_bytes_per_second: number | null;
  /**
   * The link to the host
   */
  pcie: GpuPcie | null;
  /**
   * In over NVLink
   */
  nvlink_receive_bytes_per_second: number | null;
  /**
   * Out over NVLink
   */
  nvlink_transmit_bytes_per_second: number | null;
  /**
   * The links to other GPUs
   */
  nvlink: GpuNvlink | null;
  /**
   * Why the clocks are held down; empty when they are not
   */
  throttle_reasons: string[] | null;
  /**
   * Time in which the clocks were held down
   */
  throttled: GpuThrottled | null;
  /**
   * Uncorrected memory errors
   */
  ecc_errors_total: number | null;
  /**
   * Memory errors by kind
   */
  ecc: GpuEcc | null;
  /**
   * Errors that the driver told, the last one first; empty when none
   */
  xid: GpuXid[] | null;
  /**
   * Partitions of the GPU
   */
  mig: MigInstance[] | null;
  /**
   * Processes that hold the GPU
   */
  processes: GpuProcess[] | null;
}
/**
 * A part of a GPU that works apart from others: video units, copy engines, rings.
 */
export interface GpuEngine {
  /**
   * Name that the driver gives it
   */
  name: string;
  /**
   * Share of time in which it was busy
   */
  utilization_percent: number | null;
}
/**
 * The link to the host as it is now; idle GPUs lower it to save power.
 */
export interface GpuPcie {
  /**
   * Generation of PCI Express in use
   */
  generation: number | null;
  /**
   * Lanes in use
   */
  lanes: number | null;
  /**
   * From the host
   */
  receive_bytes_total: number | null;
  /**
   * To the host
   */
  transmit_bytes_total: number | null;
  /**
   * Packets sent again after an error
   */
  replays_total: number | null;
}
/**
 * All NVLink links of a GPU together.
 */
export interface GpuNvlink {
  /**
   * Links that are up
   */
  links_active: number | null;
  /**
   * In
   */
  receive_bytes_total: number | null;
  /**
   * Out
   */
  transmit_bytes_total: number | null;
  /**
   * CRC errors, replays and recoveries
   */
  errors_total: number | null;
}
/**
 * For how long the clocks were held down, by cause.
 */
export interface GpuThrottled {
  /**
   * By the power limit
   */
  power_seconds_total: number | null;
  /**
   * By temperature
   */
  thermal_seconds_total: number | null;
  /**
   * To keep pace with other GPUs
   */
  sync_boost_seconds_total: number | null;
  /**
   * By a limit of the board
   */
  board_limit_seconds_total: number | null;
  /**
   * By the voltage that is reliable
   */
  reliability_seconds_total: number | null;
}
/**
 * Memory errors: over the GPU's life, and since the driver was loaded (volatile).
 */
export interface GpuEcc {
  /**
   * Corrected, over its life
   */
  corrected_errors_total: number | null;
  /**
   * Not corrected, over its life
   */
  uncorrected_errors_total: number | null;
  /**
   * Corrected, since the driver was loaded
   */
  volatile_corrected_errors_total: number | null;
  /**
   * Not corrected, since the driver was loaded
   */
  volatile_uncorrected_errors_total: number | null;
}
/**
 * One kind of error that the NVIDIA driver told while the appliance watched (docs.nvidia.com/deploy/xid-errors).
 */
export interface GpuXid {
  /**
   * Number of the XID error
   */
  code: number;
  /**
   * Times that it was told
   */
  errors_total: number | null;
  /**
   * When it was last told, RFC 3339
   */
  last_time: string | null;
}
export interface MigInstance {
  /**
   * Identity of the instance
   */
  uuid: string;
  /**
   * Profile name
   */
  name: string | null;
  /**
   * Number of its GPU instance, which its memory belongs to
   */
  gpu_instance_id: number | null;
  /**
   * Number of its compute instance within that
   */
  compute_instance_id: number | null;
  /**
   * Share of time in which a kernel ran
   */
  utilization_percent: number | null;
  /**
   * Memory
   */
  memory_total_bytes: number | null;
  /**
   * Memory in use
   */
  memory_used_bytes: number | null;
  /**
   * Share of memory in use
   */
  memory_usage_percent: number | null;
}
/**
 * A process that holds a GPU; with the GPU's uuid, what the ledger takes for its part of it.
 */
export interface GpuProcess {
  /**
   * Process id
   */
  pid: number;
  /**
   * Program name
   */
  name: string | null;
  /**
   * GPU memory held; of the machine's memory where the GPU has none of its own
   */
  memory_bytes: number | null;
  /**
   * Share of the GPU's time; of its busiest engine where the driver tells engines alone
   */
  utilization_percent: number | null;
  /**
   * Engines that it kept busy in the interval
   */
  engines: GpuProcessEngine[] | null;
  /**
   * Partitions that it works in; empty where there are none
   */
  mig_uuids: string[] | null;
}
/**
 * What one process has of an engine; no `hw.gpu.utilization`, whose sum over engines would count it twice.
 */
export interface GpuProcessEngine {
  /**
   * Name that the driver gives it
   */
  name: string;
  /**
   * Share of time in which it was busy for the process
   */
  utilization_percent: number | null;
}
/**
 * State of the appliance.
 */
export interface HealthAnswer {
  status: "degraded" | "healthy" | "unhealthy";
  /**
   * What is wrong, a line each
   */
  reasons: string[];
  /**
   * Always true: there are none
   */
  mocks_disabled: boolean;
  /**
   * Subscribers of the stream
   */
  clients: number;
  /**
   * Frames waiting over all subscribers
   */
  queue_size: number;
  uptime_seconds: number;
  last_sample_age_seconds: number | null;
}
/**
 * What everybody may know of the state, also without a token.
 */
export interface HealthWord {
  status: "degraded" | "healthy" | "unhealthy";
}
/**
 * First event of a stream.
 */
export interface Hello {
  contract: number;
  epoch: string;
  interval_seconds: number;
  newest_id: string | null;
  server_time: string;
}
/**
 * Columns, one a series, that share their timestamps.
 */
export interface HistoryAnswer {
  /**
   * Of the samples, or of the pixels' beginnings; RFC 3339
   */
  timestamps: string[];
  series: {
    [k: string]: SeriesValues;
  };
  /**
   * What was read: each sample, or their minutes or hours
   */
  tier: "hours" | "minutes" | "samples";
  /**
   * Width of a pixel; the interval of sampling where each sample is a point
   */
  interval_seconds: number;
  /**
   * Beginning of the window, RFC 3339
   */
  from: string;
  /**
   * End of the window, RFC 3339
   */
  to: string;
  /**
   * Why samples of the window are missing, the oldest first
   */
  gaps: HistoryGap[];
  /**
   * What was asked for and is not there, and why
   */
  unavailable: Unavailable[];
}
/**
 * Values of one series, null where there are none.
 */
export interface SeriesValues {
  mean: (number | null)[];
  /**
   * The least; a state's values are indices into its states
   */
  min: (number | null)[];
  /**
   * The most
   */
  max: (number | null)[];
  /**
   * How many samples had a value; null unless `counts` asks for it
   */
  count: number[] | null;
}
/**
 * How writing the history fares.
 */
export interface HistoryReport {
  /**
   * Samples that were written, each durable when it counts
   */
  written_samples_total: number | null;
  /**
   * Samples that are missing in the history: there was no room to wait, or a file was damaged
   */
  lost_samples_total: number | null;
  /**
   * Samples that wait to be written
   */
  waiting_samples: number | null;
  /**
   * Size of those that wait
   */
  waiting_bytes: number | null;
  /**
   * What it takes on disk, without damaged files that were set aside
   */
  size_bytes: number | null;
  /**
   * How long it took until the newest sample was on disk
   */
  commit_seconds: number | null;
}
export interface Host {
  /**
   * Host name
   */
  name: string | null;
  /**
   * Processes
   */
  process_count: number | null;
  /**
   * Threads
   */
  thread_count: number | null;
  /**
   * Time since boot
   */
  uptime_seconds: number | null;
  /**
   * When the machine started
   */
  boot_time: string | null;
  /**
   * What the machine runs
   */
  platform: Platform | null;
  /**
   * Limits of the container
   */
  container: Container | null;
}
export interface Platform {
  /**
   * Operating system
   */
  system: string | null;
  /**
   * Kernel release
   */
  release: string | null;
  /**
   * Hardware architecture
   */
  machine: string | null;
  /**
   * Distribution and its version
   */
  distribution: string | null;
  /**
   * Version of the Python that runs the appliance
   */
  python: string | null;
}
export interface Interface {
  /**
   * Name of the interface
   */
  name: string;
  /**
   * Operational state is up
   */
  up: boolean | null;
  /**
   * Negotiated link speed
   */
  speed_bits_per_second: number | null;
  /**
   * Sent
   */
  bytes_sent_total: number | null;
  /**
   * Received
   */
  bytes_received_total: number | null;
  /**
   * Sent
   */
  bytes_sent_per_second: number | null;
  /**
   * Received
   */
  bytes_received_per_second: number | null;
  /**
   * Packets sent
   */
  packets_sent_total: number | null;
  /**
   * Packets received
   */
  packets_received_total: number | null;
  /**
   * Errors in sending
   */
  errors_sent_total: number | null;
  /**
   * Errors in receiving
   */
  errors_received_total: number | null;
  /**
   * Packets dropped in sending
   */
  drops_sent_total: number | null;
  /**
   * Packets dropped in receiving
   */
  drops_received_total: number | null;
}
/**
 * Who uses the machine: workloads + other + unattributed - over_attributed = totals, each number by itself.
 */
export interface Ledger {
  /**
   * The time that its rates are of
   */
  seconds: number | null;
  /**
   * Workloads in all, with those in `other`
   */
  workloads_count: number | null;
  /**
   * Those that use most, at most 20, and all runs
   */
  workloads: Workload[] | null;
  /**
   * All other workloads together
   */
  other: Usage | null;
  /**
   * Used by nobody that is known; never spread over others
   */
  unattributed: Usage | null;
  /**
   * By how much the parts exceed the totals; never clipped
   */
  over_attributed: Usage | null;
  /**
   * Of the machine, by its own counters
   */
  totals: Usage | null;
}
export interface Workload {
  /**
   * Processes
   */
  pids_count: number | null;
  /**
   * CPU time, of one core: 100 is one core busy
   */
  cpu_percent: number | null;
  /**
   * Memory, without page cache that nothing maps
   */
  memory_bytes: number | null;
  /**
   * Read from disks
   */
  read_bytes_per_second: number | null;
  /**
   * Written for disks; of a workload when it is handed to the cache, of the machine when it is written
   */
  write_bytes_per_second: number | null;
  /**
   * Received; told of workloads that have network namespaces of their own
   */
  received_bytes_per_second: number | null;
  /**
   * Sent; told of workloads that have network namespaces of their own
   */
  sent_bytes_per_second: number | null;
  /**
   * GPU time, of one GPU: 100 is one GPU busy
   */
  gpu_percent: number | null;
  /**
   * Memory of GPUs that have their own; what a GPU takes of the machine's memory is in that
   */
  gpu_memory_bytes: number | null;
  /**
   * Power of GPUs, and of processors where it can be read
   */
  power_watts: number | null;
  /**
   * KIND:NAME, and what else tells it from others
   */
  id: string;
  /**
   * What people call it
   */
  name: string;
  /**
   * run: of `zeropoint run` or the SDK; component: an AI component; jupyter: a kernel of Jupyter; container; slurm: a job; unit: of systemd; program: all processes of a program and a user; kernel
   */
  kind: "component" | "container" | "jupyter" | "kernel" | "program" | "run" | "slurm" | "unit";
  /**
   * Whose processes they are; "several users" where they are not all of one
   */
  user: string;
  /**
   * Command line of its oldest process without its secrets; told where process_arguments asks for it
   */
  command: string | null;
  /**
   * How its numbers came about
   */
  basis: Basis;
  /**
   * Its processes among those that a GPU tells: with system.gpus, which GPUs it holds
   */
  gpu_pids: number[];
  /**
   * What its processes wait for; told of runs, components, kernels and jobs
   */
  waits: Waits | null;
}
/**
 * What the processes of a workload wait for. What a process waits for is told by its main thread.
 */
export interface Waits {
  /**
   * Processes that were looked at
   */
  processes_count: number | null;
  /**
   * Those that run, or could and wait for a processor
   */
  runnable_count: number | null;
  /**
   * Those that are stopped: by SIGSTOP, a terminal or a debugger
   */
  stopped_count: number | null;
  /**
   * Those that can not be interrupted: they wait for a disk, for swap or for a network file system
   */
  disk_count: number | null;
  /**
   * Those that are within a call that reads or writes a socket
   */
  network_count: number | null;
  /**
   * Time in which they could run and waited for a processor, added up: 100 is one that always waits
   */
  cpu_wait_percent: number | null;
  /**
   * The part that waiting for a processor has of the time in which they could run
   */
  cpu_wait_share_percent: number | null;
  /**
   * Share of time in which some task of its control group waited
   */
  pressure_cpu_percent: number | null;
  /**
   * The same, for memory
   */
  pressure_memory_percent: number | null;
  /**
   * The same, for block devices
   */
  pressure_io_percent: number | null;
}
/**
 * What something takes of the machine. In sums, what is null in all parts is null.
 */
export interface Usage {
  /**
   * Processes
   */
  pids_count: number | null;
  /**
   * CPU time, of one core: 100 is one core busy
   */
  cpu_percent: number | null;
  /**
   * Memory, without page cache that nothing maps
   */
  memory_bytes: number | null;
  /**
   * Read from disks
   */
  read_bytes_per_second: number | null;
  /**
   * Written for disks; of a workload when it is handed to the cache, of the machine when it is written
   */
  write_bytes_per_second: number | null;
  /**
   * Received; told of workloads that have network namespaces of their own
   */
  received_bytes_per_second: number | null;
  /**
   * Sent; told of workloads that have network namespaces of their own
   */
  sent_bytes_per_second: number | null;
  /**
   * GPU time, of one GPU: 100 is one GPU busy
   */
  gpu_percent: number | null;
  /**
   * Memory of GPUs that have their own; what a GPU takes of the machine's memory is in that
   */
  gpu_memory_bytes: number | null;
  /**
   * Power of GPUs, and of processors where it can be read
   */
  power_watts: number | null;
}
/**
 * Something that was short while a run went on.
 */
export interface Limit {
  /**
   * cpu, memory, disk: tasks waited for it (PSI); cpu-quota: the cgroup was throttled; memory-limit: the kernel ended processes of the cgroup at its limit; gpu-...: clocks were held down
   */
  cause: "cpu" | "cpu-quota" | "disk" | "gpu-other" | "gpu-power" | "gpu-thermal" | "memory" | "memory-limit";
  /**
   * For how long; null for what is only counted
   */
  seconds: number | null;
  /**
   * Of the run's wall time; null for what is only counted
   */
  share_percent: number | null;
  /**
   * How often: periods of the quota, processes that were ended; null for what is only timed
   */
  count: number | null;
  /**
   * Whose number it is: the run's own, a cgroup's that others are in too, the whole machine's while the run asked for it, or a GPU's while the run used it
   */
  of: "cgroup" | "gpu" | "machine" | "run";
}
/**
 * One number of both runs.
 */
export interface Measure {
  /**
   * Name of the column or the series, and at what it is compared
   */
  name: string;
  /**
   * What people call it
   */
  title: string;
  /**
   * steps: of the rows that the runs wrote; workload: what they took of the machine, out of the history; machine: of all of it while they ran
   */
  of: "machine" | "steps" | "workload";
  unit: string;
  /**
   * What is compared; paired mean: that of the differences at equal steps or times, over the later half of what both have, or from the step on at which they begin to differ where that is later
   */
  statistic: "mean" | "midmean" | "paired mean";
  a: Side;
  b: Side;
  /**
   * B less A; null without enough data
   */
  difference: Between | null;
  /**
   * B over A; null where it is paired, where one may be 0, or without enough data
   */
  ratio: Between | null;
  /**
   * How often runs without a difference look so much apart
   */
  p_value: number | null;
  /**
   * The same for all measures together (Benjamini and Hochberg): differs at 0.05 and less, but for ratios within 0.5 % of 1
   */
  q_value: number | null;
  verdict: "differs" | "no-difference-told" | "not-enough-data";
  /**
   * Why there is not enough data; else null
   */
  reason: string | null;
  /**
   * Null where no step stands out, or it is not by step
   */
  begins: Begins | null;
  /**
   * It in one sentence
   */
  says: string;
}
/**
 * One run's values of a measure.
 */
export interface Side {
  /**
   * Mean of the middle half: of what lies between the quartiles
   */
  midmean: number;
  median: number;
  mean: number;
  /**
   * Values: rows of the run, or points of the history
   */
  n: number;
  /**
   * How many values without memory they are worth; null where that cannot be told
   */
  n_effective: number | null;
}
/**
 * Main memory. `used_bytes` is total less available: what could not be given to new work without swapping.
 */
export interface Memory {
  /**
   * Main memory
   */
  total_bytes: number | null;
  /**
   * Total less available
   */
  used_bytes: number | null;
  /**
   * The kernel's estimate of what new work can have without swapping
   */
  available_bytes: number | null;
  /**
   * Not used at all
   */
  free_bytes: number | null;
  /**
   * Page cache and reclaimable slab
   */
  cached_bytes: number | null;
  /**
   * Block device buffers
   */
  buffers_bytes: number | null;
  /**
   * Shared memory and tmpfs
   */
  shared_bytes: number | null;
  /**
   * Waiting to be written to disk
   */
  dirty_bytes: number | null;
  /**
   * Address space promised to processes
   */
  committed_bytes: number | null;
  /**
   * Share in use
   */
  usage_percent: number | null;
  /**
   * Page faults that needed the disk
   */
  major_faults_total: number | null;
  /**
   * Page faults that needed the disk
   */
  major_faults_per_second: number | null;
  /**
   * Processes killed for want of memory
   */
  oom_kills_total: number | null;
  /**
   * Swap space
   */
  swap: Swap | null;
  /**
   * Waiting for memory
   */
  pressure: Pressure | null;
}
export interface Swap {
  /**
   * Swap space
   */
  total_bytes: number | null;
  /**
   * Swap in use
   */
  used_bytes: number | null;
  /**
   * Swap not in use
   */
  free_bytes: number | null;
  /**
   * Share of swap in use
   */
  usage_percent: number | null;
  /**
   * Read back from swap
   */
  in_bytes_total: number | null;
  /**
   * Written out to swap
   */
  out_bytes_total: number | null;
  /**
   * Read back from swap
   */
  in_bytes_per_second: number | null;
  /**
   * Written out to swap
   */
  out_bytes_per_second: number | null;
}
/**
 * One series.
 */
export interface MetricRow {
  name: string;
  unit: string;
  kind: "counter" | "gauge" | "state";
  /**
   * Empty where no probe of this version tells it
   */
  help: string;
  /**
   * Its name in the OpenTelemetry semantic conventions
   */
  otel_name: string | null;
  /**
   * The words of a state; stored are their indices
   */
  states: string[];
}
/**
 * Every series that the history or the newest sample has.
 */
export interface MetricsAnswer {
  /**
   * By name
   */
  metrics: MetricRow[];
  unavailable: Unavailable[];
}
/**
 * The whole sample of a moment.
 */
export interface MomentAnswer {
  /**
   * The newest at or before the moment
   */
  sample: Sample | null;
  /**
   * Why there is none
   */
  unavailable: Unavailable[];
}
export interface Sample {
  /**
   * Position EPOCH-SEQUENCE: EPOCH is new at every start, SEQUENCE rises by one
   */
  id: string;
  /**
   * When it was taken, RFC 3339 in UTC with milliseconds
   */
  timestamp: string;
  /**
   * The interval between samples that is set
   */
  interval_seconds: number;
  /**
   * The machine
   */
  system: System;
  /**
   * The AI components
   */
  ai: Ai;
  /**
   * Verdicts that hold now, by earlier samples; at most 32
   */
  verdicts: Verdict[];
  /**
   * Alerts that fire now, by earlier samples; at most 32
   */
  alerts: Alert[];
  /**
   * Use of the machine by workload
   */
  ledger: Ledger | null;
  /**
   * The appliance itself
   */
  server: Server;
  /**
   * Why values are null
   */
  unavailable: Unavailable[];
}
export interface System {
  /**
   * Processors
   */
  cpu: Cpu | null;
  /**
   * Main memory and swap
   */
  memory: Memory | null;
  /**
   * File systems and block devices
   */
  disk: Disk | null;
  /**
   * Network
   */
  network: Network | null;
  /**
   * The machine as a whole
   */
  host: Host | null;
  /**
   * Graphics processors
   */
  gpus: Gpu[] | null;
  /**
   * Temperatures, fans and battery
   */
  sensors: Sensors | null;
}
/**
 * Totals over all interfaces but loopback.
 */
export interface Network {
  /**
   * Sent
   */
  bytes_sent_total: number | null;
  /**
   * Received
   */
  bytes_received_total: number | null;
  /**
   * Sent
   */
  bytes_sent_per_second: number | null;
  /**
   * Received
   */
  bytes_received_per_second: number | null;
  /**
   * Packets sent
   */
  packets_sent_total: number | null;
  /**
   * Packets received
   */
  packets_received_total: number | null;
  /**
   * Packets sent
   */
  packets_sent_per_second: number | null;
  /**
   * Packets received
   */
  packets_received_per_second: number | null;
  /**
   * Errors in sending and receiving
   */
  errors_total: number | null;
  /**
   * Errors in sending and receiving
   */
  errors_per_second: number | null;
  /**
   * Packets dropped in sending and receiving
   */
  drops_total: number | null;
  /**
   * Packets dropped in sending and receiving
   */
  drops_per_second: number | null;
  /**
   * TCP segments sent again
   */
  tcp_retransmits_total: number | null;
  /**
   * TCP segments sent again
   */
  tcp_retransmits_per_second: number | null;
  /**
   * TCP connections established
   */
  tcp_connections: number | null;
  /**
   * All interfaces, loopback too
   */
  interfaces: Interface[] | null;
}
export interface Sensors {
  /**
   * Temperature sensors
   */
  temperatures: Temperature[] | null;
  /**
   * Fans
   */
  fans: Fan[] | null;
  /**
   * Battery
   */
  battery: Battery | null;
}
export interface Temperature {
  /**
   * Chip and sensor
   */
  name: string;
  /**
   * Temperature
   */
  temperature_celsius: number | null;
  /**
   * The chip's own warning level
   */
  high_celsius: number | null;
  /**
   * The chip's own critical level
   */
  critical_celsius: number | null;
}
/**
 * Something that is wrong, as far as numbers of this machine can tell.
 */
export interface Verdict {
  /**
   * What it is and of what
   */
  id: string;
  /**
   * stalled, input-bound, throttled, memory-creep, contention, slow-since, saturated or disk-full
   */
  name: string;
  /**
   * Id of the workload in the ledger; "machine" for none
   */
  workload: string;
  /**
   * What people call it: a workload, a GPU or a file system
   */
  subject: string;
  /**
   * When it began, as far as it was seen
   */
  since: string;
  /**
   * What the evidence names; "unknown" where it does not separate causes
   */
  cause: string;
  /**
   * It in one sentence
   */
  says: string;
  /**
   * Numbers with the names of their metrics, the most telling first
   */
  evidence: string[];
  /**
   * What would show that it is wrong
   */
  refuted_by: string;
  /**
   * 1 as long as it holds
   */
  active: number | null;
}
export interface Server {
  /**
   * Subscribers of the stream
   */
  clients: number | null;
  /**
   * Frames waiting over all subscribers
   */
  queue_size: number | null;
  /**
   * Frames dropped for slow subscribers, each told by a gap event
   */
  dropped_total: number | null;
  /**
   * Subscribers cut off because they took nothing for 30 s
   */
  stalled_total: number | null;
  /**
   * Different choices of sections among the subscribers
   */
  views: number | null;
  /**
   * Subscribers that are being sent what they missed
   */
  catching_up: number | null;
  /**
   * Samples kept in memory for readers that come back
   */
  replay_frames: number | null;
  /**
   * Size of the samples kept in memory
   */
  replay_bytes: number | null;
  /**
   * Samples taken since the start
   */
  samples_total: number | null;
  /**
   * Samples that could not be taken in time
   */
  missed_ticks_total: number | null;
  /**
   * Time since the start
   */
  uptime_seconds: number | null;
  /**
   * State of the appliance
   */
  health: ("degraded" | "healthy" | "unhealthy") | null;
  /**
   * CPU time of the appliance, of one core
   */
  cpu_percent: number | null;
  /**
   * CPU time of the appliance
   */
  cpu_seconds_total: number | null;
  /**
   * Resident memory of the appliance
   */
  memory_bytes: number | null;
  /**
   * CPU time that collecting costs now, of one core: all probes and the tick, serving left out
   */
  overhead_percent: number | null;
  /**
   * What collecting may cost before dear probes are read less often; 0 is no limit
   */
  overhead_budget_percent: number | null;
  /**
   * The part of the overhead that belongs to no probe: putting samples together
   */
  tick_cpu_percent: number | null;
  /**
   * How writing the history fares
   */
  history: HistoryReport | null;
  /**
   * How publishing to the bus of a fleet fares
   */
  fleet: FleetReport | null;
  /**
   * How writing to a store by remote write fares
   */
  remote_write: RemoteWriteReport | null;
  /**
   * How the rules of alerts and their notices fare
   */
  alerts: AlertsReport | null;
  /**
   * Probes by name
   */
  collectors: {
    [k: string]: Collector;
  };
}
/**
 * How writing to a store by remote write fares.
 */
export interface RemoteWriteReport {
  /**
   * Samples that the store has taken
   */
  sent_samples_total: number | null;
  /**
   * Samples that the store will not get: it refused them, or they were gone before they were sent
   */
  dropped_samples_total: number | null;
  /**
   * Requests that failed and are sent again
   */
  failed_requests_total: number | null;
  /**
   * Size of the requests that were answered, compressed
   */
  sent_bytes_total: number | null;
  /**
   * Age of the newest sample that the store has
   */
  lag_seconds: number | null;
  /**
   * How long the newest request took
   */
  request_seconds: number | null;
}
/**
 * One pair, as it is drawn. It was compared alone, so that its q value is its p value.
 */
export interface PairAnswer {
  /**
   * Beginning of the window, RFC 3339
   */
  from: string;
  /**
   * End of the window, RFC 3339
   */
  to: string;
  /**
   * What was read: each sample, or the means of minutes or hours
   */
  tier: "hours" | "minutes" | "samples";
  /**
   * Of what was read; 0 where there is nothing
   */
  interval_seconds: number;
  /**
   * How many intervals one series may be behind the other
   */
  max_lag: number;
  /**
   * Spearman's coefficient, or Pearson's
   */
  method: "pearson" | "rank";
  /**
   * What none of this tells
   */
  caveat: string;
  /**
   * Why samples of the window are missing, the oldest first
   */
  gaps: HistoryGap[];
  /**
   * What was left out, and why
   */
  unavailable: Unavailable[];
  pair: ToldPair;
  /**
   * Each value is the mean of so long
   */
  point_seconds: number;
  /**
   * Of a, RFC 3339
   */
  timestamps: string[];
  a: DrawnSeries;
  b: DrawnSeries;
  by_lag: ByLag;
  /**
   * How many samples both have at this lag
   */
  compared_count: number;
}
/**
 * Answer to a supervisor.
 */
export interface ProbeAnswer {
  ok: boolean;
}
/**
 * What a run of `zeropoint run` took of the machine, its whole process tree together.
 */
export interface Receipt {
  /**
   * From its start to its end
   */
  wall_seconds: number | null;
  /**
   * CPU time of its processes, those that had ended among them
   */
  cpu_seconds: number | null;
  /**
   * GPU time: an hour of a whole GPU is 3,600
   */
  gpu_seconds: number | null;
  /**
   * Energy of GPUs, estimated by its share of their time
   */
  gpu_energy_joules: number | null;
  /**
   * Energy of processors, estimated by its share of their time
   */
  cpu_energy_joules: number | null;
  /**
   * Most memory at a time, as far as it was seen
   */
  peak_memory_bytes: number | null;
  /**
   * Most GPU memory at a time
   */
  peak_gpu_memory_bytes: number | null;
  /**
   * Most processes at a time
   */
  peak_processes: number | null;
  /**
   * Read from disks
   */
  read_bytes: number | null;
  /**
   * Written for disks
   */
  write_bytes: number | null;
  /**
   * What was short for 1 % of the time or more, the most first
   */
  limits: Limit[] | null;
  /**
   * CPU time that it took to watch the run, which is in none of the others
   */
  watch_cpu_seconds: number | null;
  /**
   * Why values are null
   */
  unavailable: Unavailable[];
}
/**
 * One run, as its run.json tells it.
 */
export interface RunEntry {
  id: string;
  name: string;
  /**
   * What it belongs to: tinygrad, petals, job and others
   */
  kind: string;
  /**
   * running: its process lives; finished: exit code 0; failed: another one, or its process is gone without an end; stopped: by an interrupt or a request to end; unknown: `reason` says why
   */
  status: "failed" | "finished" | "running" | "stopped" | "unknown";
  /**
   * Why the status is what it is, where that needs saying
   */
  reason: string | null;
  /**
   * When it began
   */
  started: string | null;
  /**
   * When it ended; null while it has no end
   */
  ended: string | null;
  /**
   * How it ended; 128 and the signal's number where one ended it
   */
  exit_code: number | null;
  /**
   * What it took of the machine; null for runs that wrote none
   */
  receipt: Receipt | null;
  /**
   * As it gave them; what JSON nests is given as text
   */
  hyperparameters: {
    [k: string]: boolean | number | string | null;
  };
}
/**
 * Rows that a run has written, as columns of the same length.
 */
export interface RunSteps {
  id: string;
  /**
   * When each row was written, where it says so
   */
  timestamps: (string | null)[];
  /**
   * By name; null where a row has no such number
   */
  columns: {
    [k: string]: (number | null)[];
  };
  /**
   * Why there are nulls in a column
   */
  unavailable: Unavailable[];
}
/**
 * Runs of all kinds.
 */
export interface RunsAnswer {
  /**
   * The newest first, at most 500
   */
  runs: RunEntry[];
  /**
   * Why there may be more of them
   */
  unavailable: Unavailable[];
}
/**
 * Two runs held against one another. Of all that is told B is held against A.
 */
export interface RunsCompared {
  a: ComparedRun;
  b: ComparedRun;
  measures: Measure[];
  /**
   * What was recorded of them and is not the same
   */
  told: Told[];
  /**
   * What cannot be compared, and why
   */
  unavailable: Unavailable[];
}
/**
 * One thing that was recorded of the two runs and is not the same.
 */
export interface Told {
  /**
   * As in revision, host or hyperparameters.lr
   */
  name: string;
  a: boolean | number | string | null;
  b: boolean | number | string | null;
}
/**
 * Samples after an id. The gap, if any, stands before the first of them.
 */
export interface SamplesAnswer {
  samples: Sample[];
  gap: Gap | null;
}
/**
 * What a browser is signed in with.
 */
export interface SignedIn {
  scope: "admin" | "read" | "status";
  /**
   * When the session ends, RFC 3339
   */
  expires: string;
}
/**
 * A ticket, for one GET with ?ticket=.
 */
export interface TicketAnswer {
  ticket: string;
  /**
   * Until when it has to be used, RFC 3339
   */
  expires: string;
}
/**
 * A verdict that holds, or did lately.
 */
export interface VerdictEntry {
  /**
   * What it is and of what
   */
  id: string;
  /**
   * stalled, input-bound, throttled, memory-creep, contention, slow-since, saturated or disk-full
   */
  name: string;
  /**
   * Id of the workload in the ledger; "machine" for none
   */
  workload: string;
  /**
   * What people call it: a workload, a GPU or a file system
   */
  subject: string;
  /**
   * When it began, as far as it was seen
   */
  since: string;
  /**
   * What the evidence names; "unknown" where it does not separate causes
   */
  cause: string;
  /**
   * It in one sentence
   */
  says: string;
  /**
   * Numbers with the names of their metrics, the most telling first
   */
  evidence: string[];
  /**
   * What would show that it is wrong
   */
  refuted_by: string;
  /**
   * 1 as long as it holds
   */
  active: number | null;
  /**
   * When it was cleared; null while it holds
   */
  ended: string | null;
}
export interface VerdictsAnswer {
  /**
   * Those that hold, then those that ended in the last 24 hours, the latest first; at most 132
   */
  verdicts: VerdictEntry[];
}
/**
 * What runs here.
 */
export interface VersionAnswer {
  version: string;
  /**
   * Revision of the source, where the installation recorded it
   */
  commit: string | null;
  python: string;
  /**
   * Version of the wire contract
   */
  contract: number;
  unavailable: Unavailable[];
}
