"""zeropoint settings: prints the table of settings as Markdown; docs/settings.md is this output."""

import click

from zeropoint.settings import Setting, table

HEAD = """# Settings

A setting is given by flag, else by its variable, else in the TOML file that `--config` names (its key is the name),
else it has its default. This page is the output of `zeropoint settings`.

The file may hold tables beside the settings: rules of alerts (`[[alert]]`) and where their notices go (`[[notify]]`);
[alerts](alerts.md) has their keys.

| name | flag | variable | default | allowed | what it is |
|---|---|---|---|---|---|"""


@click.command()
def settings() -> None:
    """Print the table of settings."""
    click.echo("\n".join([HEAD, *map(_row, table())]))


def _row(row: Setting) -> str:
    default = "the platform's state directory" if row.name == "data" else f"`{row.default}`"
    if row.several:
        default = ", ".join(row.default) or "none"
    return f"| {row.name} | `{row.flag}` | `{row.variable}` | {default} | {row.allowed} | {row.help} |"
