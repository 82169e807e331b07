"""Every parser of what others write, with an example of what it reads and the exceptions that it declares.

Parsers of /proc whose files no process controls have tests/host/test_malformed.py, formats of scenes and event files
tests of their own beside their modules, whole directories tests/ai/test_hostile_artifacts.py.
"""

import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from zeropoint.ai.llama_slots import parse_slots
from zeropoint.ai.openmetrics import parse as parse_openmetrics
from zeropoint.ai.openmetrics_targets import parse_targets
from zeropoint.ai.petals_swarm import NotUnderstoodError, parse_message
from zeropoint.ai.recognise import kinds_in, kinds_of
from zeropoint.ai.rows import parse_curve_row, parse_json_row
from zeropoint.ai.run_receipt import receipt_of
from zeropoint.ai.runs import parse_run
from zeropoint.ai.scrape import WANTED
from zeropoint.ai.sockets import parse_listening, parse_local
from zeropoint.ai.tcp_traffic import parse_answer
from zeropoint.ai.tfevents import parse_event
from zeropoint.ai.trainer_state import parse_trainer_state
from zeropoint.alerts.parse_channels import parse_channels
from zeropoint.alerts.parse_rules import parse_rules
from zeropoint.alerts.table_reader import AlertsError
from zeropoint.feed.view import UnknownSectionError, parse_view
from zeropoint.history.moments import parse_moment
from zeropoint.history.sample_id import parse_id
from zeropoint.host.cgroup_place import parse_memberships
from zeropoint.host.drm_fdinfo import parse_fdinfo
from zeropoint.host.mounts import parse_mountinfo, shown
from zeropoint.host.platform import parse_os_release
from zeropoint.ledger.disk_io import parse_io
from zeropoint.ledger.placement import place_of
from zeropoint.ledger.users import parse_users
from zeropoint.ledger.waits import parse_descriptor, parse_state
from zeropoint.processes.command_line import redacted
from zeropoint.server.clients import address_of_hop, parse_networks
from zeropoint.server.hosts import host_name
from zeropoint.server.origins import is_origin
from zeropoint.server.tokens import FILE, TokenError, TokenStore
from zeropoint.settings import SettingsError, load
from zeropoint.texts import clean, parse_time


class Parser(NamedTuple):
    """`read` takes bytes; `seed` is something that it understands."""

    read: Callable[[bytes], Any]
    seed: bytes
    raises: tuple[type[Exception], ...] = ()


