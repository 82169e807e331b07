"""Components of the package and of other distributions, which are installed here as files on a search path."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.registry import Options, built_in, components
from zeropoint.model import Component
from zeropoint.probe import Absent, Roots
from zeropoint.processes import ProcessTable

READ_ALL = """
import sys
from pathlib import Path
import msgspec
from zeropoint.ai.registry import Options, components
from zeropoint.probe import Absent, Roots
from zeropoint.processes import ProcessTable
from zeropoint.ai.recognise import Recogniser
table = ProcessTable()
probes = components(Options(artifacts=Path(sys.argv[1])), table, Recogniser(table))
readings = {probe.section: probe.read(Roots(), 1.0) for probe in probes}
reports = {section: reading.report for section, reading in readings.items() if not isinstance(reading, Absent)}
print(msgspec.json.encode(reports).decode())
"""

GOOD = """
from pathlib import Path
from zeropoint.model import Component
from zeropoint.probe import Probe, Reading

class Llama(Probe):
    name = "llama"
    section = "ai.components.llama"
    report = Component

    def __init__(self, artifacts):
        self._reason = f"reads {artifacts}"

    def read(self, roots, now):
        return Reading(Component(status="idle", reason=self._reason))

class Stranger(Llama):
    name = "cpu"
    section = "system.cpu"

def leaves(artifacts):
    raise SystemExit(3)

def answers_with_nothing(artifacts):
    return None
"""


def install(folder: Path, module: str, source: str, entry_points: dict[str, str]) -> None:
    (folder / f"{module}.py").write_text(source)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    lines = [f"{name} = {value}" for name, value in entry_points.items()]
    (info / "entry_points.txt").write_text("\n".join(["[zeropoint.components]", *lines, ""]))


def read_all(path: Path) -> dict[str, Component]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(path), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, "/artifacts"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return msgspec.json.decode(done.stdout, type=dict[str, Component])


def test_the_packages_own_components(artifacts: Path) -> None:
    options = Options(artifacts=artifacts)
    table = ProcessTable()
    recogniser = Recogniser(table)
    probes = components(options, table, recogniser)
    assert [probe.section for probe in probes] == [
        f"ai.components.{probe.name}" for probe in built_in(options, table, recogniser)
    ]
    for probe in probes:
        reading = probe.read(Roots(), 1.0)
        if isinstance(reading, Absent):
            assert probe.optional, "the others tell by their status that they are absent"
        else:
            assert isinstance(reading.report, probe.report)


def test_one_of_another_distribution_is_a_component_like_any_other(tmp_path: Path) -> None:
    install(tmp_path, "good", GOOD, {"llama": "good:Llama"})
    report = read_all(tmp_path)["ai.components.llama"]
    assert (report.status, report.reason) == ("idle", "reads /artifacts")


def test_those_that_fail_to_load_say_so_and_cost_nobody_else_anything(tmp_path: Path) -> None:
    install(
        tmp_path,
        "good",
        GOOD,
        {
            "llama": "good:Llama",
            "left": "good:leaves",
            "nothing": "good:answers_with_nothing",
            "gone": "good:Missing",
            "stranger": "good:Stranger",
            "tinygrad": "good:Llama",
            "Bad-Name": "good:Llama",
        },
    )
    install(tmp_path, "broken", "raise RuntimeError('no\\nluck')", {"broken": "broken:Any"})
    reports = read_all(tmp_path)
    assert reports["ai.components.llama"].status == "idle"
    assert reports["ai.components.tinygrad"].reason != "reads /artifacts", "the package's own keeps its name"
    reasons = {name.removeprefix("ai.components."): report.reason for name, report in reports.items()}
    assert {name: reasons[name] for name in reasons if reports[f"ai.components.{name}"].status == "unknown"} == {
        "broken": "not loaded: RuntimeError: no\ufffdluck",
        "left": "not loaded: SystemExit: 3",
        "nothing": "not loaded: good:answers_with_nothing does not answer with a probe",
        "gone": "not loaded: AttributeError: module 'good' has no attribute 'Missing'",
        "stranger": "not loaded: its probe calls itself cpu, in section system.cpu",
        "tinygrad_2": "not loaded: tinygrad of good:Llama: the name is taken",
        "component": "not loaded: Bad-Name of good:Llama: its name is not one of small letters, digits and _",
    }
