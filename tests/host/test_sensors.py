import os
import threading
from pathlib import Path
from typing import Any

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.hwmon import unique
from zeropoint.host.sensors import Sensors
from zeropoint.probe import Absent

HWMON = "sys/class/hwmon"


def by_name(rows: list[Any] | None) -> dict[str, Any]:
    assert rows is not None
    return {row.name: row for row in rows}


def test_temperatures_have_stable_names_and_the_chips_levels():
    report = report_of(Sensors(), recorded("laptop"))
    assert [row.name for row in report.temperatures] == [
        "acpitz thermal_zone0 temp1",
        "nvme0 Composite",
        "nvme0 Sensor 1",
        "thinkpad_hwmon CPU",
        "coretemp.0 Package id 0",
        "coretemp.0 Core 0",
        "coretemp.0 Core 8",
        "iwlwifi_1 phy0 temp1",
    ]
    package = by_name(report.temperatures)["coretemp.0 Package id 0"]
    assert (package.temperature_celsius, package.high_celsius, package.critical_celsius) == (52.0, 100.0, 100.0)
    assert by_name(report.temperatures)["nvme0 Composite"].temperature_celsius == 36.85


def test_levels_beyond_reason_are_none():
    reading = Sensors().read(recorded("laptop"), 0.0)
    assert by_name(reading.report.temperatures)["nvme0 Sensor 1"].high_celsius is None
    assert reading.missing["temperatures[2].high_celsius"] == "the chip has no level set"
    assert reading.missing["temperatures[2].critical_celsius"] == "the driver doesn't tell it"


def test_fans():
    report = report_of(Sensors(), recorded("golden"))
    assert {row.name: row.speed_rpm for row in report.fans} == {
        "nct6796 nct6775.656 CPU fan": 1210.0,
        "nct6796 nct6775.656 fan2": 890.0,
        "nct6796 nct6775.656 fan3": 0.0,
    }


def test_faulty_and_senseless_sensors_are_null_with_the_reason():
    reading = Sensors().read(recorded("hostile"), 0.0)
    rows = by_name(reading.report.temperatures)
    assert list(rows) == [
        "<b>chip</b> same temp1",
        "<b>chip</b> same temp2",
        "<b>chip</b> <u>",
        "<b>chip</b> temp4",
        "twin temp1",
        "twin temp1 #2",
    ]
    assert rows["<b>chip</b> same temp1"].temperature_celsius == 48.0
    assert reading.missing["temperatures[1].temperature_celsius"] == "the driver tells less than absolute zero"
    assert reading.missing["temperatures[2].temperature_celsius"] == "the chip reports that the sensor is faulty"
    assert reading.missing["temperatures[3].high_celsius"] == "the chip has no level set"
    assert reading.missing["fans[0].speed_rpm"] == "the chip reports that the sensor is faulty"
    assert reading.missing["battery"] == "the machine has no battery"
    laptop = Sensors().read(recorded("laptop"), 0.0)
    assert laptop.missing["temperatures[7].temperature_celsius"] == "the driver doesn't give a number"


def test_names_are_unique():
    assert unique([("a", "temp1"), ("b", "temp2")]) == ["a", "b"]
    assert unique([("a", "temp1"), ("a", "temp2")]) == ["a temp1", "a temp2"]
    assert unique([("a", "x"), ("a", "x"), ("a x #2", "y")]) == ["a x", "a x #2", "a x #2 #2"]


def test_thermal_zones_stand_in_where_there_is_no_chip(tmp_path: Path):
    thermal = "sys/class/thermal"
    files: dict[str, str | bytes | None] = {
        f"{thermal}/thermal_zone0/type": "cpu-thermal\n",
        f"{thermal}/thermal_zone0/temp": "61322\n",
        f"{thermal}/thermal_zone0/trip_point_0_type": "passive\n",
        f"{thermal}/thermal_zone0/trip_point_0_temp": "75000\n",
        f"{thermal}/thermal_zone0/trip_point_1_type": "critical\n",
        f"{thermal}/thermal_zone0/trip_point_1_temp": "95000\n",
        f"{thermal}/thermal_zone1/type": "gpu-thermal\n",
        f"{thermal}/thermal_zone1/temp": "-12000\n",
    }
    report = report_of(Sensors(), changed("vm_hybrid", tmp_path, files))
    first, second = report.temperatures
    assert (first.name, first.temperature_celsius, first.critical_celsius) == ("cpu-thermal", 61.322, 95.0)
    assert (second.name, second.temperature_celsius, second.critical_celsius) == ("gpu-thermal", -12.0, None)
    assert report.fans is None


def test_a_machine_without_sensors_says_so():
    nothing = Absent("the machine shows no sensors, as is usual for a virtual one")
    assert Sensors().read(recorded("vm_hybrid"), 0.0) == nothing


def test_a_chip_that_comes_is_seen_after_a_minute(tmp_path: Path):
    probe = Sensors()
    assert isinstance(probe.read(changed("vm_hybrid", tmp_path, {}), 0.0), Absent)
    roots = changed("vm_hybrid", tmp_path, {f"{HWMON}/hwmon0/name": "x\n", f"{HWMON}/hwmon0/fan1_input": "900\n"})
    assert isinstance(probe.read(roots, 30.0), Absent)
    assert report_of(probe, roots, 60.0).fans[0].speed_rpm == 900.0


def test_a_sensor_that_goes_is_null(tmp_path: Path):
    probe = Sensors()
    report_of(probe, changed("golden", tmp_path, {}), 0.0)
    roots = changed("golden", tmp_path, {f"{HWMON}/hwmon0/temp1_input": None})
    assert missing_of(probe, roots, 2.0)["temperatures[0].temperature_celsius"] == "the driver doesn't tell it"


def test_a_driver_that_hangs_holds_the_thread_that_reads_it(tmp_path: Path):
    """Why the probe is a blocking one: a pipe nobody writes to hangs a reader just as a broken bus does."""
    roots = changed("golden", tmp_path, {f"{HWMON}/hwmon0/temp1_input": None})
    pipe = Path(roots.root) / HWMON / "hwmon0/temp1_input"
    os.mkfifo(pipe)
    readings: list[Any] = []
    reader = threading.Thread(target=lambda: readings.append(Sensors().read(roots, 0.0)), daemon=True)
    reader.start()
    # Opening the pipe to write waits for a reader: from then on the probe hangs in its read.
    with pipe.open("w") as driver:
        assert Sensors.blocking
        assert reader.is_alive() and not readings
        driver.write("41000\n")
    reader.join(10.0)
    assert readings[0].report.temperatures[0].temperature_celsius == 41.0
