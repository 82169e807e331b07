"""Whose a process is: the workload that it belongs to, and by what."""

from msgspec import Struct

from zeropoint.model import FoundBy, WorkloadKind


class Owner(Struct, frozen=True, eq=False):
    """`id` is stable and unlike any other's, `name` what people call it. Two of one id are the same, also where one
    process of a run was found by its tree and another by its label."""

    id: str
    name: str
    kind: WorkloadKind
    found_by: FoundBy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Owner) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)


KERNEL = Owner("kernel:kernel", "kernel", "kernel", "kernel")
INTERRUPTS = Owner("kernel:interrupts", "interrupts", "kernel", "kernel")
HYPERVISOR = Owner("kernel:hypervisor", "other guests of the host (steal)", "kernel", "kernel")


def run_owner(path: str, found_by: FoundBy) -> Owner:
    """`path` is NAME/ID, as the run's folder lies below runs/."""
    return Owner(f"run:{path}", path.rpartition("/")[0] or path, "run", found_by)


def component_owner(name: str) -> Owner:
    return Owner(f"component:{name}", name, "component", "component")


def kernel_owner(name: str) -> Owner:
    return Owner(f"jupyter:{name}", name, "jupyter", "command-line")


def program_owner(program: str, user: str) -> Owner:
    return Owner(f"program:{program} ({user})", program, "program", "program-and-user")
