"""The one table of settings. Flags, ZEROPOINT_NAME variables and the keys of the TOML file derive from it.

A setting is given by flag, else by variable, else in the file, else it has its default.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct
from platformdirs import user_state_path

PREFIX = "ZEROPOINT_"
# No setting: what `watch` gives to the appliance that it asks.
TOKEN_VARIABLE = PREFIX + "TOKEN"
# Tables of the file that are no settings: whoever they are for checks them.
TABLES = ("alert", "notify")
# Says in a setting's Meta that it names a file or directory: `~` is the home of who runs this.
PATH = {"path": True}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# Those that `zeropoint hub` alone has.
OF_HUB = ("nats", "nats_listen", "store", "store_credentials", "max_machines", "bus_hours", "bus_size_mib")


class SettingsError(Exception):
    """A setting is wrong. The message is one line that names it and what is allowed."""


class Settings(Struct, frozen=True, kw_only=True):
    host: Annotated[str, Meta(min_length=1, description="Address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one")] = 3001
    interval: Annotated[float, Meta(ge=0.1, le=60, description="Seconds between samples")] = 1.0
    artifacts: Annotated[str, Meta(min_length=1, description="Directory that AI work writes to", extra=PATH)] = (
        "./artifacts"
    )
    data: Annotated[str, Meta(min_length=1, description="Directory of history and tokens", extra=PATH)] = str(
        user_state_path("zeropoint", appauthor=False)
    )
    procfs: Annotated[str, Meta(min_length=1, description="Where /proc of the watched machine lies", extra=PATH)] = (
        "/proc"
    )
    sysfs: Annotated[str, Meta(min_length=1, description="Where /sys of the watched machine lies", extra=PATH)] = "/sys"
    rootfs: Annotated[str, Meta(min_length=1, description="Where / of the watched machine lies", extra=PATH)] = "/"
    allowed_hosts: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Further names under which it may be asked (Host header), beside localhost and IP addresses"),
    ] = ()
    allowed_origins: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Origins of other sites whose pages may read, as in https://lab.example"),
    ] = ()
    embed_origins: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Origins of other sites whose pages may show the page in a frame, as in https://lab.example"),
    ] = ()
    public_sections: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Sections of a sample that anybody may read without a token, as in system.cpu"),
    ] = ()
    tls_cert: Annotated[
        str, Meta(description="File of the certificate chain (PEM); with tls_key it serves HTTPS", extra=PATH)
    ] = ""
    tls_key: Annotated[str, Meta(description="File of the certificate's private key (PEM)", extra=PATH)] = ""
    trusted_proxies: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Addresses and networks of proxies whose word counts on who asks, as in 127.0.0.1"),
    ] = ()
    petals_peers: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Multiaddresses of servers of a Petals swarm, by which it is joined to be observed"),
    ] = ()
    petals_python: Annotated[
        str,
        Meta(
            description="Python interpreter that has hivemind 1.1.9 or later; it observes the Petals swarm", extra=PATH
        ),
    ] = ""
    petals_cache: Annotated[
        str,
        Meta(
            description="Directory of Petals' cache of models; empty: $PETALS_CACHE, else ~/.cache/petals", extra=PATH
        ),
    ] = ""
    process_arguments: Annotated[
        Literal["off", "redacted"],
        Meta(description="Whether workloads are told with their command line, secrets in it taken out"),
    ] = "off"
    openmetrics_targets: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Runtimes that answer OpenMetrics, as in llama=http://127.0.0.1:8080/metrics"),
    ] = ()
    overhead_budget_percent: Annotated[
        float,
        Meta(
            ge=0,
            le=100,
            description="Percent of one core that collecting may cost; beyond it, dear probes are read less often. "
            "0 is no limit",
        ),
    ] = 1.0
    history: Annotated[bool, Meta(description="Whether samples are kept on disk, under DATA/history")] = True
    history_journal_hours: Annotated[
        int, Meta(ge=1, le=720, description="Hours for which whole samples are kept; streams can resume from them")
    ] = 24
    history_samples_days: Annotated[
        int, Meta(ge=1, le=3660, description="Days for which the values of each sample are kept")
    ] = 7
    history_minutes_days: Annotated[
        int, Meta(ge=1, le=3660, description="Days for which the values of each minute are kept")
    ] = 90
    history_hours_days: Annotated[
        int, Meta(ge=1, le=36600, description="Days for which the values of each hour are kept")
    ] = 1826
    history_size_mib: Annotated[
        int,
        Meta(
            ge=4,
            le=1_048_576,
            description="Most MiB that all of the history takes; beyond it the oldest of the finest goes first",
        ),
    ] = 1024
    fleet: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="NATS servers of the fleet that samples are published to, as in nats://bus.example:4222"),
    ] = ()
    fleet_name: Annotated[str, Meta(max_length=64, description="Name in the fleet; empty: the host's name")] = ""
    fleet_credentials: Annotated[
        str,
        Meta(
            description="File with which the fleet's bus lets it in: NATS credentials, or the seed of an NKey",
            extra=PATH,
        ),
    ] = ""
    fleet_ca: Annotated[
        str,
        Meta(
            description="File of the certificates (PEM) that the fleet's bus is trusted by; empty: the system's",
            extra=PATH,
        ),
    ] = ""
    fleet_cert: Annotated[
        str, Meta(description="File of a certificate (PEM) that the fleet's bus is shown; with fleet_key", extra=PATH)
    ] = ""
    fleet_key: Annotated[
        str, Meta(description="File, its owner's alone, of that certificate's private key (PEM)", extra=PATH)
    ] = ""
    remote_write: Annotated[
        str,
        Meta(
            description="Store that samples are written to by Prometheus' remote write, as in http://store.example:9090"
        ),
    ] = ""
    remote_write_credentials: Annotated[
        str,
        Meta(
            description="File, its owner's alone, with what the store asks for: user:password, or a bearer token",
            extra=PATH,
        ),
    ] = ""
    remote_write_labels: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="Labels of all series in the store, as in site=lab; host and instance are the host's name"),
    ] = ()
    nats: Annotated[
        tuple[Annotated[str, Meta(min_length=1)], ...],
        Meta(description="NATS servers that a hub joins; without any it starts one of its own"),
    ] = ()
    nats_listen: Annotated[
        str,
        Meta(min_length=3, description="Address and port of the NATS server that a hub starts; port 0 is a free one"),
    ] = "127.0.0.1:4222"
    store: Annotated[
        str,
        Meta(description="Prometheus or a store with its API that a hub asks for what a machine does not answer"),
    ] = ""
    store_credentials: Annotated[
        str,
        Meta(
            description="File, its owner's alone, with what that store asks for: user:password, or a token", extra=PATH
        ),
    ] = ""
    max_machines: Annotated[int, Meta(ge=1, le=100_000, description="Most machines that a hub tells of")] = 10_000
    bus_hours: Annotated[
        int, Meta(ge=1, le=720, description="Hours for which a hub's own NATS server keeps samples")
    ] = 24
    bus_size_mib: Annotated[
        int, Meta(ge=16, le=16_777_216, description="Most MiB that samples take there; beyond it the oldest goes")
    ] = 4096
    max_subscribers: Annotated[int, Meta(ge=1, le=1_000_000, description="Most streams at a time")] = 10_000
    max_subscribers_per_client: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Most streams at a time of one address; of IPv6, of one /64")
    ] = 1000
    max_connections: Annotated[
        int,
        Meta(ge=0, le=2_000_000, description="Most connections at a time; 0 is max_subscribers and a thousand more"),
    ] = 0
    max_connections_per_client: Annotated[
        int,
        Meta(
            ge=0,
            le=2_000_000,
            description="Most connections at a time of one address; 0 is a thousand more than its subscribers",
        ),
    ] = 0
    requests_per_second: Annotated[
        float,
        Meta(ge=0, le=1_000_000, description="Requests a second that one client may make for long; 0 is no limit"),
    ] = 100.0
    requests_burst: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Requests that one client may make at once")
    ] = 1000
    max_header_bytes: Annotated[
        int, Meta(ge=1024, le=1_048_576, description="Most bytes of a request's line and headers")
    ] = 16 * 1024
    max_body_bytes: Annotated[int, Meta(ge=1024, le=16_777_216, description="Most bytes of a request's body")] = (
        64 * 1024
    )
    header_seconds: Annotated[
        float, Meta(ge=1, le=3600, description="Seconds after which a request's headers must be complete")
    ] = 10.0
    body_seconds: Annotated[
        float, Meta(ge=1, le=3600, description="Seconds after which a request's body must be complete")
    ] = 10.0
    keepalive_seconds: Annotated[
        float, Meta(ge=1, le=3600, description="Seconds for which a connection is kept without a request")
    ] = 75.0
    audit: Annotated[
        bool, Meta(description="Whether DATA/audit.jsonl tells who was refused, who read and who changed what")
    ] = True
    audit_size_mib: Annotated[int, Meta(ge=1, le=1024, description="Most MiB of the audit log")] = 16
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="What is logged on standard error")
    ] = "info"


class Setting(Struct, frozen=True):
    """One row of the table. `allowed` says in words what a value may be; `several`: it holds a list of texts;
    `path`: it names a file or directory."""

    name: str
    default: Any
    type: Any
    allowed: str
    help: str
    several: bool
    path: bool

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    def parse(self, value: Any, source: str) -> Any:
        """`value` from a flag, variable or file, checked. Raises SettingsError that names `source`."""
        if self.several and isinstance(value, str):
            value = tuple(part.strip() for part in value.split(",")) if value.strip() else ()
        try:
            parsed = msgspec.convert(value, self.type, strict=False)  # flags and variables are texts
        except msgspec.ValidationError:
            raise SettingsError(f"{source}: {value!r} is not allowed; it is {self.allowed}") from None
        for text in parsed if self.several else (parsed,):
            if isinstance(text, str) and CONTROL.search(text):
                raise SettingsError(f"{source}: {value!r} is not allowed; it has no control characters")
        return os.path.expanduser(parsed) if self.path else parsed  # noqa: PTH111 - which keeps ./ and a / at the end


def table() -> tuple[Setting, ...]:
    """All settings in the order of their declaration."""
    types = get_type_hints(Settings, include_extras=True)
    return tuple(_row(field, types[field.name]) for field in msgspec.structs.fields(Settings))


def _row(field: msgspec.structs.FieldInfo, annotated: Any) -> Setting:
    kind, meta = get_args(annotated)
    several = get_origin(kind) is tuple
    allowed, path = _allowed(kind, meta, several), meta.extra == PATH
    return Setting(field.name, field.default, annotated, allowed, meta.description, several, path)


def _allowed(kind: Any, meta: Meta, several: bool) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    if several:
        return "a list of texts"
    if kind is bool:
        return "true or false"
    if kind in (int, float):
        return f"a {'whole ' if kind is int else ''}number from {meta.ge} to {meta.le}"
    return "a text" if meta.min_length is None else "a text that is not empty"


def load(
    flags: Mapping[str, Any],
    environ: Mapping[str, str],
    config: str | None,
    defaults: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings out of their three sources. `flags` are by setting name, those not given are None or left out;
    `defaults` are those of a command that has others.

    Raises SettingsError for an unknown name, a value that is not allowed, or a file that cannot be read.
    """
    rows = {row.name: row for row in table()}
    values: dict[str, Any] = dict(defaults or {})
    for name, value, source in (*_from_file(config, rows), *_from_variables(environ, rows)):
        values[name] = rows[name].parse(value, source)
    for name, value in flags.items():
        if value is not None and value != ():
            values[name] = rows[name].parse(value, rows[name].flag)
    return Settings(**values)


