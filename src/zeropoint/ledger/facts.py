"""What the ledger is told by others: the last sample's GPUs and components, runs and kernels by their processes."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from zeropoint import model


class Facts(Struct, frozen=True):
    """`components` are processes by the name of their AI component, `runs` the run (as NAME/ID) of its first process,
    `kernels` the name of a Jupyter kernel by its process. Where a part of the machine is null in the sample, `reasons`
    says why, by its path (system.gpus)."""

    gpus: Sequence[model.Gpu] | None = None
    disk: model.Disk | None = None
    network: model.Network | None = None
    components: Mapping[str, Sequence[int]] = {}
    runs: Mapping[int, str] = {}
    kernels: Mapping[int, str] = {}
    reasons: Mapping[str, str] = {}

    def reason(self, path: str) -> str:
        """Why `path` is null: its own reason, or that of what it lies in."""
        while path:
            if path in self.reasons:
                return self.reasons[path]
            path = path.rpartition(".")[0]
        return "not read yet"


def facts_of(sample: model.Sample | None, kernels: Mapping[int, str]) -> Facts:
    if sample is None:
        return Facts(kernels=kernels)
    return Facts(
        gpus=sample.system.gpus,
        disk=sample.system.disk,
        network=sample.system.network,
        components={name: report.pids for name, report in sample.ai.components.items() if report.pids},
        runs={run.pid: run.id for run in sample.ai.runs or () if run.pid is not None},
        kernels=kernels,
        reasons={row.path: row.reason for row in sample.unavailable if not row.path.startswith("ledger")},
    )
