"""The Sample and its parts: the one declaration of what the appliance tells.

Every wire form derives from these structs: JSON, JSON Schema and OpenAPI, the exposition, TypeScript types and
docs/metrics.md. A field is declared once, with its help text and, where the OpenTelemetry semantic conventions define
one, its name there. Its unit and kind are not said a second time: a name carries its unit (`_bytes`, `_seconds`,
`_percent`, `_celsius`, `_watts`, `_hz`, `_per_second`) and a counter ends in `_total`; catalogue.py reads them off.

Every field may be None: a value is read, or it is null with a row in `unavailable` that says why.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta, Struct

CONTRACT_VERSION = 1


class Metric(Struct, frozen=True):
    """What a numeric field is outside JSON.

    `otel` is its name in the OpenTelemetry semantic conventions (None: there is none), `attributes` the fixed
    attributes of it there, `item` the attribute that tells the items of a list of numbers apart.
    """

    otel: str | None = None
    attributes: Mapping[str, str] = {}
    item: str | None = None


class Label(Struct, frozen=True):
    """A text that tells rows of a list apart. `key`: it names the row in metric names and must be unique and stable."""

    attribute: str
    key: bool


def metric(help: str, otel: str | None = None, *, item: str | None = None, **attributes: str) -> Meta:
    """Metadata of a numeric field. Attribute names are given with `__` for the dot (`cpu__mode="user"`)."""
    fixed = {name.replace("__", "."): value for name, value in attributes.items()}
    return Meta(description=help, extra={"metric": Metric(otel, fixed, item)})


def key(help: str, attribute: str) -> Meta:
    """Metadata of the text that identifies a row; `attribute` is its label in the exposition."""
    return Meta(description=help, extra={"label": Label(attribute, key=True)})


def label(help: str, attribute: str) -> Meta:
    """Metadata of a further text that becomes a label of the row's metrics."""
    return Meta(description=help, extra={"label": Label(attribute, key=False)})


def rows(help: str, attribute: str) -> Meta:
    """Metadata of a mapping of names to sections; `attribute` is the name's label in the exposition."""
    return Meta(description=help, extra={"rows": attribute})


def state(help: str) -> Meta:
    """Metadata of a field that is one of a few words (a Literal): a state set in the exposition."""
    return Meta(description=help, extra={"state": True})


def text(help: str) -> Meta:
    """Metadata of a field that is no metric."""
    return Meta(description=help)


Real = float | None
Count = int | None
Text = str | None


class Section(Struct, frozen=True, kw_only=True):
    """Base of all parts of a sample."""


# --- system ---------------------------------------------------------------------------------------------------------


class Stall(Section, frozen=True, kw_only=True):
    """Pressure stall information of one kind, Documentation/accounting/psi.rst."""

    now_percent: Annotated[Real, metric("Share of the last interval in which tasks were stalled")] = None
    avg10_percent: Annotated[Real, metric("The kernel's 10 s average of the stalled share")] = None
    avg60_percent: Annotated[Real, metric("The kernel's 60 s average of the stalled share")] = None
    avg300_percent: Annotated[Real, metric("The kernel's 300 s average of the stalled share")] = None
    stalled_seconds_total: Annotated[Real, metric("Time in which tasks were stalled")] = None


class Pressure(Section, frozen=True, kw_only=True):
    """How long work waited for a resource: `some` task of it, or all of it (`full`)."""

    some: Annotated[Stall | None, text("At least one task was waiting")] = None
    full: Annotated[Stall | None, text("All tasks that were not idle were waiting")] = None


class CpuTimes(Section, frozen=True, kw_only=True):
    """Where the machine's CPU time of the last interval went; the parts sum to 100."""

    user: Annotated[Real, metric("User mode", "system.cpu.utilization", cpu__mode="user")] = None
    system: Annotated[Real, metric("Kernel", "system.cpu.utilization", cpu__mode="system")] = None
    nice: Annotated[Real, metric("User mode at low priority", "system.cpu.utilization", cpu__mode="nice")] = None
    iowait: Annotated[Real, metric("Idle, waiting for disks", "system.cpu.utilization", cpu__mode="iowait")] = None
    irq: Annotated[Real, metric("Hardware interrupts", "system.cpu.utilization", cpu__mode="interrupt")] = None
    softirq: Annotated[Real, metric("Soft interrupts", "system.cpu.utilization", cpu__mode="softirq")] = None
    steal: Annotated[Real, metric("Taken by the hypervisor", "system.cpu.utilization", cpu__mode="steal")] = None
    idle: Annotated[Real, metric("Idle", "system.cpu.utilization", cpu__mode="idle")] = None


class CpuSeconds(Section, frozen=True, kw_only=True):
    """CPU time since boot, summed over all cores."""

    user_seconds_total: Annotated[Real, metric("User mode", "system.cpu.time", cpu__mode="user")] = None
    system_seconds_total: Annotated[Real, metric("Kernel", "system.cpu.time", cpu__mode="system")] = None
    nice_seconds_total: Annotated[Real, metric("Low priority", "system.cpu.time", cpu__mode="nice")] = None
    iowait_seconds_total: Annotated[Real, metric("Waiting for disks", "system.cpu.time", cpu__mode="iowait")] = None
    irq_seconds_total: Annotated[Real, metric("Hardware interrupts", "system.cpu.time", cpu__mode="interrupt")] = None
    softirq_seconds_total: Annotated[Real, metric("Soft interrupts", "system.cpu.time", cpu__mode="softirq")] = None
    steal_seconds_total: Annotated[Real, metric("Hypervisor", "system.cpu.time", cpu__mode="steal")] = None
    idle_seconds_total: Annotated[Real, metric("Idle", "system.cpu.time", cpu__mode="idle")] = None


class Cpu(Section, frozen=True, kw_only=True):
    """The machine's processors; shares are of the whole machine."""

    usage_percent: Annotated[Real, metric("Busy share: user, nice, system, irq, softirq and steal")] = None
    per_core_percent: Annotated[
        list[Real] | None, metric("Busy share of each logical core, by its number", item="cpu.logical_number")
    ] = None
    count_logical: Annotated[Count, metric("Logical cores online", "system.cpu.logical.count")] = None
    count_physical: Annotated[Count, metric("Physical cores", "system.cpu.physical.count")] = None
    frequency_hz: Annotated[Real, metric("Mean frequency of the cores now", "system.cpu.frequency")] = None
    load_1m: Annotated[Real, metric("Load average over 1 minute")] = None
    load_5m: Annotated[Real, metric("Load average over 5 minutes")] = None
    load_15m: Annotated[Real, metric("Load average over 15 minutes")] = None
    times_percent: Annotated[CpuTimes | None, text("Split of the last interval")] = None
    times_seconds: Annotated[CpuSeconds | None, text("Split since boot")] = None
    context_switches_total: Annotated[Count, metric("Context switches since boot")] = None
    context_switches_per_second: Annotated[Real, metric("Context switches")] = None
    interrupts_per_second: Annotated[Real, metric("Interrupts served")] = None
    processes_running: Annotated[
        Count, metric("Tasks that run or could run", "system.process.count", process__status="running")
    ] = None
    processes_blocked: Annotated[
        Count, metric("Tasks that wait for disks", "system.process.count", process__status="blocked")
    ] = None
    pressure: Annotated[Pressure | None, text("Waiting for CPU time")] = None


