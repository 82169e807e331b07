"""MOCKS_DISABLED=1 is law: there is nothing that another value could switch on."""

from zeropoint.settings import SettingsError


def refuse_mocks(value: str | None) -> None:
    """Raises SettingsError for a value of MOCKS_DISABLED that asks for mocks."""
    if value not in (None, "1"):
        raise SettingsError(f"MOCKS_DISABLED: {value!r} is not allowed; it is 1 or unset, since there are no mocks")
