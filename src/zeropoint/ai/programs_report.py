"""What is told of programs that are recognised from outside."""

from typing import Annotated

from zeropoint.model import Component, Count, Real, Section, key, metric, text


class Program(Section, frozen=True, kw_only=True):
    """All processes of one kind; a process may be of several (a notebook that has loaded PyTorch)."""

    kind: Annotated[str, key("Kind of program: pytorch, jax, tensorflow, llama_cpp, jupyter ...", "zeropoint.program")]
    processes_count: Annotated[Count, metric("Its processes")] = None
    cpu_percent: Annotated[Real, metric("CPU time of its processes, of one core")] = None
    pids: Annotated[list[int] | None, text("Its processes, the first 32")] = None


class ProgramsReport(Component, frozen=True, kw_only=True):
    programs: Annotated[list[Program] | None, text("Programs that run, by kind")] = None
