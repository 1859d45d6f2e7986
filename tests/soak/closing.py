"""Tabs closed at random moments, many at a time, while a package sets values and sometimes commits: what was kept is compared
with what the package had said by then.

The package writes each of its steps into the console, which is read while it plays; what it says as its tab dies may not
come through, so a loss is never made bigger than it was.
"""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from courses.db import now
from courses.learning import learners
from courses.learning.models import Attempt, Enrolment
from courses.runtime import kept
from learn.web import writing
from tests.journeys.framing import Stage
from tests.packages import scorm

EVERY = 200
"Milliseconds between two values that a package sets."
LONGEST = 12.0
"Seconds after which the last tab is closed: longer than what may be lost, so that losing too much shows."
PATIENCE = 3.0
"Seconds that a last message may be on its way when its tab is gone."
AT_ONCE = 10
SILENT, FINISHES = "never commits", "commits and finishes as it is closed"
PACKAGES = {SILENT: {"never_finishes": True, "never_commits": True}, FINISHES: {}}
"What the packages do: of the silent one the player alone keeps anything."


def _page(page: Page) -> None:
    page.close()


def _politely(page: Page) -> None:
    page.close(run_before_unload=True)


def _away(page: Page) -> None:
    page.goto("about:blank")


def _frame(page: Page) -> None:
    page.evaluate("document.querySelector('iframe').remove()")


def _browser(page: Page) -> None:
    page.context.close()


WAYS: dict[str, Callable[[Page], None]] = {
    "tab closed": _page, "tab asked to close": _politely, "another page": _away, "frame removed": _frame,
    "browser closed": _browser,
}  # fmt: skip
"How a package's page ends."


@dataclass
class Tab:
    """One learner's open package, when and how it is closed, and whether its last message then reaches the server."""

    after: float
    way: str
    has_beacon: bool
    package: str
    learner_id: int = 0
    token: str = ""
    page: Any = None
    steps: list[tuple[str, int, float]] = field(default_factory=list)
    "What it said: set, called or committed; the number; when, in seconds."
    closed_at: float = 0.0
    kept: int = 0

    def last(self, word: str) -> int:
        """The number of its last step of a kind, before it was closed."""
        return max((n for said, n, at in self.steps if said == word and at <= self.closed_at), default=0)

    @property
    def lost(self) -> float:
        """Seconds between the first value that was not kept and the end."""
        return max((self.closed_at - at for said, n, at in self.steps if said == "set" and n > self.kept), default=0.0)

    def __str__(self) -> str:
        last = f"set {self.last('set')}, called {self.last('called')}, committed {self.last('committed')}"
        beacon = "" if self.has_beacon else " without a beacon"
        return f"{self.way}{beacon} after {self.after:.1f} s ({self.package}): {last}, kept {self.kept}, lost {self.lost:.2f} s"


class Door:
    """In front of a stage: what comes by beacon from some plays is lost on the way."""

    def __init__(self, stage: Stage) -> None:
        self.site, self.shut = stage.app.wsgi_app, set[str]()
        stage.app.wsgi_app = self  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        parts = environ["PATH_INFO"].split("/")
        if parts[-1] == "snap" and parts[2] in self.shut:
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return self.site(environ, start_response)


def tabs(count: int, seed: int) -> list[Tab]:
    """So many, drawn from a seed; each way to close and each package as often as another."""
    chance, ways, packages = random.Random(seed), list(WAYS), list(PACKAGES)
    return [
        Tab(chance.uniform(0.1, LONGEST), ways[n % len(ways)], chance.random() < 0.6, packages[n // len(ways) % 2])
        for n in range(count)
    ]


def run(browser: Browser, stage: Stage, folder: Path, drawn: list[Tab], seed: int) -> None:
    """Open and close them all, and note of each what was kept."""
    door, units = Door(stage), _units(stage, folder, random.Random(seed))
    for start in range(0, len(drawn), AT_ONCE):
        some = drawn[start : start + AT_ONCE]
        for tab in some:
            _open(browser, stage, units[tab.package], tab)
            if not tab.has_beacon:
                door.shut.add(tab.token)
        began = time.time()
        for tab in sorted(some, key=lambda each: each.after):
            # The driver goes on reading consoles while it waits for the moment.
            tab.page.wait_for_timeout(max(0.0, (began + tab.after - time.time()) * 1000))
            tab.closed_at = time.time()
            WAYS[tab.way](tab.page)
        for tab in some:
            _compare(stage, tab)
            if tab.way != "browser closed":
                tab.page.context.close()


def _units(stage: Stage, folder: Path, chance: random.Random) -> dict[str, Any]:
    """A unit of each package; one commits after one value of sixteen."""
    found = {}
    for n, (name, quirks) in enumerate(PACKAGES.items()):
        commits = [] if name == SILENT else sorted(chance.sample(range(1, 400), 25))
        goes_on = {"every": EVERY, "commits": commits}
        found[name] = stage.bring(scorm.scorm12(folder / f"closing-{n}.zip", goes_on=goes_on, **quirks))[0]
    return found


def _open(browser: Browser, stage: Stage, unit: Any, tab: Tab) -> None:
    with stage.app.app_context(), writing() as session:
        stage.learner_id = tab.learner_id = learners.add(session, now())
    opened = stage.open(unit)
    tab.token = opened.address.split("/")[-2]
    tab.page = browser.new_context().new_page()

    def hear(message: Any) -> None:
        word, *numbers = message.text.split(" ")
        if word in ("set", "called", "committed"):
            tab.steps.append((word, int(numbers[0]), int(numbers[1]) / 1000))

    tab.page.on("console", hear)
    with tab.page.expect_console_message(lambda message: message.text.startswith("set ")):
        tab.page.goto(stage.in_platform(opened))


def _compare(stage: Stage, tab: Tab) -> None:
    """What is kept, once the last value is or nothing more comes."""
    last = tab.last("set")
    stage.until(lambda: _kept(stage, tab) >= last, PATIENCE if tab.has_beacon else 0.5)
    tab.kept = _kept(stage, tab)


def _kept(stage: Stage, tab: Tab) -> int:
    found = select(Attempt.state).join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    row = stage.ask(found.where(Enrolment.learner_id == tab.learner_id))
    return int(kept.unpack(row.state).get("suspend_data") or 0) if row else 0
