"""How many streams a server feeds."""

from tests.support.process import Appliance

MOST_SAMPLES = 200


def wait_for_clients(appliance: Appliance, count: int) -> None:
    """Waits until a sample tells of so many subscribers."""
    taken = appliance.get("/metrics/json").json
    for _ in range(MOST_SAMPLES):
        if taken["server"]["clients"] == count:
            return
        taken = appliance.get(f"/metrics/json?since={taken['id']}&wait=30").json["samples"][-1]
    raise AssertionError(f"{taken['server']['clients']} clients, and not {count}")
