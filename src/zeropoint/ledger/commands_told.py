"""What the rows of a ledger say of their processes' command lines, where the setting process_arguments asks for it."""

from collections.abc import Mapping

import msgspec

from zeropoint.ledger.membership import Group
from zeropoint.ledger.owner import Owner
from zeropoint.model import Ledger, Workload
from zeropoint.processes.command_line import redacted
from zeropoint.texts import clean

IS_OFF = "the setting process_arguments is off"
NOT_TOLD = "it is the kernel's, has ended, or may be read by its user and root only"


def with_commands(ledger: Ledger, groups: Mapping[Owner, Group]) -> Ledger:
    """`ledger` with the command line of each row's oldest process, its secrets taken out."""
    by_id = {owner.id: group for owner, group in groups.items()}
    rows = [_with_command(row, by_id.get(row.id)) for row in ledger.workloads or ()]
    return msgspec.structs.replace(ledger, workloads=rows)


def _with_command(row: Workload, group: Group | None) -> Workload:
    if group is None or not group.members:
        return row
    oldest = min((one.process for one in group.members.values()), key=lambda process: (process.started, process.pid))
    return msgspec.structs.replace(row, command=clean(redacted(oldest.arguments)) or None)
