"""Moderation under attack from inside: a facilitator who lost their role or theme half-way, or whose own thing it is."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, select, update

from courses.db import now
from learn.accounts.decisions import suspension
from learn.accounts.models import Role, RoleGrant
from learn.errors import Forbidden
from learn.moderation import decisions, flags, leases
from learn.moderation.flags import Told
from learn.moderation.models import Decision, FlagReason, ReviewItem
from tests.people import make_user, sign_in

CHOSEN = {"act": "remove", "reason": "unkind", "words": "Write about what happened, not about the people."}


def lease_of(session, item):
    session.rollback()
    return session.execute(select(ReviewItem.lease_by_id, ReviewItem.lease_until).where(ReviewItem.id == item)).one()


def post(browser, path, status, **form):
    return browser._open(
        "POST", path, status, data={"csrf_token": browser.page.tokens[0] if browser.page.tokens else "", **form}
    )


@pytest.fixture
def at_work(session, carer, put, themes, new_client):
    """Cara has an item of her theme open: the browser, and the item's number."""
    item = put(theme_id=themes[0])
    browser = sign_in(new_client(), carer.id)
    browser.get("/moderation")
    browser.follow(f"/moderation/{item}/take")
    return browser, item


def other_theme(session, user_id):
    session.execute(update(RoleGrant).where(RoleGrant.user_id == user_id).values(themes=["data"]))


def no_role(session, user_id):
    session.execute(delete(RoleGrant).where(RoleGrant.user_id == user_id))


@pytest.mark.parametrize("lose", [other_theme, no_role])
def test_whoever_lost_the_theme_half_way_decides_nothing_and_keeps_nothing(session, carer, at_work, lose):
    browser, item = at_work
    before = lease_of(session, item)
    lose(session, carer.id)
    session.commit()
    for path in ("", "/words", "/take", "/skip", "/keep"):
        post(browser, f"/moderation/{item}{path}", 403, version=1, **CHOSEN)
    browser.get(f"/moderation/{item}", 403)
    assert lease_of(session, item) == before
    assert session.scalars(select(Decision.id)).all() == []


def test_a_role_that_was_taken_while_its_holder_waited_to_write_is_for_no_theme_and_not_for_all(
    session, carer, put, themes
):
    item = put(theme_id=themes[1])
    no_role(session, carer.id)
    session.commit()
    waited = SimpleNamespace(id=carer.id, roles=frozenset({"facilitator"}))
    with pytest.raises(Forbidden):
        decisions.decide(session, item, waited, *CHOSEN.values(), 1, now(), {})


def test_what_a_suspended_facilitator_had_open_is_free_for_others(session, carer, facilitator, at_work):
    browser, item = at_work
    token = browser.page.csrf_token
    suspension.suspend(session, carer.id, now() + timedelta(days=1), now(), by_id=None, reason="Left")
    session.commit()
    post(browser, f"/moderation/{item}", 403, csrf_token=token, version=1, **CHOSEN)
    post(browser, f"/moderation/{item}/keep", 403, csrf_token=token)
    assert session.scalars(select(Decision.id)).all() == []
    assert leases.take(session, item, facilitator.id, lease_of(session, item).lease_until)


def test_nobody_keeps_their_own_from_others(session, desk, facilitator, put, notes):
    own = put(author_id=facilitator.id)
    target = session.scalar(select(ReviewItem.target_id).where(ReviewItem.id == own))
    desk.get("/moderation")
    post(desk, f"/moderation/{own}/take", 403)
    post(desk, f"/moderation/about/post/{target}", 303)
    assert lease_of(session, own).lease_by_id is None


def test_what_reporters_wrote_is_not_read_by_whose_thing_it_is(session, desk, facilitator, learner, notes, new_client):
    number = notes.add("Nobody in that team ever reads", author_id=facilitator.id)
    told = Told(FlagReason.UNKIND, "I sat beside her on ward 7 on Tuesday")
    flags.report(session, "post", number, told, now(), reporter_id=learner.id, network="")
    other = make_user(session, "Ann Lee", roles=(Role.FACILITATOR,))
    session.commit()
    item = session.scalar(select(ReviewItem.id))
    page = desk.get(f"/moderation/{item}")
    assert "It is unkind or unfair" in page.words and "ward 7" not in page.words
    assert "ward 7" in sign_in(new_client(), other.id).get(f"/moderation/{item}").words


def test_what_was_moved_to_another_theme_while_it_waited_is_for_facilitators_of_that_one(
    session, carer, put, themes, notes, new_client
):
    item = put(theme_id=themes[1])
    number = session.scalar(select(ReviewItem.target_id).where(ReviewItem.id == item))
    browser = sign_in(new_client(), carer.id)
    browser.get("/moderation")
    post(browser, f"/moderation/about/post/{number}", 403)
    notes.all[number].theme_id = themes[0]
    browser.get("/moderation")
    page = browser.follow(f"/moderation/about/post/{number}")
    assert "You have this item until" in page.words
    other_theme(session, carer.id)
    session.commit()
    browser.get(f"/moderation/{item}", 403)