class Swap(Section, frozen=True, kw_only=True):
    total_bytes: Annotated[Count, metric("Swap space")] = None
    used_bytes: Annotated[Count, metric("Swap in use", "system.paging.usage", system__paging__state="used")] = None
    free_bytes: Annotated[Count, metric("Swap not in use", "system.paging.usage", system__paging__state="free")] = None
    usage_percent: Annotated[
        Real, metric("Share of swap in use", "system.paging.utilization", system__paging__state="used")
    ] = None
    in_bytes_total: Annotated[Count, metric("Read back from swap")] = None
    out_bytes_total: Annotated[Count, metric("Written out to swap")] = None
    in_bytes_per_second: Annotated[Real, metric("Read back from swap")] = None
    out_bytes_per_second: Annotated[Real, metric("Written out to swap")] = None


class Memory(Section, frozen=True, kw_only=True):
    """Main memory. `used_bytes` is total less available: what could not be given to new work without swapping."""

    total_bytes: Annotated[Count, metric("Main memory", "system.memory.limit")] = None
    used_bytes: Annotated[
        Count, metric("Total less available", "system.memory.usage", system__memory__state="used")
    ] = None
    available_bytes: Annotated[
        Count,
        metric("The kernel's estimate of what new work can have without swapping", "system.memory.linux.available"),
    ] = None
    free_bytes: Annotated[Count, metric("Not used at all", "system.memory.usage", system__memory__state="free")] = None
    cached_bytes: Annotated[
        Count, metric("Page cache and reclaimable slab", "system.memory.usage", system__memory__state="cached")
    ] = None
    buffers_bytes: Annotated[
        Count, metric("Block device buffers", "system.memory.usage", system__memory__state="buffers")
    ] = None
    shared_bytes: Annotated[Count, metric("Shared memory and tmpfs", "system.memory.shared")] = None
    dirty_bytes: Annotated[Count, metric("Waiting to be written to disk")] = None
    committed_bytes: Annotated[Count, metric("Address space promised to processes")] = None
    usage_percent: Annotated[
        Real, metric("Share in use", "system.memory.utilization", system__memory__state="used")
    ] = None
    major_faults_total: Annotated[
        Count, metric("Page faults that needed the disk", "system.paging.faults", system__paging__fault__type="major")
    ] = None
    major_faults_per_second: Annotated[Real, metric("Page faults that needed the disk")] = None
    oom_kills_total: Annotated[Count, metric("Processes killed for want of memory")] = None
    swap: Annotated[Swap | None, text("Swap space")] = None
    pressure: Annotated[Pressure | None, text("Waiting for memory")] = None


class Filesystem(Section, frozen=True, kw_only=True):
    mountpoint: Annotated[str, key("Where it is mounted", "system.filesystem.mountpoint")]
    device: Annotated[Text, label("What is mounted", "system.device")] = None
    type: Annotated[Text, label("File system type", "system.filesystem.type")] = None
    total_bytes: Annotated[Count, metric("Size", "system.filesystem.limit")] = None
    used_bytes: Annotated[Count, metric("In use", "system.filesystem.usage", system__filesystem__state="used")] = None
    free_bytes: Annotated[
        Count, metric("Free for users without privilege", "system.filesystem.usage", system__filesystem__state="free")
    ] = None
    usage_percent: Annotated[
        Real,
        metric(
            "Used share of what users can have, as df counts it",
            "system.filesystem.utilization",
            system__filesystem__state="used",
        ),
    ] = None
    inodes_count: Annotated[Count, metric("Inodes")] = None
    inodes_used: Annotated[Count, metric("Inodes in use")] = None
    inodes_usage_percent: Annotated[Real, metric("Share of inodes in use")] = None
    read_only: Annotated[bool | None, text("Mounted read-only")] = None


class BlockDevice(Section, frozen=True, kw_only=True):
    name: Annotated[str, key("Kernel name of the device", "system.device")]
    read_bytes_total: Annotated[Count, metric("Read", "system.disk.io", disk__io__direction="read")] = None
    write_bytes_total: Annotated[Count, metric("Written", "system.disk.io", disk__io__direction="write")] = None
    read_bytes_per_second: Annotated[Real, metric("Read")] = None
    write_bytes_per_second: Annotated[Real, metric("Written")] = None
    reads_total: Annotated[Count, metric("Reads completed", "system.disk.operations", disk__io__direction="read")] = (
        None
    )
    writes_total: Annotated[
        Count, metric("Writes completed", "system.disk.operations", disk__io__direction="write")
    ] = None
    reads_per_second: Annotated[Real, metric("Reads completed")] = None
    writes_per_second: Annotated[Real, metric("Writes completed")] = None
    read_latency_seconds: Annotated[Real, metric("Mean time of a read that ended in the interval")] = None
    write_latency_seconds: Annotated[Real, metric("Mean time of a write that ended in the interval")] = None
    busy_seconds_total: Annotated[Real, metric("Time with at least one request in flight", "system.disk.io_time")] = (
        None
    )
    busy_percent: Annotated[Real, metric("Share of the interval with at least one request in flight")] = None


class Disk(Section, frozen=True, kw_only=True):
    """The root file system's space, and the traffic of all physical block devices."""

    total_bytes: Annotated[Count, metric("Size of the root file system")] = None
    used_bytes: Annotated[Count, metric("In use on the root file system")] = None
    free_bytes: Annotated[Count, metric("Free on the root file system for users without privilege")] = None
    usage_percent: Annotated[Real, metric("Used share of the root file system")] = None
    filesystems: Annotated[list[Filesystem] | None, text("File systems that hold data")] = None
    devices: Annotated[
        list[BlockDevice] | None, text("Whole block devices; partitions and stacked devices are left out")
    ] = None
    read_bytes_total: Annotated[Count, metric("Read from all devices")] = None
    write_bytes_total: Annotated[Count, metric("Written to all devices")] = None
    read_bytes_per_second: Annotated[Real, metric("Read from all devices")] = None
    write_bytes_per_second: Annotated[Real, metric("Written to all devices")] = None
    reads_per_second: Annotated[Real, metric("Reads completed")] = None
    writes_per_second: Annotated[Real, metric("Writes completed")] = None
    busy_percent: Annotated[Real, metric("Busy share of the busiest device")] = None
    pressure: Annotated[Pressure | None, text("Waiting for block devices")] = None


