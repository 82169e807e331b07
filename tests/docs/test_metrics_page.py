"""docs/metrics.md names the families as the exposition does."""

import re

from prometheus_client.parser import text_string_to_metric_families

from tests.docs.pages import ROOT
from tests.support.process import Appliance


def test_every_family_of_the_exposition_stands_on_the_page(appliance: Appliance):
    page = (ROOT / "docs/metrics.md").read_text()
    documented = set(re.findall(r"\| `([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{[^`]*)?` \|$", page, re.MULTILINE))
    families = text_string_to_metric_families(appliance.get("/metrics").body.decode())
    exposed = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert exposed - documented == {"zeropoint_build_info"}
