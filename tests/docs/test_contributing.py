"""The steps of CONTRIBUTING.md work: they are carried out on a copy of the package."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text().partition("## Add a probe in five steps")[2].partition("\n## ")[0]
LOOK = """
import json, sys
from zeropoint.catalogue import describe
from zeropoint.host.registry import probes
from zeropoint.probe import Roots
roots = Roots(proc=sys.argv[1])
(probe,) = (probe for probe in probes(roots) if probe.name == "random")
(spec,) = (spec for spec in describe({}) if spec.name.startswith("system.random."))
print(json.dumps([repr(probe.read(roots, 0.0)), spec.name, spec.unit, spec.help]))
"""


def put(file: Path, before: str, text: str) -> None:
    """Inserts `text` before the first place of `before`."""
    content = file.read_text()
    assert before in content
    file.write_text(content.replace(before, text + before, 1))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of src/ with the guide's probe in it."""
    source = tmp_path_factory.mktemp("contributing") / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("static", "__pycache__"))
    declaration, probe = map(textwrap.dedent, re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL))
    place = re.search(r"`(random: [^`]+)`", GUIDE)
    assert place is not None
    put(source / "zeropoint/model.py", "class System(", declaration + "\n\n")
    put(source / "zeropoint/model.py", "    cpu: Annotated[Cpu | None", f"    {place[1]}\n")
    (source / "zeropoint/host/random.py").write_text(probe)
    put(source / "zeropoint/host/registry.py", "from zeropoint.probe", "from zeropoint.host.random import Random\n")
    put(source / "zeropoint/host/registry.py", "    Cpu,\n", "    Random,\n")
    check = re.search(r"`(\"system.random.entropy_bits\": (Unchecked)[^`]+)`", GUIDE)
    assert check is not None
    checks = source / "zeropoint/verify/checks/host.py"
    put(checks, '    "system.host.name"', f"    {check[1]}\n")
    put(checks, "Level\n", f"{check[2]}, ")
    return source


def look(package: Path, proc: Path) -> list[str]:
    """What the probe reads under `proc`, and the name, unit and help of its metric."""
    finished = subprocess.run(
        [sys.executable, "-c", LOOK, proc],
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    answer: list[str] = json.loads(finished.stdout)
    return answer


def test_the_guides_probe_reads_and_its_metric_is_derived(package: Path, tmp_path: Path):
    file = tmp_path / "sys/kernel/random/entropy_avail"
    file.parent.mkdir(parents=True)
    file.write_text("256\n")
    reading, *metric = look(package, tmp_path)
    assert "entropy_bits=256" in reading
    assert metric == ["system.random.entropy_bits", "bits", "Entropy that the kernel's pool holds"]


def test_the_guides_probe_is_absent_where_there_is_nothing_to_read(package: Path, tmp_path: Path):
    assert look(package, tmp_path)[0] == "Absent(reason='this kernel shows no entropy pool')"


def test_the_guides_check_is_all_that_verify_asks_for(package: Path):
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/verify/test_checks.py"],
        env={**os.environ, "PYTHONPATH": str(package)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
