"""Parses USD layers with Pixar's own library, in a process of its own: `python -m zeropoint.ai.usd_check FOLDER`.

The library is native code, and the files are of any quality: it may crash, hang, or take all memory. So it has limits
here, and whoever asks ends it when it takes too long. The standard input is a socket: for each file a message of its
suffix comes with the file's descriptor, and a line of JSON goes back, null or why it is no such layer. The first line
that goes out is the library's version. FOLDER is empty and this process's own: the library tells formats by suffixes,
so a link in it gives the descriptor a name.

A layer is opened alone: what it refers to is not.
"""

import json
import os
import re
import resource
import socket
import sys
from pathlib import Path
from typing import Any

MEMORY_LIMIT_BYTES = 1024 * 1024 * 1024
CPU_LIMIT_SECONDS = 20
OPEN_FILES_LIMIT = 64
# A crate's values are read when they are asked for; these many are.
SPECS_READ = 50_000
LONGEST_REASON = 160


class EnoughError(Exception):
    """As many specs were read as should be."""


def main(folder: Path) -> None:
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES_LIMIT, OPEN_FILES_LIMIT))
    asked = socket.socket(fileno=0)
    from pxr import Usd  # noqa: PLC0415 - the limits come first

    answer(asked, ".".join(f"{number:02}" for number in Usd.GetVersion()[1:]))
    while True:
        suffix, descriptors, _, _ = socket.recv_fds(asked, 16, 1)
        if not descriptors:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        end = int(used.ru_utime + used.ru_stime) + CPU_LIMIT_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
        name = folder / f"layer{suffix.decode()}"
        name.symlink_to(f"/dev/fd/{descriptors[0]}")
        try:
            answer(asked, why_not_layer(name))
        finally:
            name.unlink()
            os.close(descriptors[0])


def answer(to: socket.socket, what: str | None) -> None:
    to.sendall(json.dumps(what).encode() + b"\n")


def why_not_layer(path: Path) -> str | None:
    from pxr import Sdf, Tf  # noqa: PLC0415 - see main

    try:
        layer = Sdf.Layer.OpenAsAnonymous(str(path))
        if layer is None:
            return "is no layer that usd-core opens"
        read_specs(layer, Sdf)
    except Tf.ErrorException as error:
        return f"usd-core: {in_words(error, path)}"
    except RuntimeError as error:
        return f"usd-core: {in_words(error, path)}"
    return None


def read_specs(layer: Any, sdf: Any) -> None:
    """Reads what the layer says of prims and attributes, up to a bound. Raises what the library raises."""
    seen = 0

    def read(path: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > SPECS_READ:
            raise EnoughError
        spec = layer.GetObjectAtPath(path)
        if isinstance(spec, sdf.AttributeSpec):
            spec.default  # noqa: B018 - reading it is the check

    try:
        layer.Traverse(layer.pseudoRoot.path, read)
    except EnoughError:
        return


def in_words(error: Exception, path: Path) -> str:
    """The first thing that the library complains of, without its source's place, the link's name, and what the layer
    says there."""
    found = re.search(r" : '<?([^\n]*?)( at '.*)?'?$", str(error), re.MULTILINE)
    text = found[1] if found else type(error).__name__
    return text.replace(str(path), "layer").replace(">", "")[:LONGEST_REASON]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