class Interface(Section, frozen=True, kw_only=True):
    name: Annotated[str, key("Name of the interface", "network.interface.name")]
    up: Annotated[bool | None, text("Operational state is up")] = None
    speed_bits_per_second: Annotated[Real, metric("Negotiated link speed")] = None
    bytes_sent_total: Annotated[Count, metric("Sent", "system.network.io", network__io__direction="transmit")] = None
    bytes_received_total: Annotated[
        Count, metric("Received", "system.network.io", network__io__direction="receive")
    ] = None
    bytes_sent_per_second: Annotated[Real, metric("Sent")] = None
    bytes_received_per_second: Annotated[Real, metric("Received")] = None
    packets_sent_total: Annotated[
        Count, metric("Packets sent", "system.network.packet.count", network__io__direction="transmit")
    ] = None
    packets_received_total: Annotated[
        Count, metric("Packets received", "system.network.packet.count", network__io__direction="receive")
    ] = None
    errors_sent_total: Annotated[
        Count, metric("Errors in sending", "system.network.errors", network__io__direction="transmit")
    ] = None
    errors_received_total: Annotated[
        Count, metric("Errors in receiving", "system.network.errors", network__io__direction="receive")
    ] = None
    drops_sent_total: Annotated[
        Count, metric("Packets dropped in sending", "system.network.packet.dropped", network__io__direction="transmit")
    ] = None
    drops_received_total: Annotated[
        Count, metric("Packets dropped in receiving", "system.network.packet.dropped", network__io__direction="receive")
    ] = None


class Network(Section, frozen=True, kw_only=True):
    """Totals over all interfaces but loopback."""

    bytes_sent_total: Annotated[Count, metric("Sent")] = None
    bytes_received_total: Annotated[Count, metric("Received")] = None
    bytes_sent_per_second: Annotated[Real, metric("Sent")] = None
    bytes_received_per_second: Annotated[Real, metric("Received")] = None
    packets_sent_total: Annotated[Count, metric("Packets sent")] = None
    packets_received_total: Annotated[Count, metric("Packets received")] = None
    packets_sent_per_second: Annotated[Real, metric("Packets sent")] = None
    packets_received_per_second: Annotated[Real, metric("Packets received")] = None
    errors_total: Annotated[Count, metric("Errors in sending and receiving")] = None
    errors_per_second: Annotated[Real, metric("Errors in sending and receiving")] = None
    drops_total: Annotated[Count, metric("Packets dropped in sending and receiving")] = None
    drops_per_second: Annotated[Real, metric("Packets dropped in sending and receiving")] = None
    tcp_retransmits_total: Annotated[Count, metric("TCP segments sent again")] = None
    tcp_retransmits_per_second: Annotated[Real, metric("TCP segments sent again")] = None
    tcp_connections: Annotated[Count, metric("TCP connections established")] = None
    interfaces: Annotated[list[Interface] | None, text("All interfaces, loopback too")] = None


class Platform(Section, frozen=True, kw_only=True):
    system: Annotated[Text, text("Operating system")] = None
    release: Annotated[Text, text("Kernel release")] = None
    machine: Annotated[Text, text("Hardware architecture")] = None
    distribution: Annotated[Text, text("Distribution and its version")] = None
    python: Annotated[Text, text("Version of the Python that runs the appliance")] = None


class Container(Section, frozen=True, kw_only=True):
    """Limits of the appliance's own control group, where they are lower than the machine's."""

    cgroup_version: Annotated[Count, text("1 or 2")] = None
    cpu_limit_cores: Annotated[Real, metric("Cores that may be used, by a quota or a set of CPUs")] = None
    cpu_throttled_seconds_total: Annotated[Real, metric("Time in which the quota held tasks back")] = None
    cpu_throttled_percent: Annotated[
        Real, metric("Share of the quota's periods of the last interval that were throttled")
    ] = None
    memory_limit_bytes: Annotated[
        Count, metric("Memory limit, the lower one of those that hold back and that end processes")
    ] = None
    memory_used_bytes: Annotated[
        Count, metric("Memory charged, without what the kernel can drop at once (inactive file pages)")
    ] = None
    memory_usage_percent: Annotated[Real, metric("Used share of the memory limit")] = None
    oom_kills_total: Annotated[Count, metric("Processes killed at the memory limit")] = None
    pids_limit: Annotated[Count, metric("Limit of tasks")] = None


class Host(Section, frozen=True, kw_only=True):
    name: Annotated[Text, text("Host name")] = None
    process_count: Annotated[Count, metric("Processes")] = None
    thread_count: Annotated[Count, metric("Threads")] = None
    uptime_seconds: Annotated[Real, metric("Time since boot", "system.uptime")] = None
    boot_time: Annotated[Text, text("When the machine started")] = None
    platform: Annotated[Platform | None, text("What the machine runs")] = None
    container: Annotated[Container | None, text("Limits of the container")] = None


class GpuEngine(Section, frozen=True, kw_only=True):
    """A part of a GPU that works apart from others: video units, copy engines, rings."""

    name: Annotated[str, key("Name that the driver gives it", "hw.gpu.task")]
    utilization_percent: Annotated[Real, metric("Share of time in which it was busy", "hw.gpu.utilization")] = None


class GpuProcessEngine(Section, frozen=True, kw_only=True):
    """What one process has of an engine; no `hw.gpu.utilization`, whose sum over engines would count it twice."""

    name: Annotated[str, key("Name that the driver gives it", "hw.gpu.task")]
    utilization_percent: Annotated[Real, metric("Share of time in which it was busy for the process")] = None


class GpuProcess(Section, frozen=True, kw_only=True):
    """A process that holds a GPU; with the GPU's uuid, what the ledger takes for its part of it."""

    pid: Annotated[int, key("Process id", "process.pid")]
    name: Annotated[Text, text("Program name")] = None
    memory_bytes: Annotated[
        Count, metric("GPU memory held; of the machine's memory where the GPU has none of its own")
    ] = None
    utilization_percent: Annotated[
        Real, metric("Share of the GPU's time; of its busiest engine where the driver tells engines alone")
    ] = None
    engines: Annotated[list[GpuProcessEngine] | None, text("Engines that it kept busy in the interval")] = None
    mig_uuids: Annotated[list[str] | None, text("Partitions that it works in; empty where there are none")] = None


class MigInstance(Section, frozen=True, kw_only=True):
    uuid: Annotated[str, key("Identity of the instance", "hw.id")]
    name: Annotated[Text, label("Profile name", "hw.name")] = None
    gpu_instance_id: Annotated[Count, text("Number of its GPU instance, which its memory belongs to")] = None
    compute_instance_id: Annotated[Count, text("Number of its compute instance within that")] = None
    utilization_percent: Annotated[
        Real, metric("Share of time in which a kernel ran", "hw.gpu.utilization", hw__gpu__task="general")
    ] = None
    memory_total_bytes: Annotated[Count, metric("Memory", "hw.gpu.memory.limit")] = None
    memory_used_bytes: Annotated[Count, metric("Memory in use", "hw.gpu.memory.usage")] = None
    memory_usage_percent: Annotated[Real, metric("Share of memory in use", "hw.gpu.memory.utilization")] = None


