"""zeropoint metrics: prints the catalogue of metrics as Markdown; docs/metrics.md is this output."""

import click

from zeropoint.appliance import Appliance
from zeropoint.catalogue import Spec, describe
from zeropoint.feed.points import family_name
from zeropoint.settings import Settings

HEAD = """# Metrics

Every metric that a sample can hold. The name is its path in the JSON; `{...}` stands for the key of a row. The
exposition gives percents as ratios of 0 to 1 and counters with `_total`. This page is the output of
`zeropoint metrics`.

| name | kind | unit | what it is | in the exposition |
|---|---|---|---|---|"""


@click.command()
def metrics() -> None:
    """Print the catalogue of metrics."""
    click.echo("\n".join([HEAD, *map(_row, describe(Appliance(Settings()).reports))]))


def _row(spec: Spec) -> str:
    labels = ",".join(f'{name.replace(".", "_")}="{value}"' for name, value in spec.attributes)
    name = family_name(spec) + ("_total" if spec.kind == "counter" else "")
    exposed = f"`{name}{{{labels}}}`" if labels else f"`{name}`"
    return f"| `{spec.name}` | {spec.kind} | {spec.unit} | {spec.help.replace('|', '/')} | {exposed} |"
