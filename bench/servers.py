"""The servers whose fan-out is compared, each as a block: it runs, and sends the frame to whoever subscribes."""

import http.client
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import processes, rivals
from bench.processes import child, free_port

HERE = Path(__file__).parent
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")

ZEROPOINT = "zeropoint"
C_LOOP = "C loop of send()"
STARLETTE = "Starlette on uvicorn"
SSE_STARLETTE = "sse-starlette on uvicorn"
NGINX = "nginx + nchan"


@dataclass(frozen=True)
class Server:
    pid: int
    port: int
    path: str


Start = Callable[[], AbstractContextManager[Server]]


def all_servers(folder: Path, frame: bytes, subscribers: int, hz: int) -> dict[str, Start]:
    """By name. Scratch files lie in the folder."""
    frame_file = folder / "frame"
    frame_file.write_bytes(frame)
    program = processes.compiled(HERE / "fanout.c", folder)
    python = rivals.environment()
    servers: dict[str, Start] = {
        ZEROPOINT: partial(zeropoint, hz),
        C_LOOP: partial(c_loop, program, subscribers, hz, frame_file),
        STARLETTE: partial(_asgi, python, "starlette", hz, frame_file),
        SSE_STARLETTE: partial(_asgi, python, "sse-starlette", hz, frame_file),
    }
    if shutil.which("nginx") and NCHAN.exists():
        servers[NGINX] = partial(_nchan, frame, hz)
    return servers


@contextmanager
def zeropoint(hz: int) -> Iterator[Server]:
    with processes.zeropoint("--interval", str(1 / hz)) as (process, port):
        yield Server(process.pid, port, "/metrics/sse")


@contextmanager
def c_loop(program: Path, subscribers: int, hz: int, frame_file: Path) -> Iterator[Server]:
    port = free_port()
    with child(program, port, subscribers, hz, frame_file) as process:
        process.answer()
        yield Server(process.pid, port, "/sse")


@contextmanager
def _asgi(python: Path, framework: str, hz: int, frame_file: Path) -> Iterator[Server]:
    port = free_port()
    with child(python, HERE / "fanout_asgi.py", framework, port, hz, frame_file) as process:
        process.wait_until_listening(port)
        yield Server(process.pid, port, "/sse")


@contextmanager
def _nchan(frame: bytes, hz: int) -> Iterator[Server]:
    """nginx with nchan, to which the event's data are posted; it writes the id and the framing itself."""
    port = free_port()
    data = b"\n".join(line[6:] for line in frame.splitlines() if line.startswith(b"data: "))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text((HERE / "nchan.conf").read_text().format(module=NCHAN, folder=folder, port=port))
        with child("nginx", "-p", folder, "-c", config, "-e", "stderr") as process:
            process.wait_until_listening(port)
            with _posting(port, data, hz):
                yield Server(process.pid, port, "/sse")


@contextmanager
def _posting(port: int, data: bytes, hz: int) -> Iterator[None]:
    is_over = threading.Event()

    def post() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        tick = time.monotonic()
        while not is_over.wait(max(0.0, tick - time.monotonic())):
            connection.request("POST", "/publish", data)
            connection.getresponse().read()
            tick += 1 / hz
        connection.close()

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
