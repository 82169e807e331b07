"""zeropoint metrics: prints the catalogue of metrics as Markdown; docs/metrics.md is this output."""

from pathlib import Path

import click

from zeropoint.ai.registry import components
from zeropoint.appliance import reports_of
from zeropoint.catalogue import Spec, describe
from zeropoint.server.exposition import family_name

HEAD = """# Metrics

Every metric that a sample can hold. The name is its path in the JSON; `{...}` stands for the key of a row. The
exposition gives percents as ratios of 0 to 1 and counters with `_total`. This page is the output of
`zeropoint metrics`.

| name | kind | unit | what it is | in the exposition |
|---|---|---|---|---|"""


@click.command()
def metrics() -> None:
    """Print the catalogue of metrics."""
    click.echo("\n".join([HEAD, *map(_row, describe(reports_of(components(Path()))))]))


def _row(spec: Spec) -> str:
    labels = ",".join(f'{name.replace(".", "_")}="{value}"' for name, value in spec.attributes)
    name = family_name(spec) + ("_total" if spec.kind == "counter" else "")
    exposed = f"`{name}{{{labels}}}`" if labels else f"`{name}`"
    return f"| `{spec.name}` | {spec.kind} | {spec.unit} | {spec.help.replace('|', '/')} | {exposed} |"
