"""Which processes are a live Petals server: by their whole tree, never by a command line alone."""

import pytest

from zeropoint.ai.petals_processes import CpuUse, Servers, is_server, servers_of
from zeropoint.probe import NEEDS_TWO_READINGS, Absent
from zeropoint.processes import Process, Processes

SERVER = ("/venv/bin/python", "-u", "-m", "petals.cli.run_server", "org/model", "--token", "hf_secret")
DAEMON = ("/venv/hivemind_cli/p2pd", "-idleTimeout=30s")


def process(pid: int, parent: int, *arguments: str, name: str = "python", cpu: float = 0.0) -> Process:
    return Process(pid, parent, name, 1000.0 + pid, cpu, arguments)


def found(*processes: Process) -> Servers:
    return servers_of(Processes({one.pid: one for one in processes}, None))


def pids(processes: tuple[Process, ...]) -> list[int]:
    return [one.pid for one in processes]


INIT, SHELL = process(1, 0, "init"), process(9, 1, "bash", "-c", " ".join(SERVER))
MAIN = process(10, 9, *SERVER)
DHT = process(11, 10, *SERVER)
P2PD = process(12, 11, *DAEMON, name="p2pd")
PROBING = process(13, 10, *DAEMON, name="p2pd")  # of the main process, by which it looks whether it can be reached
HANDLERS = process(14, 10, *SERVER), process(15, 10, *SERVER)
WHOLE = (INIT, SHELL, MAIN, DHT, P2PD, PROBING, *HANDLERS)


def after_sigterm() -> tuple[Process, ...]:
    """The main process has gone; its children have process 1 for a parent."""
    return (
        INIT,
        process(11, 1, *SERVER),
        P2PD,
        process(13, 1, *DAEMON, name="p2pd"),
        process(14, 1, *SERVER),
        process(15, 1, *SERVER),
    )


def test_a_whole_tree_is_one_live_server() -> None:
    servers = found(*WHOLE)
    assert pids(servers.main) == [10]
    assert pids(servers.python) == [10, 11, 14, 15]
    assert pids(servers.daemons) == [12, 13]
    assert servers.orphans == servers.orphan_daemons == ()


def test_what_sigterm_leaves_behind_is_no_server() -> None:
    servers = found(*after_sigterm())
    assert servers.main == servers.live == ()
    assert pids(servers.orphans) == [11, 14, 15]
    assert pids(servers.orphan_daemons) == [12]


def test_a_server_whose_starter_has_gone_is_live() -> None:
    servers = found(INIT, process(10, 1, *SERVER), *WHOLE[3:])
    assert pids(servers.main) == [10]


def test_orphans_beside_a_live_server_stay_apart() -> None:
    other = [process(one.pid + 100, one.parent_pid + 100 if one.parent_pid > 9 else 1, *one.arguments, name=one.name)
             for one in WHOLE[2:]]  # fmt: skip
    servers = found(*after_sigterm(), *other)
    assert pids(servers.main) == [110]
    assert pids(servers.orphans) == [11, 14, 15]


def test_a_server_that_starts_is_none_yet() -> None:
    assert found(INIT, SHELL, MAIN).main == ()
    assert pids(found(INIT, SHELL, MAIN, DHT).orphans) == [10, 11]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (SERVER, True),
        (("python3.11", "/venv/lib/petals/cli/run_server.py", "org/model"), True),
        (("bash", "-c", "python -m petals.cli.run_server org/model"), False),
        (("grep", "petals.cli.run_server"), False),
        (("python", "-m", "petals.cli.run_dht"), False),
        ((), False),
        (("x",) * 100_000 + SERVER, False),
    ],
)
def test_command_lines_that_are_a_servers(arguments: tuple[str, ...], expected: bool) -> None:
    assert is_server(process(5, 1, *arguments)) is expected


def test_no_claim_can_be_made_by_a_command_line_and_a_name() -> None:
    # A process by the name of p2pd below one alike, as anybody may start them: it is no DHT below a main process.
    assert found(INIT, process(10, 1, *SERVER), process(12, 10, "p2pd", name="p2pd")).main == ()


def test_cpu_use_is_of_one_core_and_of_those_that_were_there_before() -> None:
    use = CpuUse()
    assert use.percent([process(1, 0, cpu=5.0)], 10.0) == Absent(NEEDS_TWO_READINGS)
    both = [process(1, 0, cpu=6.0), process(2, 0, cpu=50.0)]
    assert use.percent(both, 12.0) == pytest.approx(50.0)
    assert use.percent([process(2, 0, cpu=51.0)], 14.0) == pytest.approx(50.0)
