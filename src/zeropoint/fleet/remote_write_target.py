"""Where samples are written to, out of the settings: address, credentials, labels. No message here holds a secret."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from zeropoint.fleet.store_credentials import authorization_in, basic, is_plain

# Where Prometheus and VictoriaMetrics take it; for an address that names no path.
USUAL_PATH = "/api/v1/write"
ADDRESS = "an http or https address, as in http://store.example:9090/api/v1/write"
LABELS = "NAME=TEXT with a name of letters, digits and underscores, as in site=lab; an empty text leaves the label out"
LABEL = re.compile(r"(?!__)([a-zA-Z_][a-zA-Z0-9_]*)=(.*)", re.DOTALL)


class Target:
    """A store. `url` is without credentials; `name` is what may be shown of it: host and port; `labels` are those of
    all series there, beside the id that this machine has in its fleet if it is `in_fleet`.

    Raises ValueError, which names the setting, for what cannot be one.
    """

    def __init__(
        self, address: str, credentials_file: str = "", labels: Iterable[str] = (), *, in_fleet: bool = False
    ) -> None:
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if host is None or parts.scheme not in ("http", "https") or parts.fragment or not is_plain(address):
            raise ValueError(f"--remote-write: it is {ADDRESS}")  # its text may hold a password, and is not repeated
        place = f"[{host}]" if ":" in host else host
        self.name = place if port is None else f"{place}:{port}"
        path = parts.path if parts.path not in ("", "/") else USUAL_PATH
        self.url = urlunsplit((parts.scheme, self.name, path, parts.query, ""))
        self._file = Path(credentials_file) if credentials_file else None
        given = parts.username is not None or parts.password is not None
        if given and self._file is not None:
            raise ValueError("--remote-write-credentials: the address has credentials already; it is one of the two")
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self.authorization = basic(pair) if given else None
        self.read_credentials()
        self.in_fleet = in_fleet
        self.labels = _parse_labels(labels)

    @property
    def is_secret_in_clear(self) -> bool:
        """Whether credentials go over the network as they are."""
        return self.authorization is not None and self.url.startswith("http:")

    def read_credentials(self) -> bool:
        """Reads the file of credentials, if there is one; whether they are others than before. Raises ValueError."""
        if self._file is None:
            return False
        try:
            before, self.authorization = self.authorization, authorization_in(self._file)
        except ValueError as error:
            raise ValueError(f"--remote-write-credentials: {error}") from None
        return self.authorization != before


def _parse_labels(given: Iterable[str]) -> dict[str, str]:
    """Labels as they are set, NAME=TEXT each. Raises ValueError."""
    labels = {"job": "zeropoint"}
    for one in given:
        matched = LABEL.fullmatch(one)
        if matched is None or not (matched[2].isprintable() and len(matched[2]) <= 200):
            raise ValueError(f"--remote-write-labels: {one!r} is not allowed; it is {LABELS}")
        labels[matched[1]] = matched[2]
    return labels
