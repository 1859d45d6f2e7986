"""The outline of a draft in the browser's forms: moved, added, removed, chosen, and refused once it is published."""

import pytest
from sqlalchemy import select, update

from courses import publishing
from courses.catalogue import ModuleVersion, Unit
from courses.db import now
from courses.packages.models import Package
from tests.learn.authoring.drafts.conftest import found
from tests.modules import make_theme, units_of


def titles(session, draft):
    session.rollback()
    return [unit.title for unit in units_of(session, draft.version_id)]


def number(session, draft, position):
    return next(unit.id for unit in units_of(session, draft.version_id) if unit.position == position)


def settings_of(page, **changed):
    """What the settings page shows, as the browser sends it, with some of it changed."""
    form = page.select_one("form.narrow")
    typed = {tag["name"]: tag.get("value", "") for tag in form.select("input:not([type=radio]):not([type=checkbox])")}
    typed |= {tag["name"]: tag["value"] for tag in form.select("input[checked]")}
    typed |= {tag["name"]: (tag.select_one("option[selected]") or tag.option)["value"] for tag in form.select("select")}
    return {name: value for name, value in (typed | changed).items() if value is not None}


def test_a_unit_moves_up_and_down_by_buttons(author, draft, session):
    page = author.get(f"{draft.url}/outline")
    assert page.h1 == "A module"
    assert [a.get_text() for a in page.select(".what > a")] == titles(session, draft)
    author.post(f"{draft.url}/outline/move", {"unit": number(session, draft, 1), "to": "down"})
    assert titles(session, draft)[:2] == ["How to ask", "Why people say no"]
    author.post(f"{draft.url}/outline/move", {"unit": number(session, draft, 4), "to": "up"})
    assert titles(session, draft)[2:] == ["Think about your ward", "Check what you know"]


def test_the_first_unit_has_no_button_up_and_the_last_none_down(author, draft):
    forms = author.get(f"{draft.url}/outline").select(".mover")
    assert [[button["value"] for button in form.select("button")] for form in forms] == [
        ["down"], ["up", "down"], ["up", "down"], ["up"],
    ]  # fmt: skip


def test_a_unit_is_added_and_opens_in_its_editor(author, draft, session):
    author.get(f"{draft.url}/outline")
    page = author.follow(f"{draft.url}/outline/add", {"kind": "page", "title": "One more thing"})
    assert page.h1 == "One more thing"
    assert titles(session, draft)[4] == "One more thing"
    page = author.get(f"{draft.url}/outline")
    assert "The page is empty. Write it, or remove it." in page.words


def test_adding_without_kind_or_title_comes_back_with_words(author, draft, session):
    author.get(f"{draft.url}/outline")
    page = author.post(f"{draft.url}/outline/add", {"title": "Typed"}, status=422)
    assert "Choose what to add" in page.words
    assert page.select_one("input[name=title]")["value"] == "Typed"
    assert len(titles(session, draft)) == 4


def test_removing_asks_first_and_leads_links_to_the_module(author, draft, session):
    link = f'<a href="/modules/{draft.slug}/units/2">next</a> <a href="/modules/{draft.slug}/units/4">last</a>'
    session.execute(update(Unit).where(Unit.version_id == draft.version_id, Unit.position == 1).values(body_html=link))
    session.commit()
    page = author.get(f"{draft.url}/units/2/remove")
    assert page.h1 == "Remove “How to ask”"
    author.post(f"{draft.url}/units/2/remove", {"unit": page.select_one("input[name=unit]")["value"]})
    assert titles(session, draft) == ["Why people say no", "Check what you know", "Think about your ward"]
    body = units_of(session, draft.version_id)[0].body_html
    assert body == f'<a href="/modules/{draft.slug}">next</a> <a href="/modules/{draft.slug}/units/3">last</a>'


def test_what_was_removed_in_another_tab_is_not_removed_twice(author, draft, session):
    page = author.get(f"{draft.url}/units/2/remove")
    form = {"unit": page.select_one("input[name=unit]")["value"]}
    author.post(f"{draft.url}/units/2/remove", form)
    page = author.post(f"{draft.url}/units/2/remove", {**form, "csrf_token": page.csrf_token}, status=409)
    assert "This unit is not in the draft any more." in page.words
    assert len(titles(session, draft)) == 3


def test_settings_are_saved_and_totals_follow(author, draft, session):
    page = author.get(f"{draft.url}/units/2/settings")
    form = settings_of(page, title="Ask kindly", minutes="12", weight="3", rule="viewed")
    page = author.follow(f"{draft.url}/units/2/settings", form)
    assert "Ask kindly" in page.words and "counts 3 times" in page.words and "Complete when it is opened" in page.words
    session.rollback()
    version = session.execute(select(ModuleVersion.required_weight, ModuleVersion.minutes)).one()
    assert version.required_weight == 6
    page = author.get(f"{draft.url}/units/2/settings")
    author.post(f"{draft.url}/units/2/settings", settings_of(page, is_required=None))
    session.rollback()
    version = session.execute(select(ModuleVersion.required_weight, ModuleVersion.required_mask)).one()
    assert (version.required_weight, version.required_mask) == (3, bytes([0b1101]))


