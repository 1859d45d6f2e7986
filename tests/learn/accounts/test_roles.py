"""Roles: granted for all themes or some, taken away, and never the last administrator's."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from courses.catalogue import Theme
from courses.db import now
from learn.accounts.decisions import roles, suspension
from learn.accounts.decisions.roles import LastAdministrator, NoSuchTheme
from learn.accounts.models import AccountNote, Role, RoleGrant, User
from learn.accounts.people import Gone
from learn.audit import AuditEntry
from learn.web import writing
from tests.learn.lti.test_launch_together import at_once
from tests.modules import make_theme
from tests.people import make_user


@pytest.fixture
def ada(session):
    made = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    return made


@pytest.fixture
def bea(session):
    made = make_user(session, "Bea Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    return made


def held(session, user_id):
    session.rollback()
    return {row.role: row for row in session.execute(select(RoleGrant).where(RoleGrant.user_id == user_id)).scalars()}


def trail(session):
    session.rollback()
    return [
        tuple(row) for row in session.execute(select(AuditEntry.action, AuditEntry.user_id, AuditEntry.details)).all()
    ]


def test_a_role_is_granted_with_its_reason_and_leaves_a_line_without_it(session, learner, ada):
    at = now()
    assert roles.grant(session, learner.id, Role.AUTHOR, at, by_id=ada.id, reason="Writes for the ward")
    session.commit()
    row = held(session, learner.id)[Role.AUTHOR]
    assert (row.granted_by_id, row.reason, row.granted_at, row.themes) == (ada.id, "Writes for the ward", at, [])
    details = {"user": learner.id, "role": "author", "themes": []}
    assert trail(session) == [("role.granted", learner.id, details)]
    note = session.execute(select(AccountNote.act, AccountNote.about, AccountNote.reason, AccountNote.by_id)).one()
    assert tuple(note) == ("role.granted", "author", "Writes for the ward", ada.id)


def test_granting_twice_changes_nothing_the_second_time(session, learner, ada):
    assert roles.grant(session, learner.id, Role.AUTHOR, now(), reason="First")
    assert not roles.grant(session, learner.id, Role.AUTHOR, now(), reason="Second")
    session.commit()
    assert held(session, learner.id)[Role.AUTHOR].reason == "First"
    assert len(trail(session)) == 1


def test_a_facilitator_looks_after_all_themes_or_some_and_that_can_change(session, learner):
    make_theme(session)
    session.commit()
    (slug,) = session.scalars(select(Theme.slug)).all()
    assert roles.grant(session, learner.id, Role.FACILITATOR, now(), themes=[slug, slug])
    session.commit()
    assert held(session, learner.id)[Role.FACILITATOR].themes == [slug]
    assert roles.grant(session, learner.id, Role.FACILITATOR, now())
    session.commit()
    assert held(session, learner.id)[Role.FACILITATOR].themes == []


@pytest.mark.parametrize("role, themes", [
    (Role.FACILITATOR, ["no-such-theme"]), (Role.FACILITATOR, ["' or 1=1 --"]), (Role.AUTHOR, ["clinical-care"]),
])  # fmt: skip
def test_themes_that_are_not_there_or_not_for_this_role_are_refused(session, learner, role, themes):
    make_theme(session, "clinical-care")
    session.commit()
    with pytest.raises(NoSuchTheme):
        roles.grant(session, learner.id, role, now(), themes=themes)
    session.commit()
    assert held(session, learner.id) == {} and trail(session) == []


@pytest.mark.parametrize("gone", [{"erased_at": now()}, {"merged_into_id": 1}])
def test_nothing_is_granted_to_an_account_that_is_gone(session, learner, gone):
    session.execute(update(User).where(User.id == learner.id).values(**gone))
    session.commit()
    with pytest.raises(Gone):
        roles.grant(session, learner.id, Role.AUTHOR, now())
    with pytest.raises(Gone):
        roles.grant(session, 999_999, Role.AUTHOR, now())


def test_a_role_is_taken_away_with_its_reason(session, learner, ada):
    roles.grant(session, learner.id, Role.AUTHOR, now())
    roles.grant(session, learner.id, Role.FACILITATOR, now())
    assert roles.revoke(session, learner.id, Role.AUTHOR, now(), by_id=ada.id, reason="Left the team")
    assert not roles.revoke(session, learner.id, Role.AUTHOR, now(), by_id=ada.id, reason="Again")
    session.commit()
    assert set(held(session, learner.id)) == {Role.FACILITATOR}
    assert trail(session)[-1] == ("role.revoked", learner.id, {"user": learner.id, "role": "author"})
    assert session.scalars(select(AccountNote.reason)).all() == ["Left the team"]


def test_the_last_administrator_cannot_go(session, ada, learner):
    with pytest.raises(LastAdministrator):
        roles.revoke(session, ada.id, Role.ADMINISTRATOR, now())
    with pytest.raises(LastAdministrator):
        roles.must_stay(session, ada.id)
    roles.must_stay(session, learner.id)
    session.rollback()
    assert set(held(session, ada.id)) == {Role.ADMINISTRATOR}


def test_of_two_administrators_one_may_go(session, ada, bea):
    roles.must_stay(session, ada.id)
    assert roles.revoke(session, ada.id, Role.ADMINISTRATOR, now())
    session.commit()
    with pytest.raises(LastAdministrator):
        roles.must_stay(session, bea.id)


@pytest.mark.parametrize("away", [
    {"suspended_until": now() + timedelta(days=1)}, {"erased_at": now()}, {"merged_into_id": 1},
])  # fmt: skip
def test_an_administrator_who_cannot_come_in_does_not_count(session, ada, bea, away):
    session.execute(update(User).where(User.id == bea.id).values(**away))
    session.commit()
    with pytest.raises(LastAdministrator):
        roles.must_stay(session, ada.id)
    roles.must_stay(session, bea.id)


def test_an_administrator_whose_suspension_is_over_counts_again(session, ada, bea):
    session.execute(update(User).where(User.id == bea.id).values(suspended_until=now() - timedelta(seconds=1)))
    session.commit()
    roles.must_stay(session, ada.id)


@pytest.mark.parametrize("round_", range(5))
@pytest.mark.parametrize("acts", [("revoke", "revoke"), ("suspend", "suspend"), ("revoke", "suspend")])
def test_of_two_who_remove_each_other_at_once_one_stays(app, session, ada, bea, acts, round_):
    def removing(act, who, by):
        def remove():
            with app.app_context(), writing() as own:
                if act == "revoke":
                    roles.revoke(own, who.id, Role.ADMINISTRATOR, now(), by_id=by.id, reason="Race")
                else:
                    suspension.suspend(own, who.id, now() + timedelta(days=1), now(), by_id=by.id, reason="Race")
            return "done"

        def tried():
            try:
                return remove()
            except LastAdministrator:
                return "refused"

        return tried

    assert sorted(at_once(removing(acts[0], ada, bea), removing(acts[1], bea, ada))) == ["done", "refused"]
    session.rollback()
    left = select(func.count()).select_from(RoleGrant).join(User, User.id == RoleGrant.user_id)
    assert session.scalar(left.where(RoleGrant.role == Role.ADMINISTRATOR, User.suspended_until.is_(None))) == 1
