"""What an independent source is: a program that is run, or files that are read by code of its own."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts, SourceError, is_sane
from zeropoint.verify.tool import Running, run_tool

UNREADABLE = "its answer cannot be read"


class Source(ABC):
    """`name` is shown beside each number of it. `tells`: how the names of its facts begin, for when it does not answer.
    `only_here`: it knows the machine that it runs on, and no other roots."""

    def __init__(self, name: str, tells: tuple[str, ...], only_here: bool) -> None:
        self.name = name
        self.tells = tells
        self.only_here = only_here

    @abstractmethod
    def read(self, roots: Roots, running: Running) -> Facts:
        """Reads once; programs that it runs meanwhile are in `running`. Raises SourceError where it does not answer."""


class Tool(Source):
    """A program. `package` is Debian's that has it; `parse` makes facts of what it prints; `name` where the command is
    too long to be shown."""

    def __init__(
        self, command: str, package: str, tells: tuple[str, ...], parse: Callable[[bytes], Facts], name: str = ""
    ) -> None:
        super().__init__(name or command, tells, only_here=True)
        self._arguments = command.split()
        self._package = package
        self._parse = parse

    def read(self, roots: Roots, running: Running) -> Facts:
        printed = run_tool(self._arguments, self._package, running)
        try:
            facts = self._parse(printed)
        except SourceError:
            raise
        except Exception as error:
            # What it printed stays out of the message: it is not ours, and may be anything.
            raise SourceError(f"{self._arguments[0]}: {UNREADABLE} ({type(error).__name__})") from error
        if not all(map(is_sane, facts.values())):
            raise SourceError(f"{self._arguments[0]}: {UNREADABLE} (no such number)")
        return facts


class Files(Source):
    """Files of the watched machine's trees, read by plain code that shares nothing with the probes'."""

    def __init__(
        self, name: str, tells: tuple[str, ...], read: Callable[[Roots], Facts], only_here: bool = False
    ) -> None:
        super().__init__(name, tells, only_here)
        self._read = read

    def read(self, roots: Roots, running: Running) -> Facts:
        try:
            return self._read(roots)
        except OSError as error:
            raise SourceError(f"{self.name}: {error.strerror or type(error).__name__}") from error
        except (ValueError, LookupError) as error:
            raise SourceError(f"{self.name}: {UNREADABLE} ({type(error).__name__})") from error
