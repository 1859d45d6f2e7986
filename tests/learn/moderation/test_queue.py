"""What waits, who is told, and who has it open."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, select, update

from courses.db import now
from learn.accounts.models import Role, User
from learn.lti.models import Registration
from learn.lti.role_rules import RoleRule
from learn.moderation import facilitators, leases, queue
from learn.moderation.models import ReviewItem, Source
from learn.notifications.models import Notification
from tests.learn.lti.platform import Platform, connect
from tests.people import make_user, sign_in


def person(user, *roles):
    return SimpleNamespace(id=user.id, roles=frozenset(roles))


def item(session, number):
    return session.execute(select(*ReviewItem.__table__.c).where(ReviewItem.id == number)).one()


def told(session):
    rows = session.execute(select(Notification.user_id).where(Notification.kind == queue.WAITS))
    return sorted(row.user_id for row in rows)


def test_a_thing_waits_once_and_what_is_graver_raises_it(session, author):
    at = now()
    common = {"author_id": author.id, "theme_id": None}
    first = queue.put(session, "post", 7, Source.NEW_MEMBER, priority=queue.FIRST_POST, at=at, **common)
    again = queue.put(session, "post", 7, Source.FLAG, priority=queue.PATIENT, at=at, **common)
    assert again == first
    raised = item(session, first)
    assert (raised.priority, raised.source, raised.version) == (0, "flag", 2)
    assert raised.due_at < at + timedelta(days=8)
    queue.put(session, "post", 7, Source.EDIT, priority=queue.FIRST_POST, at=at, **common)
    later = item(session, first)
    assert (later.priority, later.source, later.due_at, later.version) == (0, "flag", raised.due_at, 3)


def test_what_was_closed_can_wait_again(session):
    asked = {"author_id": None, "theme_id": None, "priority": queue.REPORT, "at": now()}
    first = queue.put(session, "post", 7, Source.FLAG, **asked)
    queue.close(session, "post", 7, now())
    queue.close(session, "post", 8, now())
    assert item(session, first).state == "closed"
    assert queue.put(session, "post", 7, Source.FLAG, **asked) != first


def test_facilitators_are_told_once_until_they_read_it(session, facilitator, carer, author, themes, put):
    put(theme_id=themes[1])
    put(theme_id=themes[1])
    assert told(session) == [facilitator.id]
    put(theme_id=themes[0])
    assert told(session) == [facilitator.id, carer.id]
    session.execute(update(Notification).values(read_at=now()))
    session.commit()
    put(theme_id=themes[0])
    assert told(session) == [facilitator.id, facilitator.id, carer.id, carer.id]


def test_nobody_is_told_of_what_they_wrote_themselves(session, facilitator, put):
    put(author_id=facilitator.id)
    assert told(session) == []


@pytest.mark.parametrize("theme", [None, 0, 1])
def test_who_is_told_and_who_may_act_are_the_same_by_every_way_to_the_role(
    app, session, themes, facilitator, carer, client, new_client, theme
):
    administrator = make_user(session, "Ada", roles=(Role.ADMINISTRATOR,))
    by_rule, member = make_user(session, "By Rule"), make_user(session)
    both = make_user(session, "Both", roles=(Role.ADMINISTRATOR, Role.FACILITATOR))
    registration = _registration_with_a_rule(session)
    session.commit()
    sign_in(client, by_rule.id, registration_id=registration, granted=("facilitator",))
    sign_in(new_client(), carer.id, registration_id=registration, granted=("facilitator",))
    number = None if theme is None else themes[theme]
    roles = [
        (administrator, {"administrator"}), (facilitator, {"facilitator"}), (carer, {"facilitator"}), (by_rule, {"facilitator"}),
        (both, {"administrator", "facilitator"}), (member, set()),
    ]  # fmt: skip
    allowed = sorted(user.id for user, held in roles if facilitators.may(session, person(user, *held), number))
    assert allowed == facilitators.of(session, number)
    assert (carer.id in allowed) is (theme == 0)
    assert member.id not in allowed
    assert {administrator.id, facilitator.id, by_rule.id, both.id} <= set(allowed)


def _registration_with_a_rule(session):
    connect(session, Platform())
    number = session.scalar(select(Registration.id))
    session.execute(insert(RoleRule), {
        "registration_id": number, "context_pk": None, "lti_scope": "context", "lti_role": "Instructor",
        "grants": "facilitator", "created_at": now(),
    })  # fmt: skip
    return number


def test_whoever_cannot_come_in_is_not_told(session, facilitator):
    for change in ({"suspended_until": now() + timedelta(days=1)}, {"erased_at": now()}, {"merged_into_id": 1}):
        session.execute(update(User).where(User.id == facilitator.id).values(**change))
        assert facilitators.of(session, None) == []
        session.rollback()
    assert facilitators.of(session, None) == [facilitator.id]


def test_what_waits_is_counted_for_whom_it_waits(session, facilitator, carer, author, themes, put):
    put(theme_id=themes[0])
    put(theme_id=themes[1])
    put()
    assert queue.waiting(session, person(facilitator, "facilitator")).total == 3
    assert queue.waiting(session, person(carer, "facilitator")).total == 1
    assert queue.waiting(session, person(author)).total == 0


def test_a_lease_is_one_persons_until_it_ends(session, facilitator, carer, put):
    number, at = put(), now()
    assert leases.take(session, number, facilitator.id, at)
    assert not leases.take(session, number, carer.id, at + timedelta(minutes=14))
    assert leases.keep(session, number, facilitator.id, at + timedelta(minutes=14))
    assert not leases.take(session, number, carer.id, at + timedelta(minutes=28))
    assert leases.take(session, number, carer.id, at + timedelta(minutes=29))
    assert not leases.keep(session, number, facilitator.id, at + timedelta(minutes=30))
    assert item(session, number).first_seen_at == at


def test_whoever_takes_another_lets_go_of_the_first(session, facilitator, carer, put):
    first, second, at = put(), put(), now()
    leases.take(session, first, facilitator.id, at)
    leases.take(session, second, facilitator.id, at)
    assert leases.take(session, first, carer.id, at)
    assert leases.holder(item(session, first), at) == carer.id
    leases.release(session, carer.id)
    assert leases.holder(item(session, first), at) is None
