"""zeropoint audit: prints the audit log of a data directory."""

import click

from zeropoint.commands.token import audit_file_of, data_option, settings_of
from zeropoint.settings import SettingsError


@click.command()
@data_option
def audit(data: str | None) -> None:
    """Print who was refused, who read and who changed what, the oldest first, a JSON object a line."""
    try:
        for line in audit_file_of(settings_of(data)).lines():
            click.echo(line, nl=False)
    except OSError as error:
        raise SettingsError(f"the audit log cannot be read: {error.strerror}") from None
