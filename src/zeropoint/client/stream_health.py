"""Whether a stream does what a stream is for: bring events while they are new."""

from zeropoint.client.bunching import Arrival, Bunching
from zeropoint.client.outcome import AttemptError


class StreamHealth:
    """`needs_proof`: the one before was held back, so that it takes more than a first event to trust this one."""

    def __init__(self, *, needs_proof: bool) -> None:
        self.is_good = False
        self._needs_proof = needs_proof
        self._bunching = Bunching()

    def note_life(self) -> None:
        """Something came through, of whatever age."""
        self.is_good = self.is_good or not self._needs_proof

    def note_arrival(self, arrival: Arrival, interval_seconds: float | None) -> None:
        """An event came that was sent after the stream began; those before are late by nature.

        Raises AttemptError when events come in bunches again and again.
        """
        verdict = self._bunching.note(arrival, interval_seconds)
        self.is_good = self.is_good or verdict == "timely"
        if verdict == "bunched":
            late = f"up to {self._bunching.longest_seconds:.0f} s late"
            raise AttemptError("buffered", f"a proxy is buffering: samples arrive in bunches, {late}")

    def forgive(self) -> None:
        """The reader itself was slow or held up: what came late then says nothing of the way."""
        self._bunching = Bunching()