def load_tables(config: str | None) -> dict[str, Any]:
    """Those of TABLES that the file has, as TOML gives them. Raises SettingsError for a file that cannot be read."""
    return {name: value for name, value in _read(config).items() if name in TABLES}


def _from_file(config: str | None, rows: Mapping[str, Setting]) -> Iterator[tuple[str, Any, str]]:
    for name, value in _read(config).items():
        if name in TABLES:
            continue
        if name not in rows:
            tables = ", ".join(f"[[{table}]]" for table in TABLES)
            raise SettingsError(f"{config}: there is no setting {name!r}; allowed are {', '.join(rows)}, {tables}")
        yield name, value, f"{config}: {name}"


def _read(config: str | None) -> dict[str, Any]:
    if config is None:
        return {}
    try:
        read = tomllib.loads(Path(config).read_text())
        repr(read)  # fails for a hexadecimal number of thousands of digits, which no message could show
    except OSError as error:
        raise SettingsError(f"--config: {config!r} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"--config: {config!r} is not TOML: {error}".replace("\n", " ")) from None
    except ValueError:
        raise SettingsError(f"--config: {config!r} has a number of thousands of digits; at most 64 bits fit") from None
    except RecursionError:
        raise SettingsError(f"--config: {config!r} has values within values, too deep to be read") from None
    return read


def _from_variables(environ: Mapping[str, str], rows: Mapping[str, Setting]) -> Iterator[tuple[str, Any, str]]:
    names = {row.variable: row.name for row in rows.values()}
    for variable, value in environ.items():
        if variable in names:
            yield names[variable], value, variable
        elif variable.startswith(PREFIX) and variable != TOKEN_VARIABLE:
            raise SettingsError(f"{variable!r} names no setting; allowed are {', '.join(names)}")