def test_a_quiz_has_a_pass_mark_and_tries(author, draft, session):
    page = author.get(f"{draft.url}/units/3/settings")
    assert page.select_one("input[name=threshold]")["value"] == "75"
    assert page.select_one("input[name=score_policy][checked]")["value"] == "best"
    author.post(
        f"{draft.url}/units/3/settings", settings_of(page, threshold="60", max_attempts="2", score_policy="last")
    )
    session.rollback()
    unit = session.execute(select(Unit.threshold, Unit.max_attempts, Unit.score_policy).where(Unit.position == 3)).one()
    assert tuple(unit) == (60, 2, "last")


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"title": " "}, "Enter a title"),
        ({"minutes": "long"}, "Enter a whole number from 0 to 600"),
        ({"weight": "0"}, "Enter a whole number from 1 to 100"),
        ({"threshold": "101"}, "Enter a whole number from 1 to 100"),
        ({"threshold": ""}, "Enter a whole number from 1 to 100"),
        ({"max_attempts": "-1"}, "Enter a whole number from 1 to 100, or leave it empty"),
        ({"rule": "marked"}, "Not a valid choice"),
        ({"day": "31", "month": "2", "year": "2027"}, "Enter a day and a time that there are"),
        ({"time": "9:30"}, "Enter a day and a time that there are"),
        ({"day": "1", "month": "2", "year": "2027", "time": "25:00"}, "Enter a day and a time that there are"),
        ({"day": "29", "month": "3", "year": "2099", "time": "01:30"}, "Enter a day and a time that there are"),
        ({"min_score": "50"}, "Choose the unit that the score is asked in"),
        ({"after": "why", "min_score": "50"}, "That unit gives no score"),
        ({"after": "think"}, "Not a valid choice"),
    ],
)
def test_settings_that_cannot_be_come_back_with_what_was_typed(author, draft, session, changed, words):
    page = author.get(f"{draft.url}/units/3/settings")
    page = author.post(f"{draft.url}/units/3/settings", settings_of(page, **{"weight": "7", **changed}), status=422)
    assert words in page.words
    assert page.title.get_text().startswith("Error: ")
    assert page.select_one(f"#{page.select_one('.nhsuk-error-summary a')['href'][1:]}")
    session.rollback()
    if "weight" not in changed:
        assert page.select_one("input[name=weight]")["value"] == "7"
    assert session.scalar(select(Unit.weight).where(Unit.position == 3)) == 1


def test_a_unit_opens_on_a_day_of_the_sites_own_clock_and_after_a_score(author, draft, session):
    page = author.get(f"{draft.url}/units/4/settings")
    form = settings_of(page, day="1", month="7", year="2027", time="09:30", after="check", min_score="80")
    page = author.follow(f"{draft.url}/units/4/settings", form)
    session.rollback()
    release = session.scalar(select(Unit.release).where(Unit.position == 4))
    assert release == {"not_before": "2027-07-01T08:30:00+00:00", "after": "check", "min_score": 80}
    assert "Opens on 1 July 2027 at 9:30am and after “Check what you know” with 80% or more" in page.words
    shown = settings_of(author.get(f"{draft.url}/units/4/settings"))
    assert [shown[name] for name in ("day", "month", "year", "time", "after", "min_score")] == [
        "1", "7", "2027", "09:30", "check", "80",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "month", "time", "kept", "words"),
    [
        ("29", "3", "00:59", "2099-03-29T00:59:00", "29 March 2099 at 12:59am"),
        ("29", "3", "02:00", "2099-03-29T01:00:00", "29 March 2099 at 2:00am"),
        ("25", "10", "00:30", "2099-10-24T23:30:00", "25 October 2099 at 12:30am"),
        ("25", "10", "01:30", "2099-10-25T00:30:00", "25 October 2099 at 1:30am"),
        ("25", "10", "02:00", "2099-10-25T02:00:00", "25 October 2099 at 2:00am"),
        ("26", "10", "", "2099-10-26T00:00:00", "26 October 2099"),
    ],
)
def test_a_moment_round_a_change_of_the_clocks_is_the_same_to_author_and_learner(
    author, draft, session, day, month, time, kept, words
):
    """Europe/London; what comes twice in autumn is the first of the two."""
    page = author.get(f"{draft.url}/units/2/settings")
    form = settings_of(page, day=day, month=month, year="2099", time=time)
    author.follow(f"{draft.url}/units/2/settings", form)
    session.rollback()
    assert session.scalar(select(Unit.release).where(Unit.position == 2)) == {"not_before": f"{kept}+00:00"}
    shown = settings_of(author.get(f"{draft.url}/units/2/settings"))
    assert (shown["day"], shown["month"], shown["time"]) == (day, month, time or "00:00")
    publishing.publish(session, draft.version_id, now())
    session.commit()
    author.get(f"/modules/{draft.slug}")
    author.follow(f"/modules/{draft.slug}/start")
    closed = author.get(f"/modules/{draft.slug}/units/2").select_one(".closed")
    assert f"Opens on {words}." in closed.get_text()


