"""A module's versions as authors see them: what each is, who is on it, what changed, and what can be done with it."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, update

from courses import copying
from courses.catalogue import Module, ModuleVersion, Origin, Switch, Unit
from courses.db import now
from courses.learning import enrolments
from courses.learning.models import Mode
from learn.audit import AuditEntry
from learn.extensions import db
from learn.web import writing
from tests.modules import make_module
from tests.people import make_user

HERE = "/authoring/modules/a-module"


@pytest.fixture
def draft(session, module):
    """Version 2, a copy with one thing changed."""
    new = copying.copy(session, module.version_id, now())
    session.execute(update(Unit).where(Unit.version_id == new, Unit.position == 1).values(title="Why people say yes"))
    session.commit()
    return new


def acted(session):
    session.rollback()
    rows = session.execute(select(AuditEntry.action, AuditEntry.details).where(AuditEntry.action.like("module.%")))
    return [(row.action, row.details) for row in rows]


def test_a_modules_page_says_who_is_on_which_version(author, session, module, draft):
    for _ in range(3):
        enrolments.enrol(session, make_user(session).learner_id, module.id, now())
    session.commit()
    page = author.get(HERE)
    rows = [" ".join(row.get_text(" ").split()) for row in page.select(".rows tbody tr")]
    assert rows[0].startswith("Version 2 A module, 4 units Draft Only authors see it.")
    assert rows[0].endswith(" 0")
    assert "Published New learners get it." in rows[1]
    assert rows[1].endswith(" 3")
    assert page.select_one("tr.is-current th a").text == "Version 1"


def test_a_modules_page_costs_the_same_however_many_learners_there_are(author, session, module, draft):
    author.get(HERE)
    counts = []
    for _ in range(2):
        statements = []
        listen = lambda *given, told=statements: told.append(given[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listen)
        author.get(HERE)
        event.remove(db.engine, "before_cursor_execute", listen)
        counts.append(len(statements))
        for _ in range(5):
            enrolments.enrol(session, make_user(session).learner_id, module.id, now())
        session.commit()
    assert counts[0] == counts[1] <= 8


def test_where_there_are_many_learners_the_count_is_bounded(author, session, module, monkeypatch):
    from learn.authoring.versions import reading

    monkeypatch.setattr(reading, "MOST", 2)
    assert reading.people(2, True) == "more than 2"
    assert reading.people(0, True) == "0"


def test_a_drafts_page_shows_its_units_and_what_changed(author, draft):
    page = author.get(f"{HERE}/versions/2")
    assert [each.a.text for each in page.select(".outline li")][:2] == ["Why people say yes", "How to ask"]
    assert "required, complete when 75% is reached" in page.select(".outline li small")[2].text
    changes = [" ".join(row.get_text(" ").split()) for row in page.select("h2#changes + table tbody tr")]
    assert changes == ["Why people say yes Renamed It was called \u201cWhy people say no\u201d."]
    assert [each["value"] for each in page.select("input[name=switch]")] == ["stay", "offer", "must"]
    assert not page.select("input[name=is_compatible]")


@pytest.mark.parametrize("switch", list(Switch))
def test_an_author_publishes_with_each_of_the_three_policies(author, session, module, draft, switch, person):
    author.get(f"{HERE}/versions/2")
    page = author.follow(f"{HERE}/versions/2/publish", {"switch": switch.value})
    assert "Version 2 is published. New learners get it from now on." in page.words
    session.rollback()
    assert session.scalar(select(Module.current_version_id)) == draft
    assert session.scalar(select(ModuleVersion.switch).where(ModuleVersion.id == draft)) is switch
    assert acted(session)[-1] == (
        "module.published", {"module": "a-module", "version": 2, "switch": switch.value, "is_compatible": False}
    )  # fmt: skip


def test_publishing_asks_whether_packages_can_go_on_only_where_there_are_some(author, session, module, draft):
    from courses.packages.models import Package

    session.add(Package(sha256="0" * 64, is_zip=True, size=1, entry_count=1, index=b"", created_at=now()))
    session.flush()
    package_id = session.scalar(select(Package.id))
    session.execute(
        update(Unit)
        .where(Unit.version_id == draft, Unit.position == 1)
        .values(kind="scorm", rule="viewed", package_id=package_id)
    )
    session.commit()
    page = author.get(f"{HERE}/versions/2")
    assert page.select_one("label[for=is_compatible]")
    author.follow(f"{HERE}/versions/2/publish", {"switch": "stay", "is_compatible": "y"})
    session.rollback()
    assert session.scalar(select(ModuleVersion.is_compatible).where(ModuleVersion.id == draft)) is True


def test_a_policy_that_there_is_not_comes_back_with_an_error(author, draft):
    author.get(f"{HERE}/versions/2")
    page = author.post(f"{HERE}/versions/2/publish", {"switch": "never"}, 422)
    problem = page.select_one(".nhsuk-error-summary a")
    assert (problem["href"], problem.text.strip()) == (
        "#switch",
        "Select what happens to learners on an earlier version",
    )


def test_a_draft_that_is_not_finished_says_what_is_missing_and_is_not_published(author, session, draft):
    session.execute(update(Unit).where(Unit.version_id == draft, Unit.position == 2).values(kind="video", media={}))
    session.commit()
    page = author.get(f"{HERE}/versions/2")
    panel = page.select_one("section.panel")
    assert "This draft cannot be published yet" in panel.text
    assert "The video has no captions" in panel.text
    assert not panel.select("form")
    page = author.post(f"{HERE}/versions/2/publish", {"switch": "stay"}, 409)
    assert "The video has no captions" in page.words


def test_retiring_says_first_who_is_affected(author, session, module, learner):
    enrolments.enrol(session, learner.learner_id, module.id, now())
    session.commit()
    page = author.get(f"{HERE}/versions/1/retire")
    assert page.h1 == "Retire version 1?"
    assert "1. They can finish it, and keep what they reached." in page.words
    page = author.follow(f"{HERE}/versions/1/retire")
    assert "Version 1 is retired. You can restore it at any time." in page.words
    session.rollback()
    assert session.scalar(select(Module.current_version_id)) is None
    page = author.follow(f"{HERE}/versions/1/restore")
    assert "New learners get version 1 from now on." in page.words
    session.rollback()
    assert session.scalar(select(Module.current_version_id)) == module.version_id
    assert [action for action, _ in acted(session)] == ["module.retired", "module.restored"]


def test_a_version_is_copied_as_a_new_draft(author, session, module):
    author.get(f"{HERE}/versions/1")
    page = author.follow(f"{HERE}/versions/1/copy")
    assert page.h1 == "A module, version 2"
    assert "This is version 2, a draft with all that version 1 holds." in page.words


def test_a_version_is_copied_as_a_module_of_its_own(author, session, module):
    page = author.get(f"{HERE}/versions/1/copy-module")
    assert page.select_one("#slug")["value"] == "a-module-copy"
    page = author.post(f"{HERE}/versions/1/copy-module", {"title": "Mine", "slug": "a-module"}, 422)
    assert page.select_one("#slug")["value"] == "a-module"
    assert "There is a module a-module already." in page.select_one(".nhsuk-error-summary").text
    page = author.post(f"{HERE}/versions/1/copy-module", {"title": "", "slug": "Not this"}, 422)
    assert len(page.select(".nhsuk-error-summary a")) == 2
    page = author.follow(f"{HERE}/versions/1/copy-module", {"title": "Mine", "slug": "mine"})
    assert page.h1 == "Mine, version 1"


def test_a_module_of_the_starter_content_is_changed_only_after_it_was_taken_over(author, session, app):
    folder = Path(app.config["FRONTLINE"].storage.removeprefix("file:"))
    make_module(session, folder, origin=Origin.STARTER)
    session.commit()
    page = author.get(f"{HERE}/versions/1")
    assert not page.select("form[action$=copy]")
    assert page.select("a[href$=copy-module]")
    author.post(f"{HERE}/versions/1/retire", status=409)
    author.get(HERE)
    page = author.follow(f"{HERE}/take-over")
    assert "This module is yours to change." in page.words
    session.rollback()
    assert session.scalar(select(Module.origin)) is Origin.AUTHOR
    assert acted(session)[-1] == ("module.taken_over", {"module": "a-module"})
    assert author.get("/authoring").select_one(".rows a").text == "A module"


@pytest.mark.parametrize("path", ["/authoring/modules/none", f"{HERE}/versions/9", f"{HERE}/versions/1/preview/9"])
def test_what_is_not_there_is_said(author, module, path):
    author.get(path, 404)


@pytest.mark.parametrize(
    ("position", "words"), [(1, "They are not asked."), (3, "What comes first?"), (4, "What will you change?")]
)
def test_a_preview_shows_a_unit_as_a_learner_sees_it_and_records_nothing(
    author, session, module, draft, position, words
):
    from sqlalchemy import func

    from courses.learning.models import Enrolment, Statement

    page = author.get(f"{HERE}/versions/2/preview/{position}")
    assert words in page.words
    assert "Nothing that you do here is recorded." in page.words
    assert not page.select("main form:not([action^='/stay'])")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Enrolment)) == 0
    assert session.scalar(select(func.count()).select_from(Statement)) == 0


def test_a_video_is_previewed_with_its_transcript(author, session, module, draft):
    film = {"sha256": "0" * 64, "name": "film.webm", "bytes": 3000, "media_type": "video/webm"}
    media = {"video": film, "captions": {**film, "name": "film.vtt"}, "transcript_html": "<p>Ask first.</p>"}
    session.execute(
        update(Unit)
        .where(Unit.version_id == draft, Unit.position == 1)
        .values(kind="video", rule="watched", threshold=90, media=media)
    )
    session.commit()
    page = author.get(f"{HERE}/versions/2/preview/1")
    assert page.select_one("video source")["src"].endswith(".webm")
    assert "Ask first." in page.words


def test_a_package_is_previewed_by_the_real_player_in_a_frame_that_may_do_as_much_as_a_learners(
    author, session, module, draft, app, monkeypatch
):
    """Only the seam to the content origin is stood in for: which play was asked for, and what the page makes of it."""
    from courses.packages.models import Package

    session.add(Package(sha256="0" * 64, is_zip=True, size=1, entry_count=1, index=b"", created_at=now()))
    session.flush()
    package_id = session.scalar(select(Package.id))
    session.execute(
        update(Unit)
        .where(Unit.version_id == draft, Unit.position == 1)
        .values(kind="scorm", rule="viewed", package_id=package_id)
    )
    session.commit()
    asked = {}

    def play(session, unit, **given):
        asked.update(given, unit=unit.id)
        host = "http://label.content.localhost:5000"
        return SimpleNamespace(
            address=f"{host}/c/token/player", origin=host, frame_source=host, sandbox="allow-scripts"
        )

    monkeypatch.setitem(app.extensions, "frontline_play", play)
    page = author.get(f"{HERE}/versions/2/preview/1")
    assert (asked["mode"], asked["learner_id"]) == (Mode.PREVIEW, None)
    frame = page.select_one("iframe")
    assert frame["src"] == "http://label.content.localhost:5000/c/token/player"
    assert frame["data-origin"] == "http://label.content.localhost:5000"
    assert "allow-top-navigation" not in frame["sandbox"]
    assert "frame-src http://label.content.localhost:5000;" in page.response.headers["Content-Security-Policy"]
    assert page.select_one(".calls [role=status]") is not None


def test_the_list_of_modules_goes_on_by_pages(author, session, module, monkeypatch):
    from learn.authoring import home

    with writing() as writer:
        for n in range(26):
            copying.copy_module(writer, module.version_id, f"copy-{n}", f"Copy {n}", now())
    page = author.get("/authoring")
    assert len(page.select(".rows tbody tr")) == home.PAGE
    page = author.get(page.select_one("a[rel=next]")["href"])
    assert [each.text for each in page.select(".rows th a")] == ["Copy 0", "A module"]