class GpuEcc(Section, frozen=True, kw_only=True):
    """Memory errors: over the GPU's life, and since the driver was loaded (volatile)."""

    corrected_errors_total: Annotated[Count, metric("Corrected, over its life")] = None
    uncorrected_errors_total: Annotated[Count, metric("Not corrected, over its life")] = None
    volatile_corrected_errors_total: Annotated[Count, metric("Corrected, since the driver was loaded")] = None
    volatile_uncorrected_errors_total: Annotated[Count, metric("Not corrected, since the driver was loaded")] = None


class GpuXid(Section, frozen=True, kw_only=True):
    """One kind of error that the NVIDIA driver told while the appliance watched (docs.nvidia.com/deploy/xid-errors)."""

    code: Annotated[int, key("Number of the XID error", "zeropoint.gpu.xid")]
    errors_total: Annotated[Count, metric("Times that it was told")] = None
    last_time: Annotated[Text, text("When it was last told, RFC 3339")] = None


class GpuThrottled(Section, frozen=True, kw_only=True):
    """For how long the clocks were held down, by cause."""

    power_seconds_total: Annotated[Real, metric("By the power limit")] = None
    thermal_seconds_total: Annotated[Real, metric("By temperature")] = None
    sync_boost_seconds_total: Annotated[Real, metric("To keep pace with other GPUs")] = None
    board_limit_seconds_total: Annotated[Real, metric("By a limit of the board")] = None
    reliability_seconds_total: Annotated[Real, metric("By the voltage that is reliable")] = None


class GpuPcie(Section, frozen=True, kw_only=True):
    """The link to the host as it is now; idle GPUs lower it to save power."""

    generation: Annotated[Count, metric("Generation of PCI Express in use")] = None
    lanes: Annotated[Count, metric("Lanes in use")] = None
    receive_bytes_total: Annotated[Count, metric("From the host")] = None
    transmit_bytes_total: Annotated[Count, metric("To the host")] = None
    replays_total: Annotated[Count, metric("Packets sent again after an error")] = None


class GpuNvlink(Section, frozen=True, kw_only=True):
    """All NVLink links of a GPU together."""

    links_active: Annotated[Count, metric("Links that are up")] = None
    receive_bytes_total: Annotated[Count, metric("In")] = None
    transmit_bytes_total: Annotated[Count, metric("Out")] = None
    errors_total: Annotated[Count, metric("CRC errors, replays and recoveries")] = None


class Gpu(Section, frozen=True, kw_only=True):
    index: Annotated[Count, text("Number that the driver gives it")] = None
    uuid: Annotated[str, key("Stable identity: the driver's UUID, else the PCI address", "hw.id")]
    name: Annotated[Text, label("Product name", "hw.name")] = None
    vendor: Annotated[Text, label("Vendor", "hw.vendor")] = None
    driver: Annotated[Text, text("Driver, and its version where it tells one")] = None
    utilization_percent: Annotated[
        Real,
        metric(
            "Share of time in which a kernel ran; of the busiest engine where the driver tells engines alone",
            "hw.gpu.utilization",
            hw__gpu__task="general",
        ),
    ] = None
    engines: Annotated[list[GpuEngine] | None, text("Engines that the driver tells apart")] = None
    memory_busy_percent: Annotated[Real, metric("Share of time in which memory was read or written")] = None
    memory_total_bytes: Annotated[Count, metric("Memory", "hw.gpu.memory.limit")] = None
    memory_used_bytes: Annotated[Count, metric("Memory in use", "hw.gpu.memory.usage")] = None
    memory_usage_percent: Annotated[Real, metric("Share of memory in use", "hw.gpu.memory.utilization")] = None
    shared_memory_total_bytes: Annotated[Count, metric("Of the machine's memory, what the GPU may use")] = None
    shared_memory_used_bytes: Annotated[Count, metric("Of the machine's memory, what the GPU's work holds")] = None
    temperature_celsius: Annotated[Real, metric("Temperature of the die", "hw.temperature")] = None
    hotspot_temperature_celsius: Annotated[Real, metric("Temperature of the die's hottest place")] = None
    memory_temperature_celsius: Annotated[Real, metric("Temperature of the memory")] = None
    temperature_limit_celsius: Annotated[Real, metric("Temperature at which the clocks are held down")] = None
    power_watts: Annotated[Real, metric("Power drawn", "hw.power")] = None
    power_limit_watts: Annotated[Real, metric("Power limit in force", "hw.power.limit")] = None
    energy_joules_total: Annotated[Real, metric("Energy used since the driver was loaded", "hw.energy")] = None
    clock_hz: Annotated[Real, metric("Clock of the cores")] = None
    clock_limit_hz: Annotated[Real, metric("Highest clock of the cores")] = None
    memory_clock_hz: Annotated[Real, metric("Clock of the memory")] = None
    performance_state: Annotated[Count, metric("Performance state; 0 is the fastest")] = None
    fan_percent: Annotated[Real, metric("Fan speed", "hw.fan.speed_ratio")] = None
    pcie_receive_bytes_per_second: Annotated[Real, metric("From the host over PCIe")] = None
    pcie_transmit_bytes_per_second: Annotated[Real, metric("To the host over PCIe")] = None
    pcie: Annotated[GpuPcie | None, text("The link to the host")] = None
    nvlink_receive_bytes_per_second: Annotated[Real, metric("In over NVLink")] = None
    nvlink_transmit_bytes_per_second: Annotated[Real, metric("Out over NVLink")] = None
    nvlink: Annotated[GpuNvlink | None, text("The links to other GPUs")] = None
    throttle_reasons: Annotated[list[str] | None, text("Why the clocks are held down; empty when they are not")] = None
    throttled: Annotated[GpuThrottled | None, text("Time in which the clocks were held down")] = None
    ecc_errors_total: Annotated[Count, metric("Uncorrected memory errors", "hw.errors", error__type="uncorrected")] = (
        None
    )
    ecc: Annotated[GpuEcc | None, text("Memory errors by kind")] = None
    xid: Annotated[list[GpuXid] | None, text("Errors that the driver told, the last one first; empty when none")] = None
    mig: Annotated[list[MigInstance] | None, text("Partitions of the GPU")] = None
    processes: Annotated[list[GpuProcess] | None, text("Processes that hold the GPU")] = None


class Temperature(Section, frozen=True, kw_only=True):
    name: Annotated[str, key("Chip and sensor", "hw.id")]
    temperature_celsius: Annotated[Real, metric("Temperature", "hw.temperature")] = None
    high_celsius: Annotated[Real, metric("The chip's own warning level")] = None
    critical_celsius: Annotated[Real, metric("The chip's own critical level")] = None


class Fan(Section, frozen=True, kw_only=True):
    name: Annotated[str, key("Chip and fan", "hw.id")]
    speed_rpm: Annotated[Real, metric("Speed", "hw.fan.speed")] = None


