"""From a Sample to the names of its series and their numbers."""

from zeropoint.model import Sample


class Flattener:
    """Keeps the names that it has made."""

    def flatten(self, sample: Sample) -> tuple[list[str], list[float]]:
        """The names that catalogue.values() gives, and their numbers; of a state the index of its word."""
        raise NotImplementedError
