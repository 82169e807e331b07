"""Confines itself as a unit of systemd asks, and becomes a program: `python confine.py UNIT PROGRAM...`.

A stand-in for systemd where that is not process 1. Lines of the unit that the kernel enforces for a process are read
out of it and put in force: system calls, families of sockets, no memory to write and execute, no new privileges.
"""

import ctypes
import os
import re
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
# linux/prctl.h, linux/seccomp.h, linux/audit.h, linux/bpf_common.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, SECCOMP_MODE_FILTER = 22, 38, 65, 2
ALLOW, ERRNO, KILL, ARCH_X86_64 = 0x7FFF0000, 0x00050000, 0x80000000, 0xC000003E
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER, ARCH, FIRST_ARGUMENT = 0, 4, 16
EPERM, EAFNOSUPPORT = 1, 97
# systemd.exec(5): what an allow list always has.
ALWAYS = frozenset({"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn"})


def values(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def allowed_calls(lines: Iterable[str]) -> set[str]:
    """The names of the system calls that lines of SystemCallFilter= leave, the first of which allows."""
    calls = set(ALWAYS)
    for line in lines:
        meant = expanded(line.removeprefix("~").split())
        calls = calls - meant if line.startswith("~") else calls | meant
    return calls


def expanded(names: Iterable[str]) -> set[str]:
    """Names of system calls, sets such as @system-service taken apart by systemd itself."""
    found = set()
    for name in names:
        if name.startswith("@"):
            listed = subprocess.run(
                ["systemd-analyze", "syscall-filter", name], check=True, capture_output=True, text=True
            )
            inner = [line.strip() for line in listed.stdout.splitlines()[1:]]
            found |= expanded(one for one in inner if one and not one.startswith("#"))
        else:
            found.add(name)
    return found


def seccomp_program(calls: Iterable[int], socket_number: int, families: Sequence[int]) -> bytes:
    """Classic BPF: other calls get EPERM, sockets of other families EAFNOSUPPORT."""

    def step(code: int, operand: int, then: int = 0, otherwise: int = 0) -> bytes:
        return struct.pack("HBBI", code, then, otherwise, operand)

    program = [step(LOAD, ARCH), step(EQUAL, ARCH_X86_64, 1), step(RETURN, KILL), step(LOAD, NUMBER)]
    sockets = [step(LOAD, FIRST_ARGUMENT)]
    for family in families:
        sockets += [step(EQUAL, family, 0, 1), step(RETURN, ALLOW)]
    sockets.append(step(RETURN, ERRNO | EAFNOSUPPORT))
    program += [step(EQUAL, socket_number, 0, len(sockets)), *sockets]
    for call in calls:
        program += [step(EQUAL, call, 0, 1), step(RETURN, ALLOW)]
    return b"".join([*program, step(RETURN, ERRNO | EPERM)])


def prctl(option: int, *arguments: object) -> None:
    given = [*arguments, *(ctypes.c_ulong(0) for _ in range(4 - len(arguments)))]
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, *given) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


def confine(unit: str) -> None:
    """Puts the unit's lines in force for this process and all that it starts."""
    numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", NUMBERS.read_text())}
    calls = [numbers[name] for name in sorted(allowed_calls(values(unit, "SystemCallFilter"))) if name in numbers]
    (families,) = values(unit, "RestrictAddressFamilies")
    known = [int(getattr(socket, name)) for name in families.split()]
    assert values(unit, "NoNewPrivileges") == values(unit, "MemoryDenyWriteExecute") == ["yes"]
    content = seccomp_program([one for one in calls if one != numbers["socket"]], numbers["socket"], known)
    steps = ctypes.create_string_buffer(content, len(content))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(content) // 8, ctypes.addressof(steps)), 16)
    prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1))
    prctl(PR_SET_MDWE, ctypes.c_ulong(1))
    prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.byref(program))


if __name__ == "__main__":
    confine(Path(sys.argv[1]).read_text())
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - a test names it
