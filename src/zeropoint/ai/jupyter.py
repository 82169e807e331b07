"""Kernels of Jupyter: processes that run ipykernel on a connection file, jupyter-client's kernel-UUID.json."""

import re

from zeropoint.ai.recognise import Recognised

CONNECTION = re.compile(r"(?:.*[/\\])?kernel-([0-9a-f]{8})[0-9a-f-]*\.json")


def kernels_of(recognised: Recognised) -> dict[int, str]:
    """The name of each kernel by the number of its process: the beginning of its id, which Jupyter shows too."""
    return {
        process.pid: f"kernel {found[1]}"
        for process in recognised.of_kind.get("jupyter_kernel", ())
        if (found := next(filter(None, map(CONNECTION.fullmatch, process.arguments)), None))
    }
