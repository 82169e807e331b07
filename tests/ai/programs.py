"""Real processes that look from outside like AI programs: they have mapped a library of such a name."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zeropoint.probe import Roots

# Maps the files that its arguments name, runs what the first one is, tells that it is ready, and waits.
PROGRAM = """
import mmap, sys
mapped = []
for name in sys.argv[2:]:
    with open(name, "rb") as library:
        mapped.append(mmap.mmap(library.fileno(), 0, prot=mmap.PROT_READ))
exec(sys.argv[1])
"""
READY = "print(flush=True)\n"
WAIT = READY + "input()\n"
# Answers as a llama.cpp server with metrics does, and prints its port.
SERVE = """
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"llamacpp:tokens_predicted_total 5\\nllamacpp:requests_processing 1\\n"
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


def library(folder: Path, name: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(4096))
    return str(path)


@contextmanager
def program(
    code: str, *libraries: str, arguments: tuple[str, ...] = ()
) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """A running process, and the line that it printed first. `arguments` take the place of PROGRAM's."""
    command = [sys.executable, *(arguments or ("-c", PROGRAM, code, *libraries))]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def machine_without_programs(folder: Path) -> Roots:
    """A machine on which nothing but its first process runs."""
    proc = folder / "proc"
    (proc / "1").mkdir(parents=True)
    (proc / "stat").write_text("btime 1000\n")
    (proc / "1/stat").write_text("1 (init) S 0 " + " ".join("0" for _ in range(40)))
    (proc / "1/cmdline").write_bytes(b"/sbin/init\0")
    (proc / "1/maps").write_text("")
    return Roots(proc=str(proc))
