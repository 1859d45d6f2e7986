"""The pages of facilitators, by HTTP: what waits, one item, deciding, undoing, the record."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from learn.accounts.models import Role, User
from learn.extensions import db
from learn.moderation import flags, leases, listing, queue
from learn.moderation.flags import Told
from learn.moderation.models import Decision, FlagReason, ReviewItem, Source
from learn.notifications.models import Notification
from tests import databases
from tests.learn.moderation.notes import HIDDEN, SHOWN
from tests.pages import PageClient
from tests.people import make_user, sign_in

NOTE = "It could hurt somebody who reads it."


@pytest.fixture
def reported(session, notes, author, learner):
    """Report a note; returns the number of the item that waits."""

    def do(text="Nobody in that team ever reads", reason=FlagReason.UNKIND, words="", **more):
        session.rollback()
        number = notes.add(text, author_id=author.id, **more)
        flags.report(session, "post", number, Told(reason, words), now(), reporter_id=learner.id, network="")
        session.commit()
        return session.scalar(select(ReviewItem.id).where(ReviewItem.target_id == number))

    return do


def version(session, number):
    session.rollback()
    return session.scalar(select(ReviewItem.version).where(ReviewItem.id == number))


def filled(session, number, act="hide", reason="unkind", words=NOTE):
    return {"act": act, "reason": reason, "words": words, "version": version(session, number)}


def take(browser, number):
    """Open the list, and take an item from it."""
    browser.get("/moderation")
    return browser.follow(f"/moderation/{number}/take")


def test_nothing_waits(desk):
    page = desk.get("/moderation")
    assert (page.h1, "Nothing is waiting" in page.words) == ("Reports to review", True)
    assert "Stories that members send" in desk.get("/moderation?show=stories").words


def test_what_waits_stands_in_order_with_why_since_when_and_its_first_words(desk, put, reported):
    put("Hello everybody, I am new here")
    reported()
    page = desk.get("/moderation")
    lines = [" ".join(each.get_text(" ").split()) for each in page.select(".line")]
    assert lines[0].startswith("Unkind or unfair 1 minute")
    assert "“Nobody in that team ever reads”" in lines[0]
    assert "1 person reported this" in lines[0]
    assert lines[1].startswith("First posts")


def test_the_page_costs_no_more_statements_with_more_in_it(desk, carer, new_client, put, reported, statements, themes):
    one = sign_in(new_client(), carer.id)
    for _ in range(3):
        put(theme_id=themes[0])
        reported(theme_id=themes[0])
    for browser in (desk, one):
        browser.get("/moderation")
        asked = statements(lambda each=browser: each.get("/moderation"))
        assert len(asked) <= 8, "\n".join(asked)
    number = put()
    take(desk, number)
    asked = statements(lambda: desk.get(f"/moderation/{number}"))
    assert len(asked) <= 15, "\n".join(asked)


def test_pages_follow_each_other_and_nothing_is_skipped(desk, session, put, statements):
    for _ in range(30):
        put()
    first = desk.get("/moderation")
    assert len(first.select(".line")) == 25
    second = desk.get(first.find("a", string="Show those after these")["href"])
    assert len(second.select(".line")) == 5
    seen = {form["action"] for page in (first, second) for form in page.select(".desk-list form")}
    assert len({each.split("?")[0] for each in seen}) == 30
    asked = statements(lambda: desk.get("/moderation"))
    assert not [
        each
        for each in asked
        if "FROM review_item" in each and "LIMIT" not in each.upper() and "count(" in each.lower()
    ]


def test_filters_show_what_they_say(desk, put, themes):
    put("In care", theme_id=themes[0])
    put("In data", theme_id=themes[1], priority=queue.PATIENT)
    assert "In data" not in desk.get(f"/moderation?theme={themes[0]}").words
    page = desk.get("/moderation?urgency=0")
    assert ("In data" in page.words, "In care" in page.words) == (True, False)
    assert "Nothing is waiting here" in desk.get(f"/moderation?urgency=1&theme={themes[0]}").words
    for nonsense in ("urgency=x", "theme=99999999999999999999", "after=0-x-1", "after=9-9-9", "show=all", "urgency=99"):
        desk.get(f"/moderation?{nonsense}")


def test_a_facilitator_of_one_theme_sees_its_items_alone_everywhere(new_client, carer, put, themes):
    mine, other = put("Mine to see", theme_id=themes[0]), put("Not mine", theme_id=themes[1])
    browser = sign_in(new_client(), carer.id)
    page = browser.get("/moderation")
    assert ("Mine to see" in page.words, "Not mine" in page.words) == (True, False)
    assert page.select_one(".nav [aria-current] .nav-count").get_text().startswith("1")
    browser.get(f"/moderation/{mine}")
    browser.get(f"/moderation/{other}", 403)
    for act in ("", "/take", "/skip"):
        browser.post(f"/moderation/{other}{act}", filled(db.session(), other) if not act else {}, 403)
    browser.get("/moderation/record.csv", 403)
    assert "Not mine" not in browser.get(f"/moderation?theme={themes[1]}").words


def test_an_item_is_taken_decided_and_the_next_one_shown(desk, session, notes, put, reported, author):
    put()
    number = reported(words='He wrote "Nobody in that team ever reads" about us')
    page = take(desk, number)
    assert page.h1.startswith("Comment")
    assert page.select_one("mark").get_text() == "Nobody in that team ever reads"
    assert "Kim Roberts, Research nurse" in page.words
    assert "no earlier reports" in page.words
    page = desk.follow(f"/moderation/{number}", filled(session, number))
    assert "Hidden. You can undo it until" in page.words
    assert page.select_one(".is-current .line")
    assert "1 of 1 earlier report upheld" in page.words
    assert notes.all[2].state == HIDDEN


def test_nothing_is_decided_by_a_form_that_has_to_be_mended(desk, session, put):
    number = put()
    take(desk, number)
    page = desk.post(f"/moderation/{number}", {"act": "", "reason": "unkind", "words": "", "version": 1}, 422)
    assert [each["href"] for each in page.select(".nhsuk-error-summary a")] == ["#act", "#words"]
    assert all(page.select_one(each["href"]) for each in page.select(".nhsuk-error-summary a"))
    assert page.select_one("#reason option[selected]")["value"] == "unkind"
    page = desk.post(f"/moderation/{number}", filled(session, number, words="about NHS 999 000 0018"), 422)
    assert page.select_one("#words").get_text().strip() == "about NHS 999 000 0018"
    assert session.scalar(select(func.count()).select_from(Decision)) == 0


def test_words_are_suggested_and_nothing_is_decided(desk, session, put):
    number = put()
    take(desk, number)
    page = desk.post(f"/moderation/{number}/words", {"act": "ask", "reason": "unkind"}, 200)
    assert page.select_one("#words").get_text().strip().startswith("It could hurt somebody")
    assert page.select_one("input[name=act][checked]")["value"] == "ask"
    answer = desk.post(
        f"/moderation/{number}/words", {"act": "keep", "reason": "fine"}, 200, headers={"Accept": "application/json"}
    )  # fmt: skip
    assert answer.json["words"].startswith("Thank you")


def test_whoever_lost_the_item_keeps_what_they_typed_and_sees_who_has_it(desk, session, put, carer, new_client):
    other = make_user(session, "Omar Other", roles=(Role.FACILITATOR,))
    session.commit()
    number = put()
    take(desk, number)
    session.execute(update(ReviewItem).values(lease_until=now() - timedelta(minutes=1)))
    session.commit()
    theirs = sign_in(new_client(), other.id)
    take(theirs, number)
    page = desk.post(f"/moderation/{number}", filled(session, number), 409)
    assert "Omar Other has it open now" in page.words
    assert NOTE in page.words
    theirs.post(f"/moderation/{number}", filled(session, number, "remove"))
    page = desk.post(f"/moderation/{number}", filled(session, number), 409)
    assert "Omar Other decided about it" in page.words
    assert "removed" in page.words
    assert session.scalar(select(func.count()).select_from(Decision)) == 1


def test_who_has_what_open_is_seen_by_name(desk, session, put, new_client):
    other = make_user(session, "Omar Other", roles=(Role.FACILITATOR,))
    session.commit()
    number = put()
    sign_in(new_client(), other.id).get("/moderation")
    leases.take(session, number, other.id, now())
    session.commit()
    assert "Omar Other has it open" in desk.get("/moderation").words
    page = desk.get(f"/moderation/{number}")
    assert ("Omar Other has it open now" in page.words, page.select_one("#words")) == (True, None)


def test_the_page_keeps_the_item_and_hears_when_it_is_lost(desk, session, put, facilitator):
    number = put()
    take(desk, number)
    assert desk.post(f"/moderation/{number}/keep", {}, 200).json["is_kept"] is True
    session.execute(update(ReviewItem).values(lease_until=now() - timedelta(minutes=1)))
    session.commit()
    assert desk.post(f"/moderation/{number}/keep", {}, 200).json == {"is_kept": False, "words": ""}


def test_keeping_an_item_does_not_keep_the_session(app):
    from learn.accounts import sessions

    assert "moderation.keep" in sessions.NO_USE
    assert "moderation.keep" in app.view_functions


def test_skipping_leads_on_and_in_the_end_back(desk, put):
    first, second = put(), put()
    desk.get("/moderation")
    assert desk.post("/moderation/next").headers["Location"] == f"/moderation/{first}"
    assert desk.post(f"/moderation/{first}/skip").headers["Location"] == f"/moderation/{second}"
    assert desk.post(f"/moderation/{second}/skip").headers["Location"] == "/moderation"
    assert "Nothing else is waiting" in desk.get("/moderation").words


def test_ones_own_is_not_taken_by_next_and_not_decided(desk, put, facilitator):
    number = put(author_id=facilitator.id)
    desk.get("/moderation")
    assert desk.post("/moderation/next").headers["Location"] == "/moderation"
    page = desk.get(f"/moderation/{number}")
    assert "Another facilitator decides about it" in page.words
    assert page.select_one("input[name=act]") is None


def test_a_decision_is_undone_from_the_banner_and_from_the_record(desk, session, notes, put):
    for _ in range(2):
        number = put()
        take(desk, number)
        desk.follow(f"/moderation/{number}", filled(session, number))
    banner = desk.page.select_one(".undo form")["action"]
    assert "waits again" in desk.follow(banner).words
    page = desk.get("/moderation/decided")
    (again,) = [form["action"] for form in page.select("td form")]
    assert again != banner
    assert "Hidden: it is unkind or unfair (undone)" in page.words
    desk.follow(again)
    assert {note.state for note in notes.all.values()} == {SHOWN}
    desk.post(again)
    session.rollback()
    session.execute(update(Decision).values(at=now() - timedelta(hours=1), undone_at=None))
    session.commit()
    desk.post(again, status=409)


def test_what_cannot_be_undone_is_said_and_offers_no_way_back(desk, session, put):
    number = put()
    take(desk, number)
    page = desk.follow(f"/moderation/{number}", filled(session, number, "redact", "patient"))
    assert page.select_one(".undo").get_text().strip() == "Redacted."
    assert page.select_one(".undo form") is None


@pytest.mark.skipif(bool(databases.POSTGRES), reason="PostgreSQL plans by how much there is")
def test_a_deep_page_is_found_by_its_key(app, session):
    values = {"last": 3, "priority": 3, "since": now(), "number": 7}
    compiled = listing._PAGE.compile(session.get_bind())
    rows = session.connection().exec_driver_sql(
        f"EXPLAIN QUERY PLAN {compiled}", tuple(str(values.get(name, 26)) for name in compiled.positiontup)
    )  # fmt: skip
    plan = " ".join(row[3] for row in rows)
    assert "ix_review_item_queue ((priority,created_at)>(?,?)" in plan


def test_what_was_decided_goes_on_page_by_page(desk, session, put, facilitator):
    for _ in range(27):
        number = put()
        desk.page = None
        desk.get("/moderation/decided")
        desk.post(f"/moderation/{number}", filled(session, number, "keep", "fine"))
    page = desk.get("/moderation/decided")
    assert len(page.select("tbody tr")) == 25
    assert len(desk.get(page.find("a", string="Show older ones")["href"]).select("tbody tr")) == 2


def test_a_thing_is_looked_after_though_nobody_reported_it(desk, session, notes, author):
    number = notes.add(author_id=author.id)
    desk.get("/moderation")
    page = desk.follow(f"/moderation/about/post/{number}")
    assert "Opened by a facilitator" in page.words
    assert [each["value"] for each in page.select("input[name=act]")] == ["keep", "ask", "hide", "remove", "redact"]
    desk.post("/moderation/about/post/99", status=404)
    desk.post("/moderation/about/nothing/1", status=404)


def test_the_notice_that_something_waits_goes_when_the_list_is_seen(desk, session, put, facilitator):
    put()
    assert "Notices (1" in desk.get("/").words
    desk.get("/moderation")
    session.rollback()
    assert session.scalar(select(Notification.read_at).where(Notification.user_id == facilitator.id)) is not None


def test_the_navigation_counts_for_facilitators_alone(desk, member, put):
    put()
    assert desk.get("/").select_one(".nav-count").get_text() == "1 waiting"
    assert member.get("/").select_one(".nav-count") is None
    member.get("/moderation", 403)


def test_the_record_has_each_report_and_each_decision_and_no_name(desk, session, put, reported, learner):
    number = reported(words="=1+1")
    take(desk, number)
    desk.post(f"/moderation/{number}", filled(session, number))
    answer = desk.get("/moderation/record.csv")
    head, report, decision = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    as_dict = dict(zip(head, report, strict=True))
    assert (as_dict["Record"], as_dict["Reason"], as_dict["State"]) == ("report", "unkind", "upheld")
    assert as_dict["Words"] == "'=1+1"
    assert dict(zip(head, decision, strict=True))["What"] == "hide"
    assert session.scalar(select(User.name).where(User.id == learner.id)) not in answer.text


def test_markup_that_somebody_typed_stays_text(desk, session, notes, reported):
    number = reported('<script>alert(1)</script> "quoted" & <b>x</b>', words='see "<script>alert(1)</script>"')
    page = take(desk, number)
    assert "<script>alert(1)</script>" in page.select_one(".thing").get_text()
    assert page.select_one("main script") is None


def test_a_thing_that_is_gone_says_so(desk, notes, put):
    number = put()
    notes.all.clear()
    assert "Not there any more" in desk.get("/moderation").words
    assert desk.get(f"/moderation/{number}").h1 == "Not there any more"


def test_stories_wait_on_their_own_tab(desk, session, author, notes):
    number = notes.add(author_id=author.id)
    queue.put(session, "post", number, Source.STORY, author_id=author.id, theme_id=None, priority=queue.STORY, at=now())
    session.commit()
    assert desk.get("/moderation").select(".line") == []
    page = desk.get("/moderation?show=stories")
    assert len(page.select(".line")) == 1
    desk.post("/moderation/next?show=stories", {})
    assert isinstance(desk, PageClient)