class Battery(Section, frozen=True, kw_only=True):
    charge_percent: Annotated[Real, metric("Charge", "hw.battery.charge")] = None
    charging: Annotated[bool | None, text("On mains power")] = None
    power_watts: Annotated[Real, metric("Power drawn from or put into the battery")] = None


class Sensors(Section, frozen=True, kw_only=True):
    temperatures: Annotated[list[Temperature] | None, text("Temperature sensors")] = None
    fans: Annotated[list[Fan] | None, text("Fans")] = None
    battery: Annotated[Battery | None, text("Battery")] = None


class System(Section, frozen=True, kw_only=True):
    cpu: Annotated[Cpu | None, text("Processors")] = None
    memory: Annotated[Memory | None, text("Main memory and swap")] = None
    disk: Annotated[Disk | None, text("File systems and block devices")] = None
    network: Annotated[Network | None, text("Network")] = None
    host: Annotated[Host | None, text("The machine as a whole")] = None
    gpus: Annotated[list[Gpu] | None, text("Graphics processors")] = None
    sensors: Annotated[Sensors | None, text("Temperatures, fans and battery")] = None


# --- AI components --------------------------------------------------------------------------------------------------

Status = Literal["running", "idle", "stopped", "failed", "absent", "unknown"]
# How old what a status rests on may be; three usual steps where these are longer.
FRESH_SECONDS = 10.0


class Component(Section, frozen=True, kw_only=True):
    """What is told of every AI component; a component's own report adds to it."""

    status: Annotated[
        Status,
        state(
            "running: a live process and evidence of work at most 10 s old (or three usual steps); idle: a live "
            "process, no fresh work; stopped: no process, artifacts tell when it last worked; failed: its run ended "
            "with an error; absent: no trace; unknown: cannot be told, `reason` says why"
        ),
    ]
    since: Annotated[Text, text("When the status last changed")] = None
    last_updated: Annotated[Text, text("Time of the newest evidence of work")] = None
    reason: Annotated[Text, text("Why the status is what it is, where that needs saying")] = None
    pids: Annotated[list[int] | None, text("Its processes")] = None


class LiveRun(Section, frozen=True, kw_only=True):
    """A run whose process lives on this machine, by its run.json and the last row of its steps.jsonl."""

    id: Annotated[str, key("NAME/ID, as its folder lies below runs/", "zeropoint.run.id")]
    name: Annotated[str, label("What people call it", "zeropoint.run.name")]
    kind: Annotated[str, label("What it belongs to: tinygrad, petals, job and others", "zeropoint.run.kind")]
    pid: Annotated[Count, text("Its first process")] = None
    step: Annotated[Count, metric("Training step")] = None
    step_seconds: Annotated[Real, metric("Duration of the step")] = None
    usual_step_seconds: Annotated[Real, metric("Median duration of its last steps, at most 32")] = None
    usual_row_seconds: Annotated[Real, metric("Median time from one of its last rows to the next, at most 32")] = None
    tokens_per_second: Annotated[Real, metric("Tokens, or samples, trained on")] = None
    loss: Annotated[Real, metric("Training loss")] = None
    row_age_seconds: Annotated[Real, metric("Time since it wrote its last row")] = None


class Ai(Section, frozen=True, kw_only=True):
    components: Annotated[dict[str, Component], rows("AI components by name", "zeropoint.component")] = {}
    runs: Annotated[list[LiveRun] | None, text("Runs that live, at most 64, those that began last first")] = None


# --- who uses the machine -------------------------------------------------------------------------------------------

WorkloadKind = Literal["run", "component", "jupyter", "container", "slurm", "unit", "program", "kernel"]
MemoryBasis = Literal["pss", "pss-and-rss", "rss", "kernel", "none"]
FoundBy = Literal["run-label", "process-tree", "component", "command-line", "cgroup", "program-and-user", "kernel"]


class Usage(Section, frozen=True, kw_only=True):
    """What something takes of the machine. In sums, what is null in all parts is null."""

    pids_count: Annotated[Count, metric("Processes")] = None
    cpu_percent: Annotated[Real, metric("CPU time, of one core: 100 is one core busy")] = None
    memory_bytes: Annotated[Count, metric("Memory, without page cache that nothing maps")] = None
    read_bytes_per_second: Annotated[Real, metric("Read from disks")] = None
    write_bytes_per_second: Annotated[
        Real,
        metric("Written for disks; of a workload when it is handed to the cache, of the machine when it is written"),
    ] = None
    received_bytes_per_second: Annotated[
        Real, metric("Received; told of workloads that have network namespaces of their own")
    ] = None
    sent_bytes_per_second: Annotated[
        Real, metric("Sent; told of workloads that have network namespaces of their own")
    ] = None
    gpu_percent: Annotated[Real, metric("GPU time, of one GPU: 100 is one GPU busy")] = None
    gpu_memory_bytes: Annotated[
        Count, metric("Memory of GPUs that have their own; what a GPU takes of the machine's memory is in that")
    ] = None
    power_watts: Annotated[Real, metric("Power of GPUs, and of processors where it can be read")] = None


class Basis(Section, frozen=True, kw_only=True):
    """How the numbers of a workload came about."""

    found_by: Annotated[FoundBy, text("What says that its processes belong together")]
    cpu: Annotated[
        Literal["clocks", "ticks", "interrupt-ticks"],
        text(
            "clocks: measured, the processes' CPU clocks; ticks: measured, their times in hundredths of a second; "
            "interrupt-ticks: estimated, what no process explains, at most what the kernel counted as interrupts"
        ),
    ]
    memory: Annotated[
        MemoryBasis,
        text(
            "pss: measured, pages that n processes share count 1/n for each; rss: measured, they count in full, since "
            "PSS may not be read or is too dear; kernel: the kernel's own counts; none: nothing is told"
        ),
    ]
    power: Annotated[
        Literal["estimated", "none"],
        text("estimated: by its share of the time of each GPU, and of the processors; none: nothing is told"),
    ]


class Waits(Section, frozen=True, kw_only=True):
    """What the processes of a workload wait for. What a process waits for is told by its main thread."""

    processes_count: Annotated[Count, metric("Processes that were looked at")] = None
    runnable_count: Annotated[Count, metric("Those that run, or could and wait for a processor")] = None
    stopped_count: Annotated[Count, metric("Those that are stopped: by SIGSTOP, a terminal or a debugger")] = None
    disk_count: Annotated[
        Count, metric("Those that can not be interrupted: they wait for a disk, for swap or for a network file system")
    ] = None
    network_count: Annotated[Count, metric("Those that are within a call that reads or writes a socket")] = None
    cpu_wait_percent: Annotated[
        Real, metric("Time in which they could run and waited for a processor, added up: 100 is one that always waits")
    ] = None
    cpu_wait_share_percent: Annotated[
        Real, metric("The part that waiting for a processor has of the time in which they could run")
    ] = None
    pressure_cpu_percent: Annotated[Real, metric("Share of time in which some task of its control group waited")] = None
    pressure_memory_percent: Annotated[Real, metric("The same, for memory")] = None
    pressure_io_percent: Annotated[Real, metric("The same, for block devices")] = None


