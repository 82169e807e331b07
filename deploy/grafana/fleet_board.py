"""The dashboard of many machines."""

from panels import MANY, Panel, of

STATS: list[Panel] = [
    ("Machines", "none", [(f"count(zeropoint_server_samples_total{{{MANY}}}) or vector(0)", "")], "That tell samples"),
    (
        "Not healthy",
        "none",
        [
            (
                f'count(zeropoint_server_health{{{MANY}, zeropoint_server_health!="healthy"}} == 1) or vector(0)',
                "",
            )
        ],
        "Degraded or unhealthy",
    ),
    ("Verdicts", "none", [(f"count(zeropoint_verdicts_active{{{MANY}}}) or vector(0)", "")], "That hold now"),
    ("Cores", "none", [(f"sum(system_cpu_logical_count{{{MANY}}})", "")], ""),
    ("Memory", "bytes", [(f"sum(system_memory_limit_bytes{{{MANY}}})", "")], ""),
    ("GPUs", "none", [(f"count(hw_gpu_memory_limit_bytes{{{MANY}}}) or vector(0)", "")], "With memory of their own"),
]
ROWS: dict[str, list[Panel]] = {
    "Machines": [
        ("Processors", "percentunit", [of("zeropoint_system_cpu_usage_ratio", "{{instance}}", MANY)], "Busy share"),
        (
            "Memory",
            "percentunit",
            [of("system_memory_utilization_ratio", "{{instance}}", f'{MANY}, system_memory_state="used"')],
            "In use",
        ),
        (
            "GPUs",
            "percentunit",
            [
                (
                    f'avg by (instance) (hw_gpu_utilization_ratio{{{MANY}, hw_gpu_task="general"}})',
                    "{{instance}}",
                )
            ],
            "Mean of all that a machine has",
        ),
        (
            "Fullest file system",
            "percentunit",
            [
                (
                    "max by (instance) (system_filesystem_utilization_ratio"
                    f'{{{MANY}, system_filesystem_state="used"}})',
                    "{{instance}}",
                )
            ],
            "",
        ),
        (
            "Waiting for disks",
            "percentunit",
            [of("zeropoint_system_disk_pressure_some_now_ratio", "{{instance}}", MANY)],
            "Share of time in which some task did",
        ),
        (
            "Network",
            "Bps",
            [
                of("zeropoint_system_network_received_bytes_per_second", "{{instance}} received", MANY),
                of("zeropoint_system_network_sent_bytes_per_second", "{{instance}} sent", MANY),
            ],
            "",
        ),
        (
            "Machines up",
            "none",
            [
                (f"sum(zeropoint_hub_machine_up{{{MANY}}})", "up"),
                (f"count(zeropoint_hub_machine_up{{{MANY}}})", "known"),
            ],
            "As a hub hears them that is scraped",
        ),
    ],
    "Work": [
        (
            "Largest workloads",
            "percentunit",
            [
                (
                    f"topk(10, zeropoint_ledger_workloads_cpu_ratio{{{MANY}}})",
                    "{{instance}} {{zeropoint_workload_name}}",
                )
            ],
            "Processors; 1 is one core busy",
        ),
        (
            "Components that run",
            "none",
            [
                (
                    "sum by (instance) (zeropoint_ai_components_status"
                    f'{{{MANY}, zeropoint_ai_components_status="running"}})',
                    "{{instance}}",
                )
            ],
            "",
        ),
        (
            "Verdicts",
            "none",
            [of("zeropoint_verdicts_active", "{{instance}} {{zeropoint_verdict}} {{zeropoint_workload_id}}", MANY)],
            "1 as long as one holds",
        ),
    ],
    "Zeropoint itself": [
        (
            "State",
            "none",
            [(f"zeropoint_server_health{{{MANY}}} == 1", "{{instance}} {{zeropoint_server_health}}")],
            "",
        ),
        (
            "Lag of the store",
            "s",
            [of("zeropoint_server_remote_write_lag_seconds", "{{instance}}", MANY)],
            "Age of the newest sample that the store had when this one was taken",
        ),
        (
            "Samples that are not in the store",
            "none",
            [
                (
                    f"increase(zeropoint_server_remote_write_dropped_samples_total{{{MANY}}}[$__rate_interval])",
                    "{{instance}}",
                )
            ],
            "It refused them, or they were gone before they were sent",
        ),
    ],
}
