"""From the encoded sample back to the Sample."""

from collections.abc import Mapping
from typing import Any, get_type_hints

import msgspec
from msgspec import Raw

from zeropoint.model import Ai, Component, LiveRun, Sample


class _Ai(msgspec.Struct):
    components: dict[str, Raw] = {}
    runs: list[LiveRun] | None = None


# A sample whose components are left as they are written: which report each one is depends on its name.
_Encoded: Any = msgspec.defstruct("_Encoded", [*{**get_type_hints(Sample), "ai": _Ai}.items()], kw_only=True)


class SampleDecoder:
    """Components are read with the fields of their own report, given by name; an unknown one with those that every
    component has."""

    def __init__(self, components: Mapping[str, type[Component]]) -> None:
        self._sample = msgspec.json.Decoder(_Encoded)
        self._components: dict[str, msgspec.json.Decoder[Any]] = {
            name: msgspec.json.Decoder(report) for name, report in components.items()
        }
        self._unknown: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Component)

    def decode(self, payload: bytes) -> Sample:
        """Raises msgspec.DecodeError for what is no sample."""
        encoded = self._sample.decode(payload)
        components = {
            name: self._components.get(name, self._unknown).decode(raw) for name, raw in encoded.ai.components.items()
        }
        fields = {name: getattr(encoded, name) for name in Sample.__struct_fields__}
        return Sample(**{**fields, "ai": Ai(components=components, runs=encoded.ai.runs)})