class Workload(Usage, frozen=True, kw_only=True):
    id: Annotated[str, key("KIND:NAME, and what else tells it from others", "zeropoint.workload.id")]
    name: Annotated[str, label("What people call it", "zeropoint.workload.name")]
    kind: Annotated[
        WorkloadKind,
        label(
            "run: of `zeropoint run` or the SDK; component: an AI component; jupyter: a kernel of Jupyter; container; "
            "slurm: a job; unit: of systemd; program: all processes of a program and a user; kernel",
            "zeropoint.workload.kind",
        ),
    ]
    user: Annotated[str, text('Whose processes they are; "several users" where they are not all of one')]
    command: Annotated[
        Text, text("Command line of its oldest process without its secrets; told where process_arguments asks for it")
    ] = None
    basis: Annotated[Basis, text("How its numbers came about")]
    gpu_pids: Annotated[
        list[int], text("Its processes among those that a GPU tells: with system.gpus, which GPUs it holds")
    ] = []
    waits: Annotated[Waits | None, text("What its processes wait for; told of runs, components, kernels and jobs")] = (
        None
    )


class Ledger(Section, frozen=True, kw_only=True):
    """Who uses the machine: workloads + other + unattributed - over_attributed = totals, each number by itself."""

    seconds: Annotated[Real, metric("The time that its rates are of")] = None
    workloads_count: Annotated[Count, metric("Workloads in all, with those in `other`")] = None
    workloads: Annotated[list[Workload] | None, text("Those that use most, at most 20, and all runs")] = None
    other: Annotated[Usage | None, text("All other workloads together")] = None
    unattributed: Annotated[Usage | None, text("Used by nobody that is known; never spread over others")] = None
    over_attributed: Annotated[Usage | None, text("By how much the parts exceed the totals; never clipped")] = None
    totals: Annotated[Usage | None, text("Of the machine, by its own counters")] = None


# --- verdicts -------------------------------------------------------------------------------------------------------


class Verdict(Section, frozen=True, kw_only=True):
    """Something that is wrong, as far as numbers of this machine can tell."""

    id: Annotated[str, key("What it is and of what", "zeropoint.verdict.id")]
    name: Annotated[
        str,
        label(
            "stalled, input-bound, throttled, memory-creep, contention, slow-since, saturated or disk-full",
            "zeropoint.verdict",
        ),
    ]
    workload: Annotated[str, label('Id of the workload in the ledger; "machine" for none', "zeropoint.workload.id")]
    subject: Annotated[str, text("What people call it: a workload, a GPU or a file system")]
    since: Annotated[str, text("When it began, as far as it was seen")]
    cause: Annotated[str, text('What the evidence names; "unknown" where it does not separate causes')]
    says: Annotated[str, text("It in one sentence")]
    evidence: Annotated[list[str], text("Numbers with the names of their metrics, the most telling first")]
    refuted_by: Annotated[str, text("What would show that it is wrong")]
    active: Annotated[Count, metric("1 as long as it holds")] = 1


# --- alerts ---------------------------------------------------------------------------------------------------------

Severity = Literal["info", "warning", "critical"]
AlertState = Literal["ok", "pending", "firing", "clearing"]
AlertEventKind = Literal["fired", "repeated", "cleared"]
NoticeStatus = Literal["held", "waiting", "delivered", "failed", "dropped", "not-sent"]


class Alert(Section, frozen=True, kw_only=True):
    """A rule of the settings file that fires for one series, or for one verdict."""

    id: Annotated[str, key("Name of the rule, and what it fires for", "zeropoint.alert.id")]
    name: Annotated[str, label("Name of the rule", "zeropoint.alert")]
    severity: Annotated[Severity, label("info, warning or critical", "zeropoint.alert.severity")]
    subject: Annotated[str, text("Name of the metric, or id of the verdict, that it fires for")]
    since: Annotated[str, text("When it began to fire")]
    says: Annotated[str, text("Why, in one sentence, with the value as it is now")]
    active: Annotated[Count, metric("1 as long as it fires")] = 1


# --- the appliance itself -------------------------------------------------------------------------------------------

Health = Literal["healthy", "degraded", "unhealthy"]
CollectorStatus = Literal["ok", "absent", "failed", "hanging", "waiting"]


class Collector(Section, frozen=True, kw_only=True):
    """How one probe fares."""

    duration_seconds: Annotated[Real, metric("How long its last reading took")] = None
    age_seconds: Annotated[Real, metric("Age of the values it last read")] = None
    cpu_percent: Annotated[Real, metric("CPU time that reading it costs now, of one core")] = None
    period_seconds: Annotated[Real, metric("How often it is read now")] = None
    slowdown: Annotated[
        Real,
        metric("How many times longer its period is now than its own one, to keep the budget; 1 when not slowed"),
    ] = None
    status: Annotated[
        CollectorStatus,
        state(
            "ok; absent: there is nothing to read; failed; hanging: the last reading has not come back; waiting: none "
            "yet"
        ),
    ] = "waiting"
    reason: Annotated[Text, text("Why it is not ok")] = None


class HistoryReport(Section, frozen=True, kw_only=True):
    """How writing the history fares."""

    written_samples_total: Annotated[Count, metric("Samples that were written, each durable when it counts")] = None
    lost_samples_total: Annotated[
        Count,
        metric(
            "Samples that are missing in the history: there was no room to wait, or a file was damaged",
            "zeropoint.history.lost_samples",
        ),
    ] = None
    waiting_samples: Annotated[Count, metric("Samples that wait to be written")] = None
    waiting_bytes: Annotated[Count, metric("Size of those that wait")] = None
    size_bytes: Annotated[Count, metric("What it takes on disk, without damaged files that were set aside")] = None
    commit_seconds: Annotated[Real, metric("How long it took until the newest sample was on disk")] = None


class AlertsReport(Section, frozen=True, kw_only=True):
    """How the rules of alerts and their notices fare. A notice counts once for each address that it goes to."""

    rules: Annotated[Count, metric("Rules of the settings file")] = None
    firing: Annotated[Count, metric("What fires, over all rules and series")] = None
    pending: Annotated[Count, metric("What will fire unless it ends before the rule's time is over")] = None
    waiting_notices: Annotated[Count, metric("Notices that wait to be delivered, or to be tried again")] = None
    delivered_total: Annotated[Count, metric("Notices that were delivered")] = None
    failed_total: Annotated[Count, metric("Notices that were given up after several tries")] = None
    dropped_total: Annotated[Count, metric("Notices for which there was no room to wait")] = None
    missed_samples_total: Annotated[Count, metric("Samples that the rules did not look at, for want of time")] = None


