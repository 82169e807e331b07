"""JSON that came over the wire, checked as far as the client itself depends on it. All raise ProtocolError."""

import json
from typing import NamedTuple, NoReturn, TypeVar

import msgspec
from msgspec import Struct

from zeropoint.client.events import Gap, Record, Sample
from zeropoint.client.outcome import ProtocolError

Told = TypeVar("Told", bound=Struct)


class Batch(NamedTuple):
    """Samples of a poll, each with the size of its JSON, and what is missing before the first."""

    gap: Gap | None
    samples: list[tuple[Sample, int]]


class _Answer(Struct, frozen=True):
    samples: list[msgspec.Raw]
    gap: Gap | None = None


def decode_sample(text: str) -> Sample:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise ProtocolError("a sample is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise ProtocolError("a sample has no id")
    return Sample(value)


def decode_batch(text: str) -> Batch:
    """The answer of /metrics/json?since=."""
    answer = _decode(text, _Answer, "the answer")
    samples = [bytes(raw) for raw in answer.samples]
    return Batch(answer.gap, [(decode_sample(sample.decode()), len(sample)) for sample in samples])


def decode_told(text: str, kind: type[Told]) -> Told:
    """The data of a named event; keys that are not known here are left out."""
    return _decode(text, kind, f"the event {kind.__name__.lower()}")


def _decode(text: str, kind: type[Told], what: str) -> Told:
    try:
        return msgspec.json.decode(text, type=kind)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"{what} cannot be read: {error}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# The standard library's decoder makes its objects of the class it is given, in C.
_DECODER = json.JSONDecoder(object_hook=Record, parse_constant=_no_number)
