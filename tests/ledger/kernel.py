"""A machine of processes as the kernel keeps their times: wait4(2), proc_pid_stat(5), prctl(2) PR_SET_CHILD_SUBREAPER.

It is the known truth that accounts are held against: it knows what each process has used, and shows of it what PROC
shows: the time of a process, and that of its waited-for children in hundredths of a second, rounded down.
"""

import math
from collections.abc import Iterator

from zeropoint.processes import Process, Processes


class Task:
    """A process; times are in seconds. `children_user` and `children_system` are what wait() has added to it."""

    def __init__(self, pid: int, parent: "Task | None", started: float) -> None:
        self.pid, self.parent, self.started = pid, parent, started
        self.user = self.system = self.children_user = self.children_system = 0.0
        self.ignores_children = self.is_subreaper = self.has_ended = False
        self.children: list[Task] = []

    def shown(self, has_clocks: bool) -> Process:
        own = self.user + self.system if has_clocks else hundredths(self.user) + hundredths(self.system)
        return Process(
            pid=self.pid,
            parent_pid=self.parent.pid if self.parent else 0,
            name="task",
            started=self.started,
            cpu_seconds_total=own,
            arguments=("task",),
            reaped_cpu_seconds_total=hundredths(self.children_user) + hundredths(self.children_system),
        )


def hundredths(seconds: float) -> float:
    return math.floor(seconds * 100 + 1e-7) / 100


class Kernel:
    """Number 1 is init, which waits for every orphan at once."""

    def __init__(self, has_clocks: bool = True) -> None:
        self.has_clocks = has_clocks
        self.now = 1000.0
        self.used = 0.0
        # What nobody can ever see: used since the last listing by who was never waited for.
        self.lost = 0.0
        self.init = Task(1, None, 0.0)
        self._next_pid = 2

    def tasks(self) -> Iterator[Task]:
        """Parents before their children; with those that have ended and were not waited for yet."""
        waiting = [self.init]
        while waiting:
            task = waiting.pop(0)
            yield task
            waiting.extend(task.children)

    def living(self) -> list[Task]:
        return [task for task in self.tasks() if not task.has_ended]

    def fork(self, parent: Task, pid: int | None = None) -> Task:
        """`pid` may be one that has been given before."""
        taken = {task.pid for task in self.tasks()}
        if pid is None or pid in taken:
            while self._next_pid in taken:
                self._next_pid += 1
            pid = self._next_pid
            self._next_pid += 1
        self.now += 0.01
        child = Task(pid, parent, self.now)
        parent.children.append(child)
        return child

    def run(self, task: Task, user: float, system: float) -> None:
        task.user += user
        task.system += system
        self.used += user + system

    def exit(self, task: Task) -> None:
        """Its children go to the nearest subreaper above, or to init."""
        reaper = task.parent
        while reaper is not None and not reaper.is_subreaper:
            reaper = reaper.parent
        reaper = reaper or self.init
        task.has_ended = True
        for child in task.children:
            child.parent = reaper
            reaper.children.append(child)
        orphans, task.children = task.children, []
        assert task.parent is not None
        if task.parent.ignores_children:
            task.parent.children.remove(task)
        elif task.parent is self.init:
            self.wait(task)
        for orphan in orphans:
            if orphan.has_ended and reaper is self.init:
                self.wait(orphan)

    def wait(self, task: Task) -> None:
        """Its parent waits for it."""
        parent = task.parent
        assert parent is not None
        parent.children.remove(task)
        parent.children_user += task.user + task.children_user
        parent.children_system += task.system + task.children_system

    def listing(self) -> Processes:
        shown = [(task, task.shown(self.has_clocks)) for task in self.tasks()]
        return Processes(
            by_pid={task.pid: process for task, process in shown if not task.has_ended},
            shortfall=None,
            listed_at=self.now,
            ended={task.pid: process for task, process in shown if task.has_ended},
            has_clocks=self.has_clocks,
        )