class RemoteWriteReport(Section, frozen=True, kw_only=True):
    """How writing to a store by remote write fares."""

    sent_samples_total: Annotated[Count, metric("Samples that the store has taken")] = None
    dropped_samples_total: Annotated[
        Count, metric("Samples that the store will not get: it refused them, or they were gone before they were sent")
    ] = None
    failed_requests_total: Annotated[Count, metric("Requests that failed and are sent again")] = None
    sent_bytes_total: Annotated[Count, metric("Size of the requests that were answered, compressed")] = None
    lag_seconds: Annotated[Real, metric("Age of the newest sample that the store has")] = None
    request_seconds: Annotated[Real, metric("How long the newest request took")] = None


class FleetReport(Section, frozen=True, kw_only=True):
    """How publishing to the bus of a fleet fares."""

    connected: Annotated[Count, metric("1 while the bus takes samples")] = None
    connections_total: Annotated[Count, metric("Times that the bus was connected to")] = None
    published_samples_total: Annotated[Count, metric("Samples that the bus has stored")] = None
    repeated_samples_total: Annotated[Count, metric("Samples that were sent again and that the bus had already")] = None
    lost_samples_total: Annotated[
        Count, metric("Samples that the bus will not get: they were gone before it was back, or too large")
    ] = None
    waiting_samples: Annotated[Count, metric("Samples since the start that the bus does not have yet")] = None
    acknowledge_seconds: Annotated[Real, metric("How long it took until the newest samples were stored")] = None


class Server(Section, frozen=True, kw_only=True):
    clients: Annotated[Count, metric("Subscribers of the stream")] = None
    queue_size: Annotated[Count, metric("Frames waiting over all subscribers")] = None
    dropped_total: Annotated[Count, metric("Frames dropped for slow subscribers, each told by a gap event")] = None
    stalled_total: Annotated[Count, metric("Subscribers cut off because they took nothing for 30 s")] = None
    views: Annotated[Count, metric("Different choices of sections among the subscribers")] = None
    catching_up: Annotated[Count, metric("Subscribers that are being sent what they missed")] = None
    replay_frames: Annotated[Count, metric("Samples kept in memory for readers that come back")] = None
    replay_bytes: Annotated[Count, metric("Size of the samples kept in memory")] = None
    samples_total: Annotated[Count, metric("Samples taken since the start")] = None
    missed_ticks_total: Annotated[Count, metric("Samples that could not be taken in time")] = None
    uptime_seconds: Annotated[Real, metric("Time since the start", "process.uptime")] = None
    health: Annotated[Health | None, state("State of the appliance")] = None
    cpu_percent: Annotated[Real, metric("CPU time of the appliance, of one core")] = None
    cpu_seconds_total: Annotated[Real, metric("CPU time of the appliance", "process.cpu.time")] = None
    memory_bytes: Annotated[Count, metric("Resident memory of the appliance", "process.memory.usage")] = None
    overhead_percent: Annotated[
        Real, metric("CPU time that collecting costs now, of one core: all probes and the tick, serving left out")
    ] = None
    overhead_budget_percent: Annotated[
        Real, metric("What collecting may cost before dear probes are read less often; 0 is no limit")
    ] = None
    tick_cpu_percent: Annotated[
        Real, metric("The part of the overhead that belongs to no probe: putting samples together")
    ] = None
    history: Annotated[HistoryReport | None, text("How writing the history fares")] = None
    fleet: Annotated[FleetReport | None, text("How publishing to the bus of a fleet fares")] = None
    remote_write: Annotated[RemoteWriteReport | None, text("How writing to a store by remote write fares")] = None
    alerts: Annotated[AlertsReport | None, text("How the rules of alerts and their notices fare")] = None
    collectors: Annotated[dict[str, Collector], rows("Probes by name", "zeropoint.collector")] = {}


class Unavailable(Section, frozen=True, kw_only=True):
    path: Annotated[
        str,
        text(
            "Path of the value, as in system.gpus[0].power_watts; it covers all below it. [*] stands for every row: "
            "ledger.workloads[*].gpu_percent"
        ),
    ]
    reason: Annotated[str, text("Why it is null")]


class Sample(Section, frozen=True, kw_only=True):
    id: Annotated[str, text("Position EPOCH-SEQUENCE: EPOCH is new at every start, SEQUENCE rises by one")]
    timestamp: Annotated[str, text("When it was taken, RFC 3339 in UTC with milliseconds")]
    interval_seconds: Annotated[float, text("The interval between samples that is set")]
    system: Annotated[System, text("The machine")]
    ai: Annotated[Ai, text("The AI components")]
    verdicts: Annotated[list[Verdict], text("Verdicts that hold now, by earlier samples; at most 32")] = []
    alerts: Annotated[list[Alert], text("Alerts that fire now, by earlier samples; at most 32")] = []
    ledger: Annotated[Ledger | None, text("Use of the machine by workload")] = None
    server: Annotated[Server, text("The appliance itself")]
    unavailable: Annotated[list[Unavailable], text("Why values are null")]


# --- events of the stream and answers -------------------------------------------------------------------------------


class Hello(Section, frozen=True, kw_only=True):
    """First event of a stream."""

    contract: int
    epoch: str
    interval_seconds: float
    newest_id: str | None
    server_time: str


GapReason = Literal["missed-ticks", "slow-subscriber", "beyond-replay", "unknown-id"]