def of_text(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """A parser of texts, given bytes as the server decodes those of a request: with halves of surrogate pairs."""
    return lambda content: parse(content.decode("utf-8", "surrogateescape"))


def of_file(parse: Callable[[Path], Any], name: str) -> Callable[[bytes], Any]:
    """A parser of a file's path, given what is in it."""

    def read(content: bytes) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            return parse(path)

    return read


def _toml(parse: Callable[[Any], Any]) -> Callable[[bytes], Any]:
    """A parser of a settings file's tables, behind the reader of TOML that stands before it."""

    def read(content: bytes) -> Any:
        try:
            tables = tomllib.loads(content.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
            return None
        return parse(tables.get("alert", tables.get("notify")))

    return read


def _arguments(content: bytes) -> tuple[str, ...]:
    """As processes/reading.py cuts a cmdline."""
    return tuple(one.decode(errors="replace") for one in content.rstrip(b"\0").split(b"\0"))


OTHERS = b'# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{a="b\\"c"} 1.5 1e3\n# EOF\n'
MOUNTS = b"27 1 254:0 / /mnt/a\\040b rw,relatime shared:1 - ext4 /dev/root rw\n"
SOCKETS = b"  sl  local_address\n   0: 0100007F:0BB9 00000000:0000 0A 0:0 00:0 0 0 0 123 1\n"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\n"
STATE = b'{"global_step": 5, "max_steps": 9, "epoch": 0.5, "log_history": [{"loss": 1.5, "step": 5}]}'
TOKENS = b'[{"name":"a","scope":"read","sha256":"00","created":"2026-01-01T00:00:00Z","expires":null}]'
RULE = b'[[alert]]\nname = "a"\nmetric = "system.cpu.usage_percent"\nabove = 90\nfor = "5m"\n'
CHANNEL = b'[[notify]]\nname = "a"\ncommand = ["/bin/true"]\n'
CONFIG = b'interval = 0.5\nhost = "127.0.0.1"\nallowed_hosts = ["a"]\nhistory = false\n'
RECEIPT = b'{"receipt": {"cpu_seconds": 1.5, "limited_by": []}}'
RUN = b'{"id": "1", "name": "a", "kind": "job", "pid": 1, "started": "2026-11-29T00:00:00Z", "hyperparameters": {}}'

PARSERS: dict[str, Parser] = {
    # What programs of others write to the artifacts, and what is asked of them.
    "run.json": Parser(lambda content: parse_run(content, ("a", "1")), RUN),
    "receipt": Parser(lambda content: receipt_of((parse_json_row(content) or {}).get("receipt")), RECEIPT),
    "a row of steps.jsonl": Parser(parse_json_row, b'{"step": 1, "loss": 0.5, "tokens_s": 1e3}'),
    "a row of a loss curve": Parser(parse_curve_row, b"1,0.5,10,100"),
    "trainer_state.json": Parser(parse_trainer_state, STATE),
    "a TensorBoard event": Parser(
        parse_event, b"\x09\x00\x00\x00\x00\x00\x00\xf0\x3f\x10\x01\x2a\x0a\x0a\x08\x0a\x01a\x15\x00\x00\x80\x3f"
    ),
    "OpenMetrics of a runtime": Parser(
        lambda content: parse_openmetrics(content, WANTED["vllm"]), OTHERS, (ValueError,)
    ),
    "slots of llama.cpp": Parser(parse_slots, b'[{"id": 0, "is_processing": true, "n_ctx": 4096}]'),
    "a line of the Petals observer": Parser(parse_message, b'{"models": [], "left_out": 0}', (NotUnderstoodError,)),
    # What a process can make the kernel say of it.
    # Paths are as the system takes them, and go out as shown() has them.
    "mountinfo": Parser(
        lambda content: [
            structs.replace(mount, root=shown(mount.root), mountpoint=shown(mount.mountpoint))
            for mount in parse_mountinfo(content)
        ],
        MOUNTS,
        (ValueError,),
    ),
    "cgroup": Parser(lambda content: len(parse_memberships(content)), b"0::/user.slice/a b\n", (ValueError,)),
    "cgroup, its workload": Parser(place_of, b"0::/system.slice/docker-0123456789ab.scope\n"),
    "fdinfo of a GPU": Parser(parse_fdinfo, b"drm-driver:\tamdgpu\ndrm-client-id:\t1\ndrm-engine-gfx:\t5 ns\n"),
    "io": Parser(parse_io, b"read_bytes: 1\nwrite_bytes: 2\n", (ValueError,)),
    "stat, its state": Parser(parse_state, b"1 (a) b) S 1 1 1", (ValueError, IndexError)),
    "syscall": Parser(
        lambda content: parse_descriptor(content, "x86_64"), b"0 0x3 0x7f 0x400 0x0 0x0 0x0 0x1 0x2", (ValueError,)
    ),
    "maps": Parser(kinds_in, b"7f00-7f01 r-xp 0 08:01 1 /x/libtorch_cpu.so\n"),
    "cmdline": Parser(lambda content: list(kinds_of(_arguments(content))), b"python\0-m\0vllm.entrypoints.openai\0"),
    "cmdline, told": Parser(
        lambda content: clean(redacted(_arguments(content))), b"x\0--token=abc\0https://u:p@h/?k\0"
    ),
    "net/tcp": Parser(lambda content: list(parse_listening(content)), SOCKETS),
    "net/fib_trie and if_inet6": Parser(
        lambda content: sorted(parse_local(content, content)),
        b"|-- 10.0.0.1\n00000000000000000000000000000001 01 80 10 80 lo\n",
        (ValueError,),
    ),
    "socket statistics": Parser(
        lambda content: list(parse_answer(content)), b"\x14\x00\x00\x00\x03\x00" + b"\x00" * 14, (OSError,)
    ),
    "passwd": Parser(
        lambda content: {
            number: structs.replace(user, home=shown(user.home)) for number, user in parse_users(content).items()
        },
        PASSWD,
    ),
    "os-release": Parser(
        lambda content: parse_os_release(content.decode(errors="replace")), b'ID=debian\nPRETTY_NAME="x"\n'
    ),
    "any text that is shown": Parser(of_text(clean), "a\u202eb\x1b[2J".encode()),
    # What a request brings.
    "Host": Parser(of_text(host_name), b"localhost:3001"),
    "Origin": Parser(of_text(is_origin), b"https://lab.example:8443"),
    "X-Forwarded-For": Parser(of_text(address_of_hop), b'"[2001:db8::1]:80"'),
    "Last-Event-ID, since": Parser(of_text(parse_id), b"m3k9f2-1841"),
    "sections": Parser(of_text(parse_view), b"system.cpu,ai.components.petals", (UnknownSectionError,)),
    "a moment": Parser(of_text(parse_moment), b"2026-11-28T14:03:00+01:00"),
    "a time in an artifact": Parser(of_text(parse_time), b"2026-11-28T14:03:00Z"),
    # What an operator writes, or somebody who may write there.
    "settings": Parser(of_file(lambda path: str(load({}, {}, str(path))), "zeropoint.toml"), CONFIG, (SettingsError,)),
    "alerts": Parser(_toml(lambda given: str(parse_rules(given or [], (), ("a",)))), RULE, (AlertsError,)),
    "channels": Parser(_toml(lambda given: str(parse_channels(given or []))), CHANNEL, (AlertsError,)),
    "runtimes to watch": Parser(
        of_text(lambda text: str(parse_targets(text.split(",")))), b"a=http://h:80/metrics", (ValueError,)
    ),
    "trusted proxies": Parser(
        of_text(lambda text: str(parse_networks(text.split(",")))), b"10.0.0.0/8,::1", (ValueError,)
    ),
    "tokens.json": Parser(of_file(lambda path: str(TokenStore(path.parent).load()), FILE), TOKENS, (TokenError,)),
}
