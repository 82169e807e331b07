"""Names of containers by their ids, as Docker, Podman, CRI-O and Kubernetes keep them on disk.

Their files may be a user's own and hold anything, secrets too: they are bounded, and nothing but names is taken out of
them. To ask the services themselves would need their sockets, which give away the machine.
"""

import os
import re
from collections.abc import Mapping
from itertools import islice

import msgspec
from msgspec import Struct

from zeropoint.ledger.kept_file import KeptFile
from zeropoint.probe import Roots, read_file
from zeropoint.texts import clean

DOCKER_LIMIT_BYTES = 1024 * 1024
STORAGE_LIMIT_BYTES = 8 * 1024 * 1024
ENTRIES_LIMIT = 10_000
DOCKER_ROOTS = ("/var/lib/docker", "/var/snap/docker/common/var-lib-docker")
DOCKER_SETTINGS = "/etc/docker/daemon.json"
STORAGE_ROOT = "/var/lib/containers/storage"
STORAGE_DRIVERS = ("overlay", "vfs", "btrfs", "zfs")
# Those of `podman run --rm` are in the second one.
STORAGE_FILES = ("containers.json", "volatile-containers.json")
LOG_LINK = re.compile(r"([^_]+)_([^_]+)_(.+)-([0-9a-f]{64})\.log")
POD_FOLDER = re.compile(r"([^_]+)_([^_]+)_([0-9a-f-]{32,36})")
NONE: Mapping[str, str] = {}
# What a file that anybody may have written makes a reader raise.
WRONG = (OSError, ValueError, RecursionError, msgspec.MsgspecError)


class DockerContainer(Struct):
    name: str = msgspec.field(name="Name")


class DockerSettings(Struct):
    data_root: str = msgspec.field(name="data-root", default="")


class StoredContainer(Struct):
    id: str
    names: list[str] | None = None


class ContainerNames:
    """Names by id below the roots of one machine. Of a user (`home`), only that user's own files are read."""

    def __init__(self, roots: Roots, home: str | None) -> None:
        if home is None:
            told = KeptFile(roots.on_root(DOCKER_SETTINGS), _docker_root, "").get()
            docker = [told, *DOCKER_ROOTS] if told.startswith("/") else [*DOCKER_ROOTS]
            storage = STORAGE_ROOT
        else:
            docker, storage = [f"{home}/.local/share/docker"], f"{home}/.local/share/containers/storage"
        self._docker = [roots.on_root(path) for path in docker]
        folders = [f"{roots.on_root(storage)}/{driver}-containers" for driver in STORAGE_DRIVERS]
        self._storage = [KeptFile(f"{folder}/{name}", _stored, NONE) for folder in folders for name in STORAGE_FILES]
        logs = "" if home else roots.on_root("/var/log")
        self._links = KeptFile(f"{logs}/containers", _linked, NONE) if logs else None
        self._pods = KeptFile(f"{logs}/pods", _pod_names, NONE) if logs else None

    def name(self, id: str, pod_uid: str | None) -> str | None:
        """Cleaned; NAMESPACE/POD/CONTAINER for one of Kubernetes. None where nothing tells."""
        name = self._links.get().get(id) if self._links else None
        if name is None and pod_uid is not None and self._pods:
            pod = self._pods.get().get(pod_uid)
            # Its sandbox, or one that has no log yet.
            name = None if pod is None else f"{pod}/{id[:12]}"
        name = name or next((found for storage in self._storage if (found := storage.get().get(id))), None)
        name = name or next((found for folder in self._docker if (found := _docker_name(folder, id))), None)
        return clean(name) if name else None


def _docker_name(folder: str, id: str) -> str | None:
    try:
        content = read_file(f"{folder}/containers/{id}/config.v2.json", DOCKER_LIMIT_BYTES)
        return msgspec.json.decode(content, type=DockerContainer).name.removeprefix("/")
    except WRONG:
        return None


def _docker_root(path: str) -> str:
    try:
        return msgspec.json.decode(read_file(path, DOCKER_LIMIT_BYTES), type=DockerSettings).data_root
    except WRONG:
        return ""


def _stored(path: str) -> Mapping[str, str]:
    """Podman's and CRI-O's: by id the first name."""
    try:
        listed = msgspec.json.decode(read_file(path, STORAGE_LIMIT_BYTES), type=list[StoredContainer])
    except WRONG:
        return {}
    return {one.id: one.names[0] for one in islice(listed, ENTRIES_LIMIT) if one.names}


def _linked(path: str) -> Mapping[str, str]:
    """POD_NAMESPACE_CONTAINER-ID.log, which the kubelet makes for each container."""
    links = (LOG_LINK.fullmatch(name) for name in _listed(path))
    return {link[4]: f"{link[2]}/{link[1]}/{link[3]}" for link in links if link}


def _pod_names(path: str) -> Mapping[str, str]:
    """NAMESPACE_POD_UID, a folder of logs for each pod."""
    folders = (POD_FOLDER.fullmatch(name) for name in _listed(path))
    return {folder[3]: f"{folder[1]}/{folder[2]}" for folder in folders if folder}


def _listed(path: str) -> list[str]:
    with os.scandir(path) as entries:
        return [entry.name for entry in islice(entries, ENTRIES_LIMIT)]
