"""Every kind of thing that the product hands in, through the whole road of the desk: reported, hidden, kept, decided, undone."""

from datetime import date

import pytest
from sqlalchemy import insert, select

from courses.db import now
from learn.moderation import decisions, items, records
from learn.moderation.models import ReviewItem
from learn.stories.around import Adoption, Outcome
from tests.discussing import make_topic, make_writer
from tests.people import sign_in
from tests.stories import make_story

WHY = {"reason": "patient", "words": "It could point to one person."}
MORE = {
    "mask": {"passage": "The freezer was loud"},
    "edit": {"text": "Said in other words."},
    "rename": {"title": "Another title"},
}
FINAL = {"redact", "mask", "edit", "rename"}
"Acts after which a thing is not tried any further here: its text is another, or gone."


def make_post(session, author):
    return make_topic(session, author).post_id


def make_discussion(session, author):
    return make_topic(session, author).topic_id


def make_written(session, author):
    return make_story(session, author_id=author.id).id


def make_adoption(session, author):
    row = {
        "story_id": make_story(session).id, "user_id": author.id, "organisation": "Example Hospital", "region": "wales",
        "tried_on": date(2026, 5, 1), "outcome": next(iter(Outcome)), "words": "It went well.", "is_visible": True, "at": now(),
    }  # fmt: skip
    return session.scalar(insert(Adoption).returning(Adoption.id), row)


MAKERS = {"post": make_post, "topic": make_discussion, "story": make_written, "adoption": make_adoption}


@pytest.fixture(params=sorted(MAKERS))
def thing(request, session):
    """One thing of each kind: its kind and number."""
    author = make_writer(session, "Kim Roberts")
    number = MAKERS[request.param](session, author)
    session.commit()
    return request.param, number


def is_seen(session, thing):
    session.rollback()
    kind, number = thing
    return items.kinds()[kind].origin(session, number).is_seen


def waits(session, thing):
    session.rollback()
    return session.execute(
        select(ReviewItem.id, ReviewItem.version).where(
            ReviewItem.kind == thing[0], ReviewItem.target_id == thing[1], ReviewItem.state == "open"
        )
    ).first()


def decide(desk, session, thing, act, status=303):
    item = waits(session, thing)
    form = {"act": act, "version": item.version, **WHY, **MORE.get(act, {})}
    answer = desk.post(f"/moderation/{item.id}", form, status)
    session.rollback()
    return answer


def test_what_a_member_says_identifies_a_patient_is_hidden_until_a_facilitator_keeps_it(desk, member, session, thing):
    kind, number = thing
    member.get(f"/report/{kind}/{number}")
    member.post(f"/report/{kind}/{number}", {"reason": "patient"})
    assert not is_seen(session, thing)
    desk.get("/moderation")
    desk.follow(f"/moderation/{waits(session, thing).id}/take")
    decide(desk, session, thing, "keep")
    assert is_seen(session, thing)
    assert waits(session, thing) is None
    page = member.get("/me/notifications").words
    assert "kept it as it is" in page


def test_every_act_that_is_offered_can_be_done_and_undone(desk, session, thing):
    kind, number = thing
    desk.get("/moderation")
    page = desk.follow(f"/moderation/about/{kind}/{number}")
    acts = [each["value"] for each in page.select("input[name=act]")]
    assert "keep" in acts
    for act in [act for act in acts if act not in FINAL | {"move"}]:
        item = waits(session, thing)
        decide(desk, session, thing, act)
        done = records.last(session, item.id)
        assert (done.act, done.undone_at) == (act, None)
        desk.get("/moderation/decided")
        desk.follow(f"/moderation/decisions/{done.id}/undo")
        assert is_seen(session, thing), act
    for act in [act for act in acts if act in FINAL and act != "redact"] + ["redact"] * ("redact" in acts):
        if waits(session, thing) is None:
            desk.get("/moderation")
            desk.follow(f"/moderation/about/{kind}/{number}")
        decide(desk, session, thing, act)
    found = decisions.of(session, session.scalar(select(ReviewItem.id).order_by(ReviewItem.id.desc())))
    assert found.closed_at is not None
    desk.get("/moderation/decided")


def test_nobody_but_a_facilitator_of_its_theme_looks_after_it(session, thing, member, new_client, carer):
    kind, number = thing
    before = waits(session, thing)
    member.get("/")
    member.post(f"/moderation/about/{kind}/{number}", status=403)
    browser = sign_in(new_client(), carer.id)
    browser.get("/moderation")
    browser.post(f"/moderation/about/{kind}/{number}", status=403)
    assert waits(session, thing) == before
