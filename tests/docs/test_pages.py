"""Pages name what is there: links, targets of make, flags, variables, paths of the API."""

import re
from pathlib import Path

import click
import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links
from zeropoint.commands.main import COMMANDS, zeropoint
from zeropoint.fleet.names import NEWEST
from zeropoint.settings import PREFIX, TOKEN_VARIABLE, table

OURS = re.compile(r"\bzeropoint(?: serve)?((?: +(?:--?[a-z][a-z-]*(?:[ =][^\s`|]+)?|[a-z]+))*)")


@pytest.fixture(params=PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def document(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def test_links_lead_somewhere(document: Path):
    for link in links(document):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (document.parent / target).resolve() if target else document
        assert file.exists(), link
        assert not anchor or anchor in anchors(file), link


def test_targets_of_make_exist(document: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^    )make ([a-z-]+)", document.read_text(), re.MULTILINE))
    assert named <= targets


def flags(command: click.Command) -> set[str]:
    """All flags of a command and of those below it."""
    own = {flag for parameter in command.params for flag in parameter.opts}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union(*map(flags, below))


def test_flags_of_the_program_exist(document: Path):
    allowed = flags(zeropoint) | {"--help"}
    for arguments in OURS.findall(document.read_text()):
        assert set(re.findall(r"--[a-z-]+", arguments)) <= allowed, arguments


def test_variables_of_the_program_exist(document: Path):
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", document.read_text()))
    assert named <= {row.variable for row in table()} | {f"{PREFIX}NAME", TOKEN_VARIABLE, NEWEST}


def test_the_readme_begins_with_run_and_test():
    commands = re.findall(r"^    (\S.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [command.partition("#")[0].strip() for command in commands[:2]] == ["make run", "make test"]


def test_the_readme_names_every_page():
    named = {(ROOT / link).resolve() for link in links(ROOT / "README.md")}
    assert {path for path in PAGES if path.parent == ROOT / "docs"} <= named


def test_the_api_page_names_every_route_and_no_other():
    routes = set(re.findall(r'^ *"(/[^"]*)": \{$', (ROOT / "docs/openapi.json").read_text(), re.MULTILINE))
    titles = re.findall(r"^### (.*)$", (ROOT / "docs/http-api.md").read_text(), re.MULTILINE)
    assert {path for title in titles for path in re.findall(r"/[^\s,]*", title)} == routes


def test_every_command_is_documented():
    documented = (ROOT / "README.md").read_text() + (ROOT / "docs/operations.md").read_text()
    for command in COMMANDS:
        assert f"zeropoint {command}" in documented
