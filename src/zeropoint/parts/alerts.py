"""Alerts. Nothing of them is loaded where there are no rules."""

from pathlib import Path
from typing import TYPE_CHECKING

from zeropoint.catalogue import describe
from zeropoint.parts.reports import known_reports
from zeropoint.settings import Settings, SettingsError, load_tables
from zeropoint.startup import Claim

if TYPE_CHECKING:
    from zeropoint.alerts.alerts import Alerts
    from zeropoint.alerts.plan import Plan


def alerts_plan(settings: Settings, config: str | None) -> "Plan | None":
    """The rules of alerts in the settings file, and where their notices go; None where it has none. Raises
    SettingsError."""
    tables = load_tables(config)
    if not tables:
        return None
    from zeropoint.alerts.plan import plan_of  # noqa: PLC0415 - else nothing of it is loaded
    from zeropoint.alerts.table_reader import AlertsError  # noqa: PLC0415

    try:
        return plan_of(tables, describe(known_reports(settings.openmetrics_targets)))
    except AlertsError as error:
        raise SettingsError(f"{config}: {error}") from None
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None


def alerts_of(plan: "Plan | None", data: Path, claim: Claim) -> "Alerts | None":
    """What looks at each sample by the rules; None without any."""
    if plan is None or not plan.rules:
        return None
    from zeropoint.alerts.alerts import Alerts  # noqa: PLC0415 - else nothing of it is loaded

    return Alerts(plan.rules, plan.channels, data, claim)
