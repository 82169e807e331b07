"""nstat, of iproute2: TCP's counters."""

import json

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool


def parse_nstat(printed: bytes) -> Facts:
    """Of `nstat -a -s -z -j`, which neither reads nor writes its history, the segments sent again."""
    return {"system.network.tcp_retransmits_total": int(json.loads(printed)["kernel"]["TcpRetransSegs"])}


NSTAT = Tool("nstat -a -s -z -j", "iproute2", ("system.network.tcp_retransmits",), parse_nstat)
