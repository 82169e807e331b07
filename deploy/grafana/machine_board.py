"""The dashboard of one machine."""

from panels import ONE, Panel, of, rate_of

STATS: list[Panel] = [
    ("State", "none", [(f"zeropoint_server_health{{{ONE}}} == 1", "{{zeropoint_server_health}}")], "Of the appliance"),
    ("Up since", "s", [of("system_uptime_seconds")], "Of the machine"),
    ("Processors", "percentunit", [of("zeropoint_system_cpu_usage_ratio")], "Busy share of the whole machine"),
    (
        "Memory",
        "percentunit",
        [of("system_memory_utilization_ratio", selector=f'{ONE}, system_memory_state="used"')],
        "Total less available",
    ),
    ("Root file system", "percentunit", [of("zeropoint_system_disk_usage_ratio")], "In use"),
    ("Verdicts", "none", [(f"count(zeropoint_verdicts_active{{{ONE}}}) or vector(0)", "")], "That hold now"),
]
ROWS: dict[str, list[Panel]] = {
    "Processors": [
        (
            "Use by mode",
            "percentunit",
            [of("system_cpu_utilization_ratio", "{{cpu_mode}}", f'{ONE}, cpu_mode!="idle"')],
            "Shares of the whole machine; steal is what the hypervisor takes",
        ),
        ("Use of each core", "percentunit", [of("zeropoint_system_cpu_per_core_ratio", "{{cpu_logical_number}}")], ""),
        (
            "Load",
            "none",
            [
                of("zeropoint_system_cpu_load_1m", "1 min"),
                of("zeropoint_system_cpu_load_5m", "5 min"),
                of("zeropoint_system_cpu_load_15m", "15 min"),
                of("system_cpu_logical_count", "cores"),
            ],
            "Tasks that run, could run, or wait for disks",
        ),
        (
            "Pressure",
            "percentunit",
            [
                of("zeropoint_system_cpu_pressure_some_now_ratio", "processors"),
                of("zeropoint_system_memory_pressure_some_now_ratio", "memory"),
                of("zeropoint_system_disk_pressure_some_now_ratio", "disks"),
            ],
            "Share of time in which some task waited",
        ),
        (
            "Tasks",
            "none",
            [of("system_process_count", "{{process_status}}"), of("zeropoint_system_host_process_count", "in all")],
            "blocked: they wait for disks",
        ),
        (
            "Temperatures and fans",
            "none",
            [of("hw_temperature_celsius", "{{hw_id}} °C"), of("hw_fan_speed_rpm", "{{hw_id}} rpm")],
            "Also of GPUs",
        ),
    ],
    "Memory": [
        (
            "Memory",
            "bytes",
            [
                of("system_memory_usage_bytes", "{{system_memory_state}}"),
                of("system_memory_limit_bytes", "total"),
            ],
            "used is total less available; cached may be taken back",
        ),
        (
            "Swap",
            "bytes",
            [of("system_paging_usage_bytes", "{{system_paging_state}}")],
            "Nothing where there is no swap space",
        ),
        (
            "Swapping",
            "Bps",
            [
                of("zeropoint_system_memory_swap_in_bytes_per_second", "in"),
                of("zeropoint_system_memory_swap_out_bytes_per_second", "out"),
            ],
            "",
        ),
    ],
    "Disks and network": [
        ("Disk traffic", "Bps", [rate_of("system_disk_io_bytes_total", "{{system_device}} {{disk_io_direction}}")], ""),
        ("Disks busy", "percentunit", [of("zeropoint_system_disk_devices_busy_ratio", "{{system_device}}")], ""),
        (
            "Disk latency",
            "s",
            [
                of("zeropoint_system_disk_devices_read_latency_seconds", "{{system_device}} read"),
                of("zeropoint_system_disk_devices_write_latency_seconds", "{{system_device}} write"),
            ],
            "Mean of the requests that ended",
        ),
        (
            "File systems",
            "percentunit",
            [
                of(
                    "system_filesystem_utilization_ratio",
                    "{{system_filesystem_mountpoint}}",
                    f'{ONE}, system_filesystem_state="used"',
                )
            ],
            "In use",
        ),
        (
            "Network traffic",
            "Bps",
            [rate_of("system_network_io_bytes_total", "{{network_interface_name}} {{network_io_direction}}")],
            "",
        ),
        (
            "Network errors and drops",
            "none",
            [
                of("zeropoint_system_network_errors_per_second", "errors/s"),
                of("zeropoint_system_network_drops_per_second", "drops/s"),
                of("zeropoint_system_network_tcp_retransmits_per_second", "TCP retransmits/s"),
            ],
            "",
        ),
    ],
    "GPUs": [
        (
            "GPU use",
            "percentunit",
            [of("hw_gpu_utilization_ratio", "{{hw_name}} {{hw_id}}", f'{ONE}, hw_gpu_task="general"')],
            "",
        ),
        ("GPU memory", "percentunit", [of("hw_gpu_memory_utilization_ratio", "{{hw_name}} {{hw_id}}")], "In use"),
        ("Power", "watt", [of("hw_power_watts", "{{hw_name}} {{hw_id}}"), of("hw_power_limit_watts", "limit")], ""),
    ],
    "Zeropoint itself": [
        (
            "Its cost",
            "percentunit",
            [
                of("zeropoint_server_cpu_ratio", "in all"),
                of("zeropoint_server_overhead_ratio", "collecting"),
                of("zeropoint_server_overhead_budget_ratio", "budget of collecting"),
            ],
            "Of one core",
        ),
        ("Age of each source", "s", [of("zeropoint_server_collectors_age_seconds", "{{zeropoint_collector}}")], ""),
        (
            "Lost and late",
            "none",
            [
                of("zeropoint_server_missed_ticks_total", "missed ticks"),
                of("zeropoint_history_lost_samples_total", "not in the history"),
                of("zeropoint_server_remote_write_dropped_samples_total", "not in the store"),
                of("zeropoint_server_remote_write_lag_seconds", "lag of the store, s"),
            ],
            "Counts since the start",
        ),
    ],
}
