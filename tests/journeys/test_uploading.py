"""An author brings files: several at once, cancelled, through a lost connection, without JavaScript, and what is refused."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import create_engine, func, select

from courses.catalogue import ModuleVersion
from learn.authoring.models import Upload
from tests.journeys import as_author
from tests.journeys.as_author import click, look, report, upload
from tests.packages import hostile, media, web

LARGE = 9_000_000
"Bytes of a file that comes in two slices."


@pytest.fixture(scope="module")
def author(demo, browser):
    page = as_author.somebody(demo, browser, "uploads.author@nhs.example", "author")
    yield page
    page.context.close()


def database(demo):
    return create_engine(f"sqlite:///{demo.environment['FRONTLINE_DATA_DIR']}/frontline.sqlite3")


def versions(demo) -> int:
    with database(demo).connect() as connection:
        return connection.scalar(select(func.count(ModuleVersion.id)))


def lying_about(demo) -> set[str]:
    """Names of the files of uploads on their way, and of stored objects."""
    folder = Path(demo.environment["FRONTLINE_DATA_DIR"])
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in files if "sqlite3" not in path.name and path.parts[0] != "mail"}


def large(path: Path) -> Path:
    """Pages with a picture that is not to be compressed."""
    return web.pages(path, title="A large page", files={"images/large.png": bytes(LARGE)}, stored=True)


def line(page: Page, name: str):
    return page.locator(".sent-file").filter(has_text=name)


def test_several_files_come_at_once_with_progress_and_one_is_cancelled_in_the_middle(demo, author, picture, tmp_path):
    page = author
    page.goto(f"{demo.site}/authoring/upload")
    look(page, picture, "100-upload")
    held: list[Route] = []

    def hold(route: Route) -> None:
        # The second slice of the large file waits, so that there is a middle to cancel in.
        if route.request.url.endswith("offset=8388608"):
            held.append(route)
        else:
            route.continue_()

    page.route("**/content?offset=*", hold)
    upload(demo, page, media.pdf(tmp_path / "first.pdf", 2, title="The first"), large(tmp_path / "large.zip"),
           media.pdf(tmp_path / "last.pdf", 2, title="The last"))  # fmt: skip
    expect(line(page, "first.pdf")).to_contain_text("It is here.")
    expect(line(page, "large.zip")).to_contain_text("8.4MB of 9.0MB")
    expect(line(page, "last.pdf")).to_contain_text("Waits for its turn.")
    assert line(page, "large.zip").locator("progress").evaluate("each => each.value") > 90
    look(page, picture, "101-on-their-way")
    page.get_by_role("button", name="Cancel large.zip").click()
    expect(line(page, "large.zip")).to_contain_text("Cancelled.")
    expect(page.get_by_role("button", name="Go on with the files that are here")).to_be_visible()
    expect(line(page, "last.pdf")).to_contain_text("It is here.")
    look(page, picture, "102-one-cancelled")
    click(page, "Go on with the files that are here")
    page.unroute("**/content?offset=*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Modules")
    table = page.locator("table").filter(has=page.get_by_text("last.pdf"))
    expect(table.locator("tr").filter(has_text="large.zip").first).to_contain_text("Cancelled")
    look(page, picture, "103-modules-and-uploads")
    for name in ("first.pdf", "last.pdf"):
        page.goto(f"{demo.site}/authoring")
        click(page, name, "link")
        report(page)
    with database(demo).connect() as connection:
        gone = connection.scalar(select(Upload.key).where(Upload.name == "large.zip").order_by(Upload.id.desc()))
    assert not any(gone in name for name in lying_about(demo))


def test_a_connection_that_is_lost_in_the_middle_costs_one_slice_and_goes_on_by_itself(demo, author, picture, tmp_path):
    page = author
    lost: list[str] = []
    slices: list[str] = []

    def lose(route: Route) -> None:
        at = route.request.url.rsplit("=", 1)[1]
        slices.append(at)
        if at != "0" and not lost:
            lost.append(at)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/content?offset=*", lose)
    upload(demo, page, large(tmp_path / "lost.zip"))
    expect(line(page, "lost.zip")).to_contain_text("The connection was lost. It goes on by itself: try 1 of 5.")
    look(page, picture, "104-connection-lost", (885,))
    report(page)
    page.unroute("**/content?offset=*")
    assert slices == ["0", "8388608", "8388608"]
    look(page, picture, "105-report")


def test_without_javascript_a_plain_form_brings_files_and_leads_to_their_report(demo, browser, picture, tmp_path):
    page = as_author.somebody(demo, browser, "plain.author@nhs.example", "author", java_script_enabled=False)
    page.goto(f"{demo.site}/authoring/upload")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose")
    picture(page, "106-plain-form-nothing-chosen", full_page=True)
    upload(demo, page, media.pdf(tmp_path / "plain.pdf", 2, title="Brought plainly"))
    expect(page.get_by_role("heading", level=1)).to_have_text("plain.pdf")
    outcome = page.locator(".outcome h2")
    end = time.monotonic() + as_author.LONG / 1000
    while not outcome.count() and time.monotonic() < end:
        page.get_by_role("link", name="Check again").or_(outcome).first.wait_for()
        page.reload()
    expect(outcome).to_have_text("Brought plainly, version 1")
    page.context.close()


def cmi5(path: Path) -> Path:
    structure = '<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"/>'
    return hostile.made(path, {"cmi5.xml": structure, "index.html": "<h1>A</h1>"})


def rar(path: Path) -> Path:
    path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(200))
    return path


REFUSED = {
    "traversal.zip": (lambda path: hostile.with_names(path, "../../outside.html", "index.html"), "outside"),
    "bomb.zip": (hostile.bomb, "unpack"),
    "locked.zip": (hostile.locked, "password"),
    "course.rar": (rar, "zip"),
    "cmi5.zip": (cmi5, "cmi5 package"),
}


def test_what_is_refused_is_said_in_words_and_nothing_of_it_is_left(demo, author, picture, tmp_path):
    page = author
    before, lay = versions(demo), lying_about(demo)
    for name, (make, words) in REFUSED.items():
        upload(demo, page, make(tmp_path / name))
        report(page, "This file was refused")
        expect(page.locator(".problems.is-error")).to_contain_text(words)
        look(page, picture, f"107-refused-{name}", (1280, 390) if name == "traversal.zip" else (885,))
    assert versions(demo) == before
    assert lying_about(demo) - lay == set()
