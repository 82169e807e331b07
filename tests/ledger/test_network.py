"""Traffic of workloads with a network of their own: real namespaces of the kernel's, and whatever a file may hold."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.programs import needs_root, python
from zeropoint.ledger.network import NetworkTraffic, parse_traffic
from zeropoint.ledger.owner import Owner
from zeropoint.probe import Roots

HEADINGS = (
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier\n"
)
CONTENT = HEADINGS + (
    "    lo: 700000 5000 0 0 0 0 0 0 700000 5000 0 0 0 0 0 0\n"
    "  eth0:12345678901 9 0 0 0 0 0 0 222 9 0 0 0 0 0 0\n"
    "a lo: 10 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\n"
)
ONE, OTHER = (Owner(f"container:{name}", name, "container", "cgroup") for name in ("web", "sidecar"))

# A namespace of its own with both ends of one cable, so that no packet leaves it.
IN_ITS_OWN = """
import ctypes, os, socket, subprocess, sys
if ctypes.CDLL(None, use_errno=True).unshare(0x40000000):
    raise OSError(ctypes.get_errno(), "unshare")
for words in ("link add zp0 type veth peer name zp1", "addr add 10.254.7.1/24 dev zp0", "link set zp0 up",
              "link set zp1 up",
              "neigh add 10.254.7.2 lladdr 02:00:00:00:00:01 dev zp0"):
    subprocess.run(["ip", *words.split()], check=True)
print("ready", flush=True)
for line in sys.stdin:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for _ in range(int(line)):
            out.sendto(b"x" * 1000, ("10.254.7.2", 9))
    print("sent", flush=True)
"""


def tree(folder: Path, namespaces: dict[int, str], contents: dict[int, str]) -> Roots:
    for pid, namespace in namespaces.items():
        (folder / f"{pid}/ns").mkdir(parents=True, exist_ok=True)
        (folder / f"{pid}/net").mkdir(exist_ok=True)
        link = folder / f"{pid}/ns/net"
        link.unlink(missing_ok=True)
        link.symlink_to(namespace)
        (folder / f"{pid}/net/dev").write_text(contents.get(pid, CONTENT))
    return Roots(proc=str(folder))


def content(received: int, sent: int) -> str:
    return HEADINGS + f"  eth0: {received} 9 0 0 0 0 0 0 {sent} 9 0 0 0 0 0 0\n"


def test_all_interfaces_count_but_loopback():
    assert parse_traffic(CONTENT.encode()) == (12345678901 + 10, 222 + 20)


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda rest: HEADINGS.encode() + b"eth0: " + rest))
def test_whatever_it_holds_it_is_read_or_refused(content: bytes):
    try:
        received, sent = parse_traffic(content)
    except ValueError:
        return
    assert isinstance(received, int)
    assert isinstance(sent, int)


def test_a_rate_is_that_between_two_readings_of_a_namespace(tmp_path: Path):
    traffic = NetworkTraffic()
    roots = tree(tmp_path, {1: "net:[1]", 50: "net:[2]"}, {50: content(1000, 500)})
    assert traffic.update(roots, {ONE: 50}, 10.0) == {}
    # Another process of the same container may be the one that is asked.
    roots = tree(tmp_path, {1: "net:[1]", 51: "net:[2]"}, {51: content(3000, 600)})
    assert traffic.update(roots, {ONE: 51}, 12.0) == {ONE: (1000.0, 50.0)}


def test_who_shares_a_namespace_with_the_machine_or_with_others_is_told_no_traffic(tmp_path: Path):
    traffic = NetworkTraffic()
    roots = tree(tmp_path, {1: "net:[1]", 50: "net:[1]", 60: "net:[3]", 61: "net:[3]"}, {})
    for now in (10.0, 11.0):
        assert traffic.update(roots, {ONE: 50}, now) == {}
        assert traffic.update(roots, {ONE: 60, OTHER: 61}, now + 0.5) == {}


def test_a_namespace_that_begins_anew_and_one_that_may_not_be_read_make_no_traffic(tmp_path: Path):
    traffic = NetworkTraffic()
    traffic.update(tree(tmp_path, {1: "net:[1]", 50: "net:[2]"}, {50: content(9000, 9000)}), {ONE: 50}, 10.0)
    roots = tree(tmp_path, {1: "net:[1]", 50: "net:[2]"}, {50: content(10, 20)})
    assert traffic.update(roots, {ONE: 50}, 11.0) == {ONE: (0.0, 0.0)}
    assert traffic.update(roots, {OTHER: 999}, 12.0) == {}
    roots = tree(tmp_path, {50: "net:[2]"}, {50: HEADINGS + "eth0: x y z 1 2 3 4 5 6 7\n"})
    assert traffic.update(roots, {ONE: 50}, 13.0) == {}


def test_where_the_first_process_hides_its_namespace_the_kernels_own_tells_the_machines(tmp_path: Path):
    roots = tree(tmp_path, {2: "net:[1]", 50: "net:[2]", 51: "net:[1]"}, {50: content(1000, 500)})
    pids = {ONE: 50, OTHER: 51}
    stat = tmp_path / "2/stat"
    stat.write_text("2 (kthreadd) S 1 0 0\n")  # anybody may be called so, and has a parent then
    traffic = NetworkTraffic()
    traffic.update(roots, pids, 10.0)
    assert traffic.update(roots, pids, 11.0) == {}
    stat.write_text("2 (kthreadd) S 0 0 0\n")
    traffic.update(roots, pids, 12.0)
    assert traffic.update(roots, pids, 13.0) == {ONE: (0.0, 0.0)}


@needs_root
@pytest.mark.skipif(shutil.which("ip") is None, reason="needs ip of iproute2")
def test_bytes_sent_in_a_real_namespace_are_its_workloads_and_those_on_loopback_nobodys():
    traffic = NetworkTraffic()
    with python(IN_ITS_OWN) as inside:
        pids = {ONE: inside.pid, OTHER: os.getpid()}
        traffic.update(Roots(), pids, 10.0)
        assert inside.ask("200") == "sent"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(b"x" * 1000, ("127.0.0.1", 9))
        rates = traffic.update(Roots(), pids, 11.0)
        counted = subprocess.run(
            ["nsenter", f"--net=/proc/{inside.pid}/ns/net", "ip", "-s", "-o", "link", "show", "zp0"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    assert rates.keys() == {ONE}
    # Each has headers of Ethernet, IP and UDP: 42 bytes.
    assert rates[ONE][1] >= 200 * 1042
    sent = int(counted.split("TX:")[1].split("\\")[1].split()[0])
    assert rates[ONE][1] <= sent
    # What left the one end came to the other.
    assert rates[ONE][0] >= 200 * 1042
