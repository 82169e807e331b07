"""The battery: SYS/class/power_supply, described in Documentation/ABI/testing/sysfs-class-power."""

from collections.abc import Sequence

from zeropoint import model
from zeropoint.host.hwmon import answer, text
from zeropoint.host.sysfs import names_in
from zeropoint.probe import Absent, Missing

# What the kernel calls amounts, by files of what is there and of what a full battery holds.
AMOUNTS = (("energy_now", "energy_full"), ("charge_now", "charge_full"))


def read_battery(sys: str, missing: Missing) -> model.Battery | Absent:
    """The machine's battery, several taken together. Reasons go to `missing` below "battery"."""
    directory = f"{sys}/class/power_supply"
    supplies = [f"{directory}/{name}" for name in names_in(directory)]
    # Those of a mouse or a headset have scope "Device".
    batteries = [
        supply for supply in supplies if text(f"{supply}/type") == "Battery" and text(f"{supply}/scope") != "Device"
    ]
    if not batteries:
        return Absent("the machine has no battery")
    mains = [supply for supply in supplies if text(f"{supply}/type") in {"Mains", "USB"}]
    return model.Battery(
        charge_percent=missing.take("battery.charge_percent", charge_percent(batteries)),
        charging=missing.take("battery.charging", on_mains(batteries, mains)),
        power_watts=missing.take("battery.power_watts", power_watts(batteries)),
    )


def charge_percent(batteries: Sequence[str]) -> float | Absent:
    """What the battery's own gauge says; of several, what is in all of them of what would fit."""
    if len(batteries) == 1:
        capacity = answer(f"{batteries[0]}/capacity")
        if not isinstance(capacity, Absent):
            return float(capacity)
    for now, full in AMOUNTS:
        there = [amount for battery in batteries if not isinstance(amount := answer(f"{battery}/{now}"), Absent)]
        room = [amount for battery in batteries if not isinstance(amount := answer(f"{battery}/{full}"), Absent)]
        if len(there) == len(room) == len(batteries) and sum(room) > 0:
            return 100.0 * (sum(there) / sum(room))
    return Absent("the battery doesn't tell its charge")


def on_mains(batteries: Sequence[str], mains: Sequence[str]) -> bool | Absent:
    """Whether the machine runs on mains power: by the supply if there is one, else by what the batteries do."""
    online = [value for supply in mains if not isinstance(value := answer(f"{supply}/online"), Absent)]
    if online:
        return any(online)
    states = {text(f"{battery}/status") for battery in batteries}
    if "Discharging" in states:
        return False
    if states & {"Charging", "Full", "Not charging"}:
        return True
    return Absent("the battery doesn't tell whether it is charged")


def power_watts(batteries: Sequence[str]) -> float | Absent:
    """The power that goes in or out, told in microwatts or as current and voltage; some drivers sign it."""
    watts = 0.0
    for battery in batteries:
        microwatts = answer(f"{battery}/power_now")
        if not isinstance(microwatts, Absent):
            watts += abs(microwatts) / 1e6
            continue
        microamperes, microvolts = answer(f"{battery}/current_now"), answer(f"{battery}/voltage_now")
        if isinstance(microamperes, Absent) or isinstance(microvolts, Absent):
            return Absent("the battery doesn't tell its power")
        watts += abs(microamperes) * microvolts / 1e12
    return watts
