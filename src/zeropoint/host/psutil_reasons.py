"""Why psutil leaves values out."""

import platform
import sys
from typing import TypeVar

from zeropoint.model import Section
from zeropoint.probe import Missing

WINDOWS = sys.platform == "win32"
NOT_TOLD = f"psutil does not tell it on {platform.system()}"

S = TypeVar("S", bound=Section)


def explained(section: S, missing: Missing, reason: str = NOT_TOLD, at: str = "") -> S:
    """Gives each null of the section that has no reason yet this one."""
    for name in section.__struct_fields__:
        value = getattr(section, name)
        path = f"{at}{name}"
        if value is None:
            missing.setdefault(path, reason)
        elif isinstance(value, Section):
            explained(value, missing, reason, f"{path}.")
        elif isinstance(value, list):
            for index, row in enumerate(value):
                if isinstance(row, Section):
                    explained(row, missing, reason, f"{path}[{index}].")
    return section
