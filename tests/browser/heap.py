"""A look into the browser's heap, over the DevTools protocol."""

from typing import Any

from playwright.sync_api import Page

# The page's own watch for violations of its policy, which the tests add.
OURS = "securitypolicyviolation"
GROUP = "looked-at"


class Heap:
    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def collect(self) -> None:
        """Collects garbage."""
        self._session.send("HeapProfiler.collectGarbage")

    def drawings(self) -> "Instances":
        """The instances of Chart.js's class. A chart keeps its own in private fields, which only DevTools can read."""
        chart = self._object("inside.chart('CPU')")
        for plot in self._private_objects(chart):
            for drawing in self._private_objects(plot):
                names = {one["name"] for one in self._properties(drawing)["result"]}
                if {"canvas", "ctx", "scales"} <= names:
                    prototype = self._call(drawing, "function () { return Object.getPrototypeOf(this); }")
                    self._session.send("Runtime.releaseObjectGroup", {"objectGroup": GROUP})
                    return Instances(self, prototype)
        raise AssertionError("the chart has no drawing")

    def listeners(self, target: str) -> list[str]:
        """What is listened for on a global object of the page."""
        found = self._session.send("DOMDebugger.getEventListeners", {"objectId": self._object(target)})
        return [one["type"] for one in found["listeners"] if one["type"] != OURS]

    def count(self, prototype: str) -> int:
        """The objects that have this prototype and are alive; garbage is collected first."""
        found = self._session.send("Runtime.queryObjects", {"prototypeObjectId": prototype, "objectGroup": GROUP})
        length = self._session.send(
            "Runtime.callFunctionOn",
            {
                "objectId": found["objects"]["objectId"],
                "functionDeclaration": "function () { return this.length; }",
                "returnByValue": True,
            },
        )["result"]["value"]
        # What DevTools has a hand on stays alive.
        self._session.send("Runtime.releaseObjectGroup", {"objectGroup": GROUP})
        return int(length)

    def _object(self, expression: str) -> str:
        answer = self._session.send("Runtime.evaluate", {"expression": expression, "objectGroup": GROUP})
        return answer["result"]["objectId"]

    def _call(self, target: str, function: str) -> str:
        given = {"objectId": target, "functionDeclaration": function, "objectGroup": "kept"}
        answer = self._session.send("Runtime.callFunctionOn", given)
        return answer["result"]["objectId"]

    def _properties(self, target: str) -> dict[str, Any]:
        return self._session.send("Runtime.getProperties", {"objectId": target, "ownProperties": True})

    def _private_objects(self, target: str) -> list[str]:
        fields = self._properties(target).get("privateProperties", [])
        values = (field["value"] for field in fields if "value" in field)
        return [value["objectId"] for value in values if "objectId" in value]


class Instances:
    """All objects of a class."""

    def __init__(self, heap: Heap, prototype: str) -> None:
        self._heap = heap
        self._prototype = prototype

    def count(self) -> int:
        return self._heap.count(self._prototype)