class Gap(Section, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """Samples that this reader does not get."""

    since: Annotated[Text, text("Last id before the hole; null when the id that was given is unknown")] = None
    until: Annotated[Text, text("First id after the hole")] = None
    lost: Annotated[Count, text("How many samples; null where that cannot be known")] = None
    reason: Annotated[GapReason, text("Why they are missing")]


# --- runs -----------------------------------------------------------------------------------------------------------

RunStatus = Literal["running", "finished", "failed", "stopped", "unknown"]


LimitCause = Literal["cpu", "memory", "disk", "cpu-quota", "memory-limit", "gpu-power", "gpu-thermal", "gpu-other"]
LimitOf = Literal["run", "cgroup", "machine", "gpu"]


class Limit(Section, frozen=True, kw_only=True):
    """Something that was short while a run went on."""

    cause: Annotated[
        LimitCause,
        text(
            "cpu, memory, disk: tasks waited for it (PSI); cpu-quota: the cgroup was throttled; memory-limit: the "
            "kernel ended processes of the cgroup at its limit; gpu-...: clocks were held down"
        ),
    ]
    seconds: Annotated[Real, text("For how long; null for what is only counted")] = None
    share_percent: Annotated[Real, text("Of the run's wall time; null for what is only counted")] = None
    count: Annotated[
        Count, text("How often: periods of the quota, processes that were ended; null for what is only timed")
    ] = None
    of: Annotated[
        LimitOf,
        text(
            "Whose number it is: the run's own, a cgroup's that others are in too, the whole machine's while the run "
            "asked for it, or a GPU's while the run used it"
        ),
    ]


class Receipt(Section, frozen=True, kw_only=True):
    """What a run of `zeropoint run` took of the machine, its whole process tree together."""

    wall_seconds: Annotated[Real, text("From its start to its end")] = None
    cpu_seconds: Annotated[Real, text("CPU time of its processes, those that had ended among them")] = None
    gpu_seconds: Annotated[Real, text("GPU time: an hour of a whole GPU is 3,600")] = None
    gpu_energy_joules: Annotated[Real, text("Energy of GPUs, estimated by its share of their time")] = None
    cpu_energy_joules: Annotated[Real, text("Energy of processors, estimated by its share of their time")] = None
    peak_memory_bytes: Annotated[Count, text("Most memory at a time, as far as it was seen")] = None
    peak_gpu_memory_bytes: Annotated[Count, text("Most GPU memory at a time")] = None
    peak_processes: Annotated[Count, text("Most processes at a time")] = None
    read_bytes: Annotated[Count, text("Read from disks")] = None
    write_bytes: Annotated[Count, text("Written for disks")] = None
    limits: Annotated[list[Limit] | None, text("What was short for 1 % of the time or more, the most first")] = None
    watch_cpu_seconds: Annotated[
        Real, text("CPU time that it took to watch the run, which is in none of the others")
    ] = None
    unavailable: Annotated[list[Unavailable], text("Why values are null")] = []


class RunEntry(Section, frozen=True, kw_only=True):
    """One run, as its run.json tells it."""

    id: str
    name: str
    kind: Annotated[str, text("What it belongs to: tinygrad, petals, job and others")]
    status: Annotated[
        RunStatus,
        text(
            "running: its process lives; finished: exit code 0; failed: another one, or its process is gone without an "
            "end; stopped: by an interrupt or a request to end; unknown: `reason` says why"
        ),
    ]
    reason: Annotated[Text, text("Why the status is what it is, where that needs saying")] = None
    started: Annotated[Text, text("When it began")] = None
    ended: Annotated[Text, text("When it ended; null while it has no end")] = None
    exit_code: Annotated[Count, text("How it ended; 128 and the signal's number where one ended it")] = None
    receipt: Annotated[Receipt | None, text("What it took of the machine; null for runs that wrote none")] = None
    hyperparameters: Annotated[
        dict[str, bool | int | float | str | None], text("As it gave them; what JSON nests is given as text")
    ] = {}


class VerdictEntry(Verdict, frozen=True, kw_only=True):
    """A verdict that holds, or did lately."""

    ended: Annotated[Text, text("When it was cleared; null while it holds")] = None


class Notice(Section, frozen=True, kw_only=True):
    """What became of an event's notice at one address of a channel."""

    channel: Annotated[str, text("Name of the channel")]
    target: Annotated[str, text("What it goes to: command, or the kind of the address, as in ntfy")]
    status: Annotated[
        NoticeStatus,
        text(
            "held: until quiet hours end; waiting: to be delivered or tried again; delivered; failed: given up; "
            "dropped: no room to wait; not-sent: it had ended before it was told"
        ),
    ]
    attempts: Annotated[int, text("How often it was tried")] = 0
    reason: Annotated[Text, text("What went wrong last; null where nothing did")] = None


class AlertEvent(Section, frozen=True, kw_only=True):
    """Something that happened to an alert."""

    id: int
    time: Annotated[str, text("When, by the sample's time")]
    kind: Annotated[AlertEventKind, text("fired; repeated: it still fires; cleared")]
    name: Annotated[str, text("Name of the rule")]
    severity: Severity
    subject: Annotated[str, text("Name of the metric, or id of the verdict")]
    since: Annotated[str, text("When it began to fire")]
    value: Annotated[float | str | None, text("The metric's value then; null where there is none, as of a verdict")]
    level: Annotated[Text, text("What the value is held against, as in above 90; null of a verdict")]
    for_seconds: Annotated[float, text("For how long it must be so before it fires")]
    says: Annotated[str, text("Why, in one sentence")]
    evidence: Annotated[list[str], text("Of a verdict the numbers behind it, with the names of their metrics")]
    notices: Annotated[list[Notice], text("What became of its notices, one for each address")] = []


class AlertInstance(Section, frozen=True, kw_only=True):
    """One series, or one verdict, that a rule looks at."""

    subject: Annotated[str, text("Name of the metric, or id of the verdict")]
    state: Annotated[
        AlertState,
        text("ok; pending: beyond its level, not yet for long enough; firing; clearing: back, not yet for long enough"),
    ]
    since: Annotated[Text, text("When it came into that state; null for ok")] = None
    value: Annotated[float | str | None, text("Its newest value; null where there is none, as of a verdict")] = None


class AlertRule(Section, frozen=True, kw_only=True):
    """A rule of the settings file and how it stands. Keys that the rule does not have are null."""

    name: str
    severity: Severity
    metric: Annotated[Text, text("Name of a metric; * stands for any characters")]
    verdict: Annotated[Text, text("Name of a verdict; * for all")]
    above: Annotated[Real, text("It fires for values above")]
    below: Annotated[Real, text("It fires for values below")]
    ends_at: Annotated[Real, text("The level at which it ends")]
    words: Annotated[list[str], text("It fires for these words of a state")]
    for_seconds: Annotated[float, text("For how long before it fires")]
    clear_for_seconds: Annotated[float, text("For how long it must be back before it ends")]
    missing: Annotated[Literal["ignore", "fire"], text("What a value that is missing means")]
    quiet: Annotated[list[str], text("Hours in which notices are held back")]
    timezone: Annotated[Text, text("Time zone of these; null for the machine's own")]
    repeat_seconds: Annotated[Real, text("How often it is told again while it fires; null: once")]
    notify: Annotated[list[str], text("Names of the channels that are told")]
    state: Annotated[AlertState, text("The worst state of all that it looks at")]
    series_count: Annotated[int, text("How many series or verdicts it looks at")]
    instances: Annotated[list[AlertInstance], text("Those that are not ok first; at most 20")]


class AlertTarget(Section, frozen=True, kw_only=True):
    """One address of a channel. The address itself is told to nobody."""

    channel: str
    target: Annotated[str, text("command, or the kind of the address, as in ntfy")]
    waiting: int
    delivered_total: int
    failed_total: int
    dropped_total: int
    trouble: Annotated[Text, text("What is wrong with it; null while nothing is")] = None


class RunSteps(Section, frozen=True, kw_only=True):
    """Rows that a run has written, as columns of the same length."""

    id: str
    timestamps: Annotated[list[Text], text("When each row was written, where it says so")]
    columns: Annotated[dict[str, list[Real]], text("By name; null where a row has no such number")]
    unavailable: Annotated[list[Unavailable], text("Why there are nulls in a column")]


class RunRecord(Section, frozen=True, kw_only=True):
    """All that is recorded of one run, for who holds it against another."""

    entry: RunEntry
    steps: RunSteps
    workload: Annotated[Text, text("Its id in the ledger; null for one that has no folder of its own")] = None
    host: Annotated[Text, text("Name of the machine that it ran on")] = None
    revision: Annotated[Text, text("Commit that was checked out")] = None
    command: Annotated[Text, text("Command line without what looks like secrets; null without consent")] = None
