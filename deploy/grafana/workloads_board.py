"""The dashboard of the AI work on one machine."""

from panels import ONE, Panel, of

WORKLOAD = "{{zeropoint_workload_name}}"
RUN = "{{zeropoint_run_name}} {{zeropoint_run_id}}"
STATS: list[Panel] = [
    (
        "Components that run",
        "none",
        [
            (
                f'count(zeropoint_ai_components_status{{{ONE}, zeropoint_ai_components_status="running"}} == 1) '
                "or vector(0)",
                "",
            )
        ],
        "A live process, and evidence of work",
    ),
    (
        "Components that failed",
        "none",
        [
            (
                f'count(zeropoint_ai_components_status{{{ONE}, zeropoint_ai_components_status="failed"}} == 1) '
                "or vector(0)",
                "",
            )
        ],
        "Their run ended with an error",
    ),
    ("Workloads", "none", [of("zeropoint_ledger_workloads_count")], ""),
    (
        "Processors not attributed",
        "percentunit",
        [of("zeropoint_ledger_unattributed_cpu_ratio")],
        "Of one core; time that belongs to no workload",
    ),
    ("Runs", "none", [(f"count(zeropoint_ai_runs_step{{{ONE}}}) or vector(0)", "")], "That live and tell steps"),
    ("Verdicts", "none", [(f"count(zeropoint_verdicts_active{{{ONE}}}) or vector(0)", "")], "That hold now"),
]
ROWS: dict[str, list[Panel]] = {
    "Who uses the machine": [
        ("Processors", "percentunit", [of("zeropoint_ledger_workloads_cpu_ratio", WORKLOAD)], "1 is one core busy"),
        ("Memory", "bytes", [of("zeropoint_ledger_workloads_memory_bytes", WORKLOAD)], ""),
        ("GPUs", "percentunit", [of("zeropoint_ledger_workloads_gpu_ratio", WORKLOAD)], "1 is one GPU busy"),
        ("GPU memory", "bytes", [of("zeropoint_ledger_workloads_gpu_memory_bytes", WORKLOAD)], ""),
        (
            "Disks",
            "Bps",
            [
                of("zeropoint_ledger_workloads_read_bytes_per_second", f"{WORKLOAD} read"),
                of("zeropoint_ledger_workloads_write_bytes_per_second", f"{WORKLOAD} write"),
            ],
            "",
        ),
        ("Power", "watt", [of("zeropoint_ledger_workloads_power_watts", WORKLOAD)], "GPUs, and processors where told"),
        (
            "What it waits for: processors",
            "percentunit",
            [of("zeropoint_ledger_workloads_waits_cpu_wait_share_ratio", WORKLOAD)],
            "Part of the time in which it could run",
        ),
        (
            "What it waits for: disks and network",
            "none",
            [
                of("zeropoint_ledger_workloads_waits_disk_count", f"{WORKLOAD} disk"),
                of("zeropoint_ledger_workloads_waits_network_count", f"{WORKLOAD} network"),
            ],
            "Processes that wait",
        ),
        (
            "Verdicts",
            "none",
            [of("zeropoint_verdicts_active", "{{zeropoint_verdict}} {{zeropoint_workload_id}}")],
            "1 as long as one holds",
        ),
    ],
    "Training": [
        ("Loss", "none", [of("zeropoint_ai_runs_loss", RUN)], ""),
        (
            "Step",
            "s",
            [
                of("zeropoint_ai_runs_step_seconds", RUN),
                of("zeropoint_ai_runs_usual_step_seconds", f"{RUN} usual"),
            ],
            "Duration of a step, and the median of the last ones",
        ),
        ("Speed", "none", [of("zeropoint_ai_runs_tokens_per_second", RUN)], "Tokens, or samples, a second"),
    ],
    "Components": [
        (
            "State",
            "none",
            [
                (
                    f"zeropoint_ai_components_status{{{ONE}}} == 1",
                    "{{zeropoint_component}} {{zeropoint_ai_components_status}}",
                )
            ],
            "",
        ),
        ("Tokens a second", "none", [of("zeropoint_ai_components_tokens_per_second", "{{zeropoint_component}}")], ""),
        (
            "Requests",
            "none",
            [
                of("zeropoint_ai_components_requests_running", "{{zeropoint_component}} worked on"),
                of("zeropoint_ai_components_requests_waiting", "{{zeropoint_component}} waiting"),
            ],
            "",
        ),
        (
            "Time to the first token",
            "s",
            [of("zeropoint_ai_components_time_to_first_token_seconds", "{{zeropoint_component}}")],
            "",
        ),
        (
            "Attention cache",
            "percentunit",
            [of("zeropoint_ai_components_kv_cache_usage_ratio", "{{zeropoint_component}}")],
            "In use",
        ),
        (
            "Petals: blocks and peers",
            "none",
            [
                of("zeropoint_ai_components_served_blocks", "blocks served"),
                of("zeropoint_ai_components_peers_count", "peers"),
            ],
            "",
        ),
    ],
}
