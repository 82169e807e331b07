"""A Ray node of its own on loopback, whose only core works on three tasks until a file is there: TEMPORARY FILE."""

import sys

import ray

ray.init(
    num_cpus=1,
    include_dashboard=False,
    object_store_memory=80_000_000,
    logging_level="ERROR",
    _node_ip_address="127.0.0.1",
    _temp_dir=sys.argv[1],
    _system_config={"metrics_report_interval_ms": 1000},
)


@ray.remote(num_cpus=1)
def wait_for(path):
    import time
    from pathlib import Path

    while not Path(path).exists():
        time.sleep(0.1)


print("ready", flush=True)
sys.stdin.readline()
tasks = [wait_for.remote(sys.argv[2]) for _ in range(3)]
ray.get(tasks)
print("done", flush=True)
sys.stdin.readline()
ray.shutdown()
