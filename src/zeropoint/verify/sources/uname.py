"""uname(2): what the kernel says of itself, by a call and not by its files."""

import os

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def read_uname(_: Roots) -> Facts:
    told = os.uname()
    return {
        "system.host.name": told.nodename,
        "system.host.platform.system": told.sysname,
        "system.host.platform.release": told.release,
        "system.host.platform.machine": told.machine,
    }


UNAME = Files("uname()", ("system.host.name", "system.host.platform"), read_uname, only_here=True)
