"""A unit that is closed: said in the list, said on its page, refused whatever is done to it, and open when its time comes."""

import pytest
from sqlalchemy import func, select, update

from courses.catalogue import Unit
from courses.learning.models import Enrolment, Play, UnitProgress
from tests.courses.learning.played import SCORM12
from tests.learn.player.test_playing import PASSED, begin
from tests.modules import WHOLE, make_module
from tests.people import sign_in

LATER = "2099-12-03T00:00:00+00:00"


@pytest.fixture
def close(session):
    """Give a unit of a module a release rule."""

    def closed(made, position, **rule):
        chosen = update(Unit).where(Unit.version_id == made.version_id, Unit.position == position)
        session.execute(chosen.values(release=rule))
        session.commit()

    return closed


def line(page, position):
    return page.select(".lines li")[position - 1]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"not_before": LATER}, "Opens on 3 December 2099"),
        ({"not_before": "2099-12-03T09:30:00+00:00"}, "Opens on 3 December 2099 at 9:30am"),
        ({"after": "why"}, "Complete “Why people say no” first"),
        ({"after": "check", "min_score": 80}, "Score at least 80% in “Check what you know” first"),
    ],
)
def test_the_list_says_with_a_lock_why_a_unit_is_closed_and_so_does_its_page(member, module, close, rule, words):
    close(module, 2, **rule)
    member.get(f"/modules/{module.slug}")
    page = member.follow(f"/modules/{module.slug}/start")
    closed = line(page, 2)
    assert closed.select_one("svg.s-locked")
    assert words in closed.get_text()
    page = member.get(f"/modules/{module.slug}/units/2")
    assert "This unit is not open to you yet" in page.words
    assert words in page.select_one(".closed").get_text()
    assert "Kindly." not in page.words, "what it holds is not shown"
    assert not page.select("main article form")


def test_a_closed_unit_takes_nothing_by_any_road(member, make, players, close, session):
    made = make(SCORM12, SCORM12, SCORM12)
    close(made, 2, after=made.units[0].stable_key)
    page = begin(member, made)
    opened = session.scalar(select(func.count()).select_from(Play))
    token = {"csrf_token": page.csrf_token}
    member.get(f"/modules/{made.slug}/units/2")
    member.get(f"/modules/{made.slug}/units/2/window", 303)
    for path in ("", "/again"):
        page = member.post(f"/modules/{made.slug}/units/2{path}", token, status=403)
        assert "Complete “Unit 1” first." in page.words
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Play)) == opened
    players.tell(session, PASSED)
    assert member.get(f"/modules/{made.slug}/units/2").select_one("iframe")


def test_watching_a_closed_film_counts_nothing(member, module, close, session):
    close(module, 2, not_before=LATER)
    member.get(f"/modules/{module.slug}/units/1")
    page = member.post(f"/modules/{module.slug}/units/2/watched", status=403)
    assert "This unit is not open to you yet" in page.words
    assert session.scalar(select(UnitProgress.unit_id)) is None


def test_a_score_opens_what_waits_for_it(member, module, close, session):
    close(module, 4, after="check", min_score=80)
    page = member.get(f"/modules/{module.slug}/units/3")
    right = {"single": "1", "multiple": ["0", "1"], "truefalse": "0", "shortanswer": "24"}
    names = list(dict.fromkeys(tag["name"] for tag in page.select("main [name^=q]")))
    page = member.follow(f"/modules/{module.slug}/units/3", dict(zip(names, right.values(), strict=True)))
    assert line(page, 4).select_one("svg.s-not_started")
    assert line(page, 3).select_one("small").get_text().startswith("Passed, score 100% ·")
    member.get(f"/modules/{module.slug}/units/4")
    member.post(f"/modules/{module.slug}/units/4", {"text": "Now."})
    assert session.scalar(select(Enrolment.done_count)) == 2


def test_scorm_prerequisites_close_an_item_until_the_others_are_done(member, make, players, session):
    first = {**SCORM12, "play": {**SCORM12["play"], "identifier": "I1"}}
    second = {**SCORM12, "play": {**SCORM12["play"], "identifier": "I2", "prerequisites": "I1"}}
    made = make(first, second)
    page = begin(member, made)
    assert "Complete “Unit 1” first" in line(page, 2).get_text()
    member.post(f"/modules/{made.slug}/units/2/again", {"csrf_token": page.csrf_token}, status=403)
    players.tell(session, PASSED)
    assert "Complete" not in line(member.get(f"/modules/{made.slug}/units/2"), 2).get_text()


def test_going_on_leads_past_what_is_closed_and_to_it_when_nothing_else_is_left(member, module, close):
    close(module, 1, not_before=LATER)
    member.get(f"/modules/{module.slug}")
    member.post(f"/modules/{module.slug}/start")
    page = member.get(f"/modules/{module.slug}")
    assert page.select_one(".start a")["href"].endswith("/units/2")
    for position in (2, 3, 4):
        close(module, position, not_before=LATER)
    assert member.get(f"/modules/{module.slug}").select_one(".start a")["href"].endswith("/units/1")


def test_to_an_anonymous_reader_only_dates_close(client, module, close):
    close(module, 2, after="why")
    close(module, 4, not_before=LATER)
    reader = sign_in(client, None, platform_name="NIHR Learn")
    assert "Kindly." in reader.get(f"/modules/{module.slug}/units/2").words
    assert "Opens on 3 December 2099" in reader.get(f"/modules/{module.slug}/units/4").words


def test_a_module_that_waits_as_a_whole_says_so_and_not_why_its_units_wait(member, module, session, folder, close):
    made = make_module(
        session, folder, {"module.toml": 'requires = ["a-module"]', **WHOLE}, slug="later", title="Later"
    )
    close(made, 2, not_before=LATER)
    page = member.get("/modules/later")
    assert "Cannot start yet" in line(page, 2).get_text()
    assert not page.select(".lines a")


def test_rules_cost_no_statement_where_there_are_none_nor_where_there_are(member, module, close, count):
    member.get(f"/modules/{module.slug}")
    member.post(f"/modules/{module.slug}/start")
    member.get(f"/modules/{module.slug}/units/1")
    without = [count(member, f"/modules/{module.slug}{path}") for path in ("", "/units/1")]
    close(module, 2, after="why", not_before=LATER)
    close(module, 4, after="check", min_score=80)
    assert [count(member, f"/modules/{module.slug}{path}") for path in ("", "/units/1")] == without
