"""Which container, job or unit a control group is, from lines as machines of each kind have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ledger.placement import Placement, place_of

ID = "3f4e8d1c9b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b3a2f1e"
OTHER = "ab" * 32
POD = "8d1f2b3c-4d5e-6f70-8192-a3b4c5d6e7f8"
POD_SLICE = f"kubepods-burstable-pod{POD.replace('-', '_')}.slice"
USER = "user.slice/user-1000.slice/user@1000.service"


def placed(path: str) -> Placement | None:
    return place_of(f"0::/{path}\n".encode())


@pytest.mark.parametrize(
    "path",
    [
        f"system.slice/docker-{ID}.scope",
        f"docker/{ID}",
        f"docker/{ID}/init.scope",
        # A systemd, or another Docker, within the container.
        f"docker/{ID}/system.slice/ssh.service",
        f"docker/{ID}/docker/{OTHER}",
        f"machine.slice/libpod-{ID}.scope/container",
        f"machine.slice/libpod-conmon-{ID}.scope",
        f"libpod_parent/libpod-{ID}",
        # Podman by a unit of its own (Quadlet).
        f"system.slice/web.service/libpod-payload-{ID}",
        # As seen from within another container's namespace.
        f"../docker-{ID}.scope",
        f"../../docker/{ID}",
        f"system.slice/docker-{ID}.scope (deleted)",
    ],
)
def test_containers_of_docker_and_podman(path: str) -> None:
    assert placed(path) == Placement("container", ID, ID[:12])


@pytest.mark.parametrize(
    "path",
    [
        f"kubepods.slice/kubepods-burstable.slice/{POD_SLICE}/cri-containerd-{ID}.scope",
        f"kubepods.slice/kubepods-burstable.slice/{POD_SLICE}/crio-{ID}.scope/container",
        f"kubepods/burstable/pod{POD}/{ID}",
        f"system.slice/containerd.service/{POD_SLICE}:cri-containerd:{ID}",
        f"kubelet.slice/kubelet-kubepods.slice/{POD_SLICE}/docker-{ID}.scope",
    ],
)
def test_containers_of_kubernetes_are_told_with_their_pod(path: str) -> None:
    assert placed(path) == Placement("container", ID, ID[:12], pod_uid=POD)


def test_the_pod_of_a_node_s_own_manifest_has_a_hash_for_its_uid() -> None:
    uid = "0123456789abcdef0123456789abcdef"
    found = placed(f"kubepods/besteffort/pod{uid}/{ID}")
    assert found is not None and found.pod_uid == uid


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lxc.payload.web/system.slice/ssh.service", "web"),
        ("lxc.monitor.web", "web"),
        ("lxc/101/ns/init.scope", "101"),
        ("lxc.payload/web", "web"),
        ("machine.slice/machine-debian.scope/payload", "debian"),
        (r"machine.slice/systemd-nspawn@my\x2dbox.service/payload", "my-box"),
        (r"machine.slice/machine-qemu\x2d7\x2dubuntu.scope/libvirt/emulator", "ubuntu"),
    ],
)
def test_containers_and_machines_with_names(path: str, name: str) -> None:
    assert placed(path) == Placement("container", name, name)


@pytest.mark.parametrize(
    "content",
    [
        b"0::/system.slice/slurmstepd.scope/job_42/step_0/user/task_0\n",
        b"0::/system.slice/node7_slurmstepd.scope/job_42/step_batch\n",
        b"9:freezer:/slurm/uid_1000/job_42/step_0\n4:memory:/slurm/uid_1000/job_42/step_0/task_0\n"
        b"1:name=systemd:/system.slice/slurmd.service\n",
        b"9:freezer:/slurm_node7/uid_1000/job_42\n1:name=systemd:/\n",
        # A container that the job has started.
        b"0::/system.slice/slurmstepd.scope/job_42/step_0/libpod-" + ID.encode() + b"\n",
    ],
)
def test_jobs_of_slurm(content: bytes) -> None:
    assert place_of(content) == Placement("slurm", "42", "job 42")


def test_slurm_s_own_processes_are_its_unit() -> None:
    assert placed("system.slice/slurmstepd.scope/system") == Placement("unit", "slurmstepd.scope", "slurmstepd.scope")


@pytest.mark.parametrize(
    ("path", "label", "user_id"),
    [
        ("system.slice/ssh.service", "ssh.service", None),
        ("system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", None),
        (
            r"system.slice/system-systemd\x2dfsck.slice/systemd-fsck@dev-sda1.service",
            "systemd-fsck@dev-sda1.service",
            None,
        ),
        (r"system.slice/my\x2dtraining.service/workers/3", "my-training.service", None),
        ("system.slice/_cgroup.odd.service", "cgroup.odd.service", None),
        ("init.scope", "init.scope", None),
        ("../../system.slice/ssh.service", "ssh.service", None),
        (f"{USER}/app.slice/foo.service", "foo.service", 1000),
        (f"{USER}/app.slice/app-jupyter.slice/run-r3.scope", "run-r3.scope", 1000),
        (f"{USER}/init.scope", "init.scope", 1000),
        ("user.slice/user-1000.slice/session-3.scope", "session 3", None),
        ("user.slice/user-1000.slice/session-c1.scope/inner.service", "session c1", None),
    ],
)
def test_units_of_systemd(path: str, label: str, user_id: int | None) -> None:
    found = placed(path)
    assert found is not None
    assert (found.kind, found.label, found.user_id) == ("unit", label, user_id)


def test_in_version_1_systemd_s_own_hierarchy_tells_the_unit() -> None:
    content = b"5:memory:/user.slice\n2:cpu:/\n1:name=systemd:/system.slice/cron.service\n"
    assert place_of(content) == Placement("unit", "cron.service", "cron.service")


def test_in_version_1_any_hierarchy_tells_the_container() -> None:
    content = f"5:memory:/docker/{ID}\n1:name=systemd:/system.slice/docker.service\n0::/\n".encode()
    assert place_of(content) == Placement("container", ID, ID[:12])


@pytest.mark.parametrize(
    "path", ["", "user.slice", "system.slice", "process_api/8bb3af67be10e02c77f0b18fb6909a5e", ".."]
)
def test_a_group_that_says_nothing(path: str) -> None:
    assert placed(path) is None


@pytest.mark.parametrize(
    ("path", "kind", "user_id"),
    [
        (f"{USER}/app.slice/docker-{ID}.scope", "container", 1000),
        (f"{USER}/user.slice/libpod-{ID}.scope", "container", 1000),
        (f"{USER}/user.slice/user-0.slice/user@0.service/libpod-{ID}.scope", "container", 1000),
        (f"{USER}/machine-web.scope", "container", 1000),
        (f"{USER}/slurmstepd.scope/job_1", "unit", 1000),
        (f"{USER}/slurm/uid_0/job_1", None, None),
        (f"{USER}/app.slice/session-1.scope", "unit", 1000),
        (f"{USER}/app.slice/ssh.service", "unit", 1000),
        ("system.slice/web.service/user.slice/user-0.slice/session-1.scope", "unit", None),
        ("system.slice/web.service/machine-other.scope", "unit", None),
        ("system.slice/web.service/slurm/uid_0/job_1", "unit", None),
    ],
)
def test_what_somebody_builds_below_a_group_of_his_stays_his(path: str, kind: str | None, user_id: int | None) -> None:
    found = placed(path)
    assert (found and found.kind, found and found.user_id) == (kind, user_id)
    assert found is None or found.label != "session 1"


@pytest.mark.parametrize("name", [r"a\x0ab.service", r"a\x00b.service", "é" * 200 + ".service", r"\x1b[31m.service"])
def test_hostile_names_become_one_short_line(name: str) -> None:
    found = placed(f"system.slice/{name}")
    assert found is not None
    assert len(found.label) <= 200
    assert found.label.isprintable()


def test_an_enormous_content_costs_no_more_than_its_beginning() -> None:
    assert place_of(b"0::/" + b"a/" * 10_000_000 + b"ssh.service") is None
    assert place_of(b"0::" + b"/-pod" * 3_000 + b"-" * 60_000) is None


PIECES = st.sampled_from(
    rb"/ : .. slurm uid_1 job_2 slurmstepd.scope user-1.slice user@1.service pod docker- .scope .service machine- lxc "
    rb"lxc.payload. \x2f \xff session-".split(b" ")
) | st.sampled_from([b"\n", ID.encode(), POD.encode(), b" (deleted)", "٣".encode()])


@given(st.binary() | st.lists(PIECES | st.binary(max_size=4)).map(b"".join))
def test_no_bytes_make_it_raise(content: bytes) -> None:
    found = place_of(content)
    assert found is None or (len(found.label) <= 200 and len(found.label.splitlines()) <= 1)
