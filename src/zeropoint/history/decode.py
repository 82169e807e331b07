"""From the encoded sample back to the Sample."""

from collections.abc import Mapping

from zeropoint.model import Component, Sample


class SampleDecoder:
    """Components are read with the fields of their own report, given by name; an unknown one with those that every
    component has."""

    def __init__(self, components: Mapping[str, type[Component]]) -> None:
        raise NotImplementedError

    def decode(self, payload: bytes) -> Sample:
        """Raises msgspec.DecodeError for what is no sample."""
        raise NotImplementedError
