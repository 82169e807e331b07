"""Calls that read or write files, made where one that hangs holds nobody else."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


class OnDisk(Protocol):
    """It may raise TimeoutError, and whatever the call raises."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...
