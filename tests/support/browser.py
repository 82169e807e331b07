"""The page in a real browser: what it shows, what it asks for, and what it complains about."""

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Dialog, Locator, Page, Request

ARGUMENTS = [
    "--no-sandbox",  # as root it starts only so
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=AutofillServerCommunication",  # the browser, not the page, asks what a field may be for
    "--remote-debugging-port=0",  # a second way in, for tests that need tabs as a person has them
]
INSIDE = Path(__file__).parent.parent / "browser/inside.js"
# A request that the server did not answer is no fault of the page; Chromium tells each on the console.
UNANSWERED = "Failed to load resource"


def chromium() -> str:
    """The path of Debian's chromium. A machine without it does not pass these tests, so it is an error."""
    path = shutil.which("chromium")
    assert path is not None, "the package chromium is missing: apt-get install chromium"
    return path


class Tab:
    """One tab with the page in it, and all that it has asked for and complained about."""

    def __init__(self, page: Page, root: str) -> None:
        """`root` is the appliance's URL, without a slash at its end."""
        self.page = page
        self.root = root
        self.requested: list[str] = []
        self.unanswered: list[str] = []
        self.complaints: list[str] = []
        page.add_init_script(path=INSIDE)
        page.on("request", self._on_request)
        page.on("requestfailed", self._on_request_failed)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"not caught: {error}"))
        page.on("dialog", self._on_dialog)

    def open(self, path: str = "/control/metrics") -> "Tab":
        self.page.goto(self.root + path)
        return self

    def live(self) -> "Tab":
        """Opens the page and waits for its first sample."""
        self.open()
        self.next_sample()
        self.reach("live")
        return self

    def reach(self, state: str) -> None:
        self.page.locator(f'zp-connection[data-state="{state}"]').wait_for()

    @property
    def sample(self) -> str:
        """The id of the sample that is shown; empty before the first."""
        return self.page.evaluate("inside.dashboard().dataset.sample ?? ''")

    def next_sample(self, count: int = 1) -> str:
        """Waits until another sample is shown, `count` times, and returns the last one's id."""
        id = self.page.evaluate("inside.dashboard()?.dataset.sample ?? ''")
        for _ in range(count):
            id = self.page.evaluate("id => inside.sampleAfter(id)", id)
        return id

    def freeze(self) -> None:
        """Stops the shown time, as a person does, and waits until all is drawn so."""
        self.page.keyboard.press("Space")
        self.wait_until("inside.timeline().frozen")
        drawn = self.picture()["count"]
        self.wait_until("inside.picture('CPU').count > argument", drawn)

    def points(self, chart: str = "CPU") -> int:
        return self.page.evaluate("heading => Number(inside.chart(heading).dataset.points)", chart)

    def readings(self) -> dict[str, Any]:
        return self.page.evaluate("inside.readings()")

    def view(self) -> dict[str, Any]:
        return self.page.evaluate("inside.view()")

    def rows(self) -> dict[str, Any]:
        return self.page.evaluate("inside.rows()")

    def picture(self, chart: str = "CPU") -> dict[str, Any]:
        """What is drawn on the chart's canvas now, and how often it has been drawn."""
        return self.page.evaluate("heading => inside.picture(heading)", chart)

    def wait_until(self, condition: str, argument: Any = None) -> None:
        """Waits until an expression of JavaScript is true, in which `argument` may stand."""
        self.page.evaluate(f"argument => inside.until(() => {condition})", argument)

    def wait_for_sequence(self, sequence: int) -> None:
        """Waits until the page has the sample of this sequence number, shown or not."""
        self.wait_until("inside.sequence(inside.timeline().newest.id) >= argument", sequence)

    def notice(self, words: str) -> Locator:
        """What the page says of its connection, in a line with these words."""
        return self.page.get_by_role("status").filter(has_text=words)

    def violations(self) -> list[str]:
        return self.page.evaluate("inside.violations")

    @property
    def foreign(self) -> list[str]:
        """Requests that went elsewhere than below the appliance's URL."""
        return [url for url in self.requested if not url.startswith(self.root + "/")]

    def _on_request(self, request: Request) -> None:
        self.requested.append(request.url)

    def _on_request_failed(self, request: Request) -> None:
        self.unanswered.append(f"{request.url}: {request.failure}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        told = self.unanswered if message.text.startswith(UNANSWERED) else self.complaints
        told.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"a script has run: {dialog.message}")
        dialog.dismiss()
