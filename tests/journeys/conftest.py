"""The whole product as people meet it: real processes on loopback, the demo LMS on another site, a real browser in front."""

import json
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Frame, Page, Playwright, expect, sync_playwright

from learn.app import create_app
from learn.extensions import db
from tests.lms import run_demo

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--mute-audio",
]  # fmt: skip
FRAMED = [*ARGUMENTS, "--disable-site-isolation-trials"]
"""For pages in frames. In a process of its own, a frame of another site gets a new one with each page (Chromium 156), and the
driver now and then loses sight of it: it was served, and nothing is found in it. What a site may do stays the same."""
THIRD_PARTY_COOKIES_BLOCKED = {"profile": {"cookie_controls_mode": 1, "block_third_party_cookies": True}}
PICTURES = Path(__file__).parents[2] / "test-results"


expect.set_options(timeout=20_000)
"Milliseconds for what is to come: the machine does much else, and only what never comes costs them."


@dataclass(frozen=True)
class Demo:
    """A running demo: where the site and the LMS answer, and how to ask its command line."""

    site: str
    lms: str
    environment: dict[str, str]

    @cached_property
    def here(self) -> Flask:
        """The same site in this process, for its commands: each in a process of its own takes longer to start than to run."""
        return create_app(self.environment)

    def frontline(self, *arguments: str) -> str:
        """What a command of the site prints; AssertionError when it ends badly."""
        run = self.here.test_cli_runner().invoke(args=list(arguments))
        assert run.exit_code == 0, run.output
        return run.stdout

    def close(self) -> None:
        """Hang up on the database."""
        with self.here.app_context():
            db.engine.dispose()

    def switch(self, **changes: Any) -> None:
        """Let something go wrong in the LMS, or with ``reset=True`` nothing any more."""
        host = self.lms.removeprefix("http://")
        # A name below localhost is this machine to a browser, and not to every resolver.
        address = f"http://{host.replace('lms.localhost', '127.0.0.1')}/switches"
        headers = {"Host": host, "Content-Type": "application/json"}
        asked = Request(address, json.dumps(changes).encode(), headers)
        urlopen(asked, timeout=5).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Prepared:
    """A site of starter content that nobody has used yet, connected to a demo LMS; a folder to copy."""

    port: int
    lms_port: int
    folder: Path
    environment: dict[str, str]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """What `make demo` makes before it serves, on free ports."""
    port, lms_port = free_port(), free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FRONTLINE_")}
    folder = tmp_path_factory.mktemp("prepared")
    env = {**run_demo.environment(port), **clean, "FRONTLINE_DATA_DIR": str(folder)}
    run_demo.prepare(env, f"http://lms.localhost:{lms_port}")
    return Prepared(port, lms_port, folder, env)


@pytest.fixture(scope="module")
def demo(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as `make demo` starts it. Each file of journeys has its own, so that none finds what another has learned."""
    port, lms_port = prepared.port, prepared.lms_port
    folder = tmp_path_factory.mktemp("demo") / "var"
    shutil.copytree(prepared.folder, folder)
    env = {**prepared.environment, "FRONTLINE_DATA_DIR": str(folder)}
    processes = run_demo.start(env, port, lms_port, "--testing")
    try:
        run_demo.wait_until_served(port, lms_port)
        made = Demo(f"http://frontline.localhost:{port}", f"http://lms.localhost:{lms_port}", env)
        yield made
        made.close()
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright_: Playwright) -> Iterator[Browser]:
    """A browser with its usual settings; what it opens may have frames."""
    started = playwright_.chromium.launch(executable_path=chromium(), args=FRAMED)
    yield started
    started.close()


OPENED: list[BrowserContext] = []
"Profiles that the running journey has open."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A journey that fails says what each page and frame shows at that moment."""
    report = yield
    if report.when == "call" and report.failed:
        usual = item.funcargs.get("browser")  # type: ignore[attr-defined]
        contexts = [*OPENED, *(usual.contexts if usual else ())]
        shown = [_words_of(frame) for context in contexts for page in context.pages for frame in page.frames]
        report.sections.append(("What the pages show", "\n".join(shown)))
    return report


def _words_of(frame: Frame) -> str:
    try:
        return f"{frame.url}\n    {frame.locator('body').inner_text(timeout=1_000)[:600]!r}"
    except Error as why:
        return f"{frame.url}\n    cannot be read: {why.message[:200]}"


@pytest.fixture
def profile(playwright_: Playwright, tmp_path: Path) -> Iterator[Callable[..., BrowserContext]]:
    """Browser profiles that block third-party cookies, as many as a journey has people."""
    OPENED.clear()

    def make(**more: Any) -> BrowserContext:
        folder = tmp_path / f"profile-{len(OPENED)}"
        (folder / "Default").mkdir(parents=True)
        (folder / "Default" / "Preferences").write_text(json.dumps(THIRD_PARTY_COOKIES_BLOCKED))
        context = playwright_.chromium.launch_persistent_context(
            str(folder), executable_path=chromium(), args=FRAMED, viewport={"width": 1280, "height": 900}, **more
        )
        OPENED.append(context)
        return context

    yield make
    for context in OPENED:
        context.close()
    OPENED.clear()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keep a picture of what a step looks like, for somebody to look at."""

    def take(page: Page, name: str, **more: Any) -> None:
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=str(PICTURES / f"{name}.png"), **more)

    return take


def chromium() -> str:
    """The browser: CHROMIUM, else on PATH."""
    path = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not path:
        pytest.fail("No Chromium was found: set CHROMIUM to its path.")
    return path
