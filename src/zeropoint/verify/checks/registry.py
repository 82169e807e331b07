"""The table of checks: one for each metric, by its path without the keys of rows."""

from collections.abc import Mapping

from zeropoint.verify.checks.cpu import CPU
from zeropoint.verify.checks.disk import DISK
from zeropoint.verify.checks.gpus import GPUS
from zeropoint.verify.checks.host import HOST
from zeropoint.verify.checks.ledger import CLOSING, LEDGER, OWN
from zeropoint.verify.checks.memory import MEMORY
from zeropoint.verify.checks.network import NETWORK
from zeropoint.verify.checks.sensors import SENSORS
from zeropoint.verify.compare import Check

CHECKS: Mapping[str, Check] = {**CPU, **MEMORY, **DISK, **NETWORK, **HOST, **GPUS, **SENSORS, **LEDGER, **OWN}
# A second look at some of them.
FURTHER: Mapping[str, Check] = CLOSING
