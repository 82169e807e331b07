from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, report_of
from zeropoint.host.sensors import Sensors

SUPPLY = "sys/class/power_supply"
BAT0, BAT1 = f"{SUPPLY}/BAT0", f"{SUPPLY}/BAT1"


def test_the_machines_battery_is_told_and_not_that_of_its_mouse(tmp_path: Path):
    battery = report_of(Sensors(), changed("laptop", tmp_path, {})).battery
    assert battery.charge_percent == 83.0
    assert battery.charging is False
    assert battery.power_watts == pytest.approx(9.271)


def test_several_batteries_are_taken_together(tmp_path: Path):
    second = {"type": "Battery", "status": "Unknown", "capacity": "10", "energy_now": "2000000"}
    files: dict[str, str | bytes | None] = {f"{BAT1}/{name}": f"{value}\n" for name, value in second.items()}
    files |= {f"{BAT1}/energy_full": "20000000\n", f"{BAT1}/power_now": "0\n"}
    files |= {f"{BAT0}/energy_now": "30000000\n", f"{BAT0}/energy_full": "44000000\n"}
    battery = report_of(Sensors(), changed("laptop", tmp_path, files)).battery
    assert battery.charge_percent == pytest.approx(50.0)
    assert battery.power_watts == pytest.approx(9.271)


def test_power_comes_from_current_and_voltage_where_it_is_not_told(tmp_path: Path):
    files: dict[str, str | bytes | None] = {f"{BAT0}/power_now": None, f"{BAT0}/current_now": "-750000\n"}
    battery = report_of(Sensors(), changed("laptop", tmp_path, files)).battery
    assert battery.power_watts == pytest.approx(0.75 * 12.345)


@pytest.mark.parametrize(
    ("status", "charging"), [("Discharging", False), ("Charging", True), ("Full", True), ("Not charging", True)]
)
def test_without_a_supply_to_ask_the_battery_tells_of_mains_power(status: str, charging: bool, tmp_path: Path):
    files: dict[str, str | bytes | None] = {f"{SUPPLY}/AC/online": None, f"{BAT0}/status": f"{status}\n"}
    assert report_of(Sensors(), changed("laptop", tmp_path, files)).battery.charging is charging


def test_what_a_battery_does_not_tell_is_null(tmp_path: Path):
    files: dict[str, str | bytes | None] = {f"{SUPPLY}/AC/online": None, f"{BAT0}/status": "Unknown\n"}
    files |= {f"{BAT0}/{name}": None for name in ("capacity", "energy_now", "power_now")}
    missing = missing_of(Sensors(), changed("laptop", tmp_path, files))
    assert missing["battery.charge_percent"] == "the battery doesn't tell its charge"
    assert missing["battery.charging"] == "the battery doesn't tell whether it is charged"
    assert missing["battery.power_watts"] == "the battery doesn't tell its power"


def test_charge_in_ampere_hours_counts_too(tmp_path: Path):
    files: dict[str, str | bytes | None] = {f"{BAT0}/{name}": None for name in ("capacity", "energy_now")}
    files |= {f"{BAT0}/charge_now": "1500000\n", f"{BAT0}/charge_full": "2000000\n"}
    assert report_of(Sensors(), changed("laptop", tmp_path, files)).battery.charge_percent == 75.0