def test_a_unit_that_would_wait_for_a_later_one_says_so(author, draft, session):
    page = author.get(f"{draft.url}/units/2/settings")
    author.post(f"{draft.url}/units/2/settings", settings_of(page, after="why"))
    page = author.get(f"{draft.url}/outline")
    assert "in front of it" not in page.words
    page = author.follow(f"{draft.url}/outline/move", {"unit": number(session, draft, 1), "to": "down"})
    assert "It opens after a unit that is not in front of it." in page.words


def test_nobody_overwrites_what_another_author_saved_meanwhile(author, draft, session):
    page = author.get(f"{draft.url}/units/2/settings")
    late = settings_of(page, title="Too late")
    author.post(f"{draft.url}/units/2/settings", settings_of(page, title="In time"))
    page = author.post(f"{draft.url}/units/2/settings", late, status=409)
    assert "Somebody changed this unit after you opened it" in page.words
    assert page.select_one("input[name=title]")["value"] == "Too late"
    assert "In time" in titles(session, draft)


def test_all_items_of_a_package_are_required_by_one_press(author, draft, session):
    package = Package(sha256="a" * 64, is_zip=True, size=1, entry_count=1, index=b"", created_at=now())
    session.add(package)
    session.flush()
    some = (Unit.version_id == draft.version_id, Unit.position.in_((1, 2)))
    session.execute(update(Unit).where(*some).values(package_id=package.id, is_required=False))
    session.commit()
    page = author.get(f"{draft.url}/outline")
    assert "Each item of the package is a unit here. 0 of 2 have to be completed." in page.words
    page = author.follow(f"{draft.url}/outline/require", {"package": package.id})
    assert "All 2 items of the package have to be completed now." in page.words
    assert not page.select("form[action$='/require']")
    session.rollback()
    assert session.scalars(select(Unit.is_required).where(*some)).all() == [True, True]


def test_a_published_version_is_refused_with_words_wherever_it_could_be_changed(author, draft, session):
    unit = number(session, draft, 1)
    settings = settings_of(author.get(f"{draft.url}/units/1/settings"))
    publishing.publish(session, draft.version_id, now())
    session.commit()
    for path in ("outline", "about", "units/1", "units/1/settings", "units/1/remove"):
        assert "Copy it into a new draft to change it." in author.get(f"{draft.url}/{path}", 409).words
    for path, form in (
        ("outline/move", {"unit": unit, "to": "down"}), ("outline/add", {"kind": "page", "title": "X"}),
        ("units/1/remove", {"unit": unit}), ("units/1/settings", settings), ("about", {"title": "X"}), ("units/1", settings),
        ("outline/require", {"package": 1}),
    ):  # fmt: skip
        author.post(f"{draft.url}/{path}", {"csrf_token": settings["csrf_token"], **form}, status=409)
    assert titles(session, draft)[0] == "Why people say no"


def test_only_authors_come_in(member, draft):
    assert "for authors of modules" in member.get(f"{draft.url}/outline", 403).words
    assert "for authors of modules" in member.get("/authoring/modules/new", 403).words


def test_what_is_not_there_is_a_page_with_words(author, draft):
    for path in (f"{draft.url}/units/9", "/authoring/modules/none/versions/1/outline", f"{draft.url[:-1]}7/outline"):
        assert "Page not found" in author.get(path, 404).words


def test_a_module_from_nothing_has_an_empty_draft_that_says_what_it_needs(author, session):
    make_theme(session)
    session.commit()
    author.get("/authoring/modules/new")
    page = author.post("/authoring/modules/new", {"title": "", "summary": "Kept"}, status=422)
    assert "Enter a title" in page.words and "Choose a theme" in page.words
    assert page.select_one("textarea").get_text().strip() == "Kept"
    page = author.follow(
        "/authoring/modules/new", {"title": "Ask well", "theme": "research-culture", "summary": "How."}
    )
    assert page.h1 == "Ask well"
    assert "There is no unit yet." in page.words and "The module has no unit yet." in page.words
    author.get("/modules/ask-well", 404)


def test_new_is_never_a_slug(author, session):
    make_theme(session)
    session.commit()
    for _ in range(2):
        author.get("/authoring/modules/new")
        author.post("/authoring/modules/new", {"title": "New", "theme": "research-culture"})
    assert found(session, "new-module") and found(session, "new-module-2")


def test_title_and_summary_are_changed(author, draft, session):
    page = author.get(f"{draft.url}/about")
    assert page.select_one("input[name=title]")["value"] == "A module"
    page = author.follow(f"{draft.url}/about", {"title": "Another name", "summary": "Why."})
    assert page.h1 == "Another name"
