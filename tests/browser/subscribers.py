"""How many streams a server feeds."""

from tests.support.process import Appliance


def wait_for_clients(appliance: Appliance, count: int) -> None:
    """Waits until a sample tells of so many subscribers."""
    taken = appliance.get("/metrics/json").json
    while taken["server"]["clients"] != count:
        taken = appliance.get(f"/metrics/json?since={taken['id']}&wait=30").json["samples"][-1]
