"""Two accounts that become one: everything of the first is the second's, and the first row then holds nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from courses.db import now
from courses.learning import events
from courses.learning.acts import Marked, Written
from courses.learning.models import Enrolment, Learner, Reflection
from learn.accounts import tickets
from learn.accounts.by_email import mine
from learn.accounts.by_email.addresses import parse
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.models import LoginSession, Role, RoleGrant, SessionEnd, Ticket, TicketKind, User
from learn.accounts.own import GAPS, NOTHING
from learn.audit import AuditEntry
from learn.lti.members import Membership, RosterEntry
from learn.lti.models import LineItem, LtiLogin, PlatformUser, Reports
from learn.notifications.models import Notification
from learn.outbox.models import OutboxItem
from learn.passback import personal as results
from learn.passback.models import Delivery, Score
from learn.people.merging import CannotMerge, merge
from learn.people.person import person_of
from learn.player import personal as learned
from learn.roster import personal as rosters
from learn.web import writing
from tests.learn.lti.platform import TOOL, Platform, connect
from tests.learn.lti.test_launch_together import at_once
from tests.learn.passback.test_sending import complete
from tests.people import NURSE, make_user, sign_in


@pytest.fixture
def two(session):
    """The account that goes, and the one that stays."""
    made = make_user(session, "Old Account"), make_user(session, "")
    session.commit()
    return made


@pytest.fixture
def joined(session):
    """Merge the first account into the second."""

    def go(old, into, **by):
        session.rollback()
        with writing() as writer:
            merge(writer, old.id, into.id, now(), **{"by_id": None, **by})

    return go


def row_of(session, user_id):
    session.rollback()
    return session.execute(select(User.__table__).where(User.id == user_id)).one()


def test_what_only_the_old_account_said_comes_along_and_its_row_holds_nothing(session, two, joined):
    old, into = two
    at = now()
    told = {"email": "old@lms.example", "profession": "Nurse", "region": "north", "profile_at": at, "teaches": True,
            "display_name": "Old", "created_at": at - timedelta(days=9)}  # fmt: skip
    session.execute(update(User).where(User.id == old.id).values(**told))
    session.execute(update(User).where(User.id == into.id).values(display_name="New", organisation="A trust"))
    session.commit()
    joined(old, into)
    kept = row_of(session, into.id)
    assert (kept.name, kept.given_name, kept.email, kept.profession) == (
        "Old Account",
        "Old",
        "old@lms.example",
        "Nurse",
    )
    assert (kept.display_name, kept.organisation, kept.profile_at) == ("New", "A trust", at)
    assert (kept.teaches, kept.created_at) == (True, at - timedelta(days=9))
    gone = row_of(session, old.id)
    assert {name: getattr(gone, name) for name in NOTHING} == NOTHING
    assert gone.merged_into_id == into.id
    assert person_of(session, into.id).learner_ids == (into.learner_id, old.learner_id)


def test_every_column_of_an_account_is_emptied_or_known_to_hold_nobody():
    stays = {"id", "learner_id", "created_at", "seen_at", "merged_into_id", "erased_at"}
    assert set(User.__table__.columns.keys()) == stays | set(NOTHING)
    assert set(GAPS) < set(NOTHING)


def test_roles_are_held_once_and_themes_of_both_are_looked_after(session, two, joined):
    old, into = two
    for user, role, themes in (
        (old, Role.FACILITATOR, ["b"]), (into, Role.FACILITATOR, ["a"]), (old, Role.AUTHOR, []),
        (into, Role.ADMINISTRATOR, []),
    ):  # fmt: skip
        session.execute(insert(RoleGrant), {"user_id": user.id, "role": role, "granted_at": now(), "themes": themes})
    session.commit()
    joined(old, into)
    held = session.execute(select(RoleGrant.user_id, RoleGrant.role, RoleGrant.themes).order_by(RoleGrant.role)).all()
    assert held == [
        (into.id, Role.ADMINISTRATOR, []), (into.id, Role.AUTHOR, []), (into.id, Role.FACILITATOR, ["a", "b"]),
    ]  # fmt: skip


@pytest.mark.parametrize("themes", [([], ["a"]), (["a"], []), ([], [])])
def test_whoever_looked_after_all_themes_goes_on_doing_so(session, two, joined, themes):
    for user, of_user in zip(two, themes, strict=True):
        granted = {"user_id": user.id, "role": Role.FACILITATOR, "granted_at": now(), "themes": of_user}
        session.execute(insert(RoleGrant), granted)
    session.commit()
    joined(*two)
    assert session.scalars(select(RoleGrant.themes)).all() == [[]]


def test_the_last_administrator_stays_one_under_the_other_account(session, two, joined):
    old, into = two
    session.execute(insert(RoleGrant), {"user_id": old.id, "role": Role.ADMINISTRATOR, "granted_at": now()})
    session.commit()
    joined(old, into)
    assert session.execute(select(RoleGrant.user_id, RoleGrant.role)).all() == [(into.id, Role.ADMINISTRATOR)]


def test_addresses_come_along_and_mail_goes_where_it_went(session, two, joined):
    old, into = two
    for user, address in ((old, "old@nhs.net"), (into, NURSE)):
        mine.add(session, user.id, parse(address), now())
    session.commit()
    joined(old, into)
    rows = session.execute(select(EmailAddress.user_id, EmailAddress.address, EmailAddress.is_main)).all()
    assert sorted(rows) == [(into.id, NURSE, True), (into.id, "old@nhs.net", False)]


def test_sessions_and_tickets_of_the_old_account_are_over(session, two, joined, new_client):
    old, into = two
    browser, other = sign_in(new_client(), old.id), sign_in(new_client(), into.id)
    key = tickets.give(session, TicketKind.SIGN_IN, now(), user_id=old.id)
    session.commit()
    joined(old, into)
    assert "account_gone" in browser.get("/learn", 303).headers["Location"]
    other.get("/learn")
    browser.get(f"/sign-in/once/{key}", 410)
    assert session.scalars(select(Ticket.user_id)).all() == []
    ends = session.execute(select(LoginSession.user_id, LoginSession.ended_by).order_by(LoginSession.id)).all()
    assert ends == [(into.id, SessionEnd.ACCOUNT_GONE), (into.id, None)]


def test_an_administrators_merge_is_told_and_noted_in_numbers(session, two, joined):
    old, into = two
    joined(old, into, by_id=77)
    assert session.execute(select(Notification.user_id, Notification.kind)).all() == [(into.id, "merged")]
    line = session.execute(select(AuditEntry).where(AuditEntry.action == "user.merged")).scalar_one()
    assert (line.actor_id, line.details) == (77, {"user": into.id, "merged": old.id, "platforms": 0})


def test_whoever_took_in_another_is_followed_to_the_last(session, two, joined):
    old, into = two
    third = make_user(session)
    session.commit()
    joined(old, into)
    joined(into, third)
    assert row_of(session, old.id).merged_into_id == third.id
    assert person_of(session, third.id).learner_ids == (third.learner_id, old.learner_id, into.learner_id)


@pytest.mark.parametrize(
    "changed", [{"merged_into_id": 99}, {"erased_at": now()}, {"suspended_until": now() + timedelta(days=1)}]
)
@pytest.mark.parametrize("which", [0, 1])
def test_an_account_that_is_gone_or_closed_is_not_merged_either_way(session, two, joined, changed, which):
    session.execute(update(User).where(User.id == two[which].id).values(**changed))
    session.commit()
    before = [row_of(session, user.id) for user in two]
    with pytest.raises(CannotMerge) as refused:
        joined(*two)
    assert refused.value.status == 409 and refused.value.message
    assert [row_of(session, user.id) for user in two] == before


def test_one_account_is_not_merged_with_itself_and_none_with_nobody(session, two, joined):
    old, into = two
    into.id = old.id
    with pytest.raises(CannotMerge, match="cannot_merge"):
        joined(old, into)
    into.id = 4711
    with pytest.raises(CannotMerge):
        joined(old, into)


def test_a_suspension_that_is_over_keeps_nobody_apart(session, two, joined):
    session.execute(update(User).where(User.id == two[0].id).values(suspended_until=now() - timedelta(days=1)))
    session.commit()
    joined(*two)


def test_two_people_of_one_platform_stay_two(session, platform, new_client, joined):
    platform.launch(new_client(), sub="1")
    platform.launch(new_client(), sub="2")
    session.rollback()
    first, second = session.execute(select(User.id, User.learner_id).order_by(User.id)).all()
    with pytest.raises(CannotMerge) as refused:
        joined(first, second)
    assert "NIHR Learn knows the two accounts as two people" in refused.value.message
    assert sorted(session.scalars(select(PlatformUser.user_id))) == [first.id, second.id]


@pytest.mark.parametrize("turn", range(3))
def test_of_two_merges_at_once_one_happens(app, session, two, turn):
    first, second = two

    def one(old, into):
        with app.app_context():
            try:
                with writing() as writer:
                    merge(writer, old.id, into.id, now(), by_id=None)
            except CannotMerge:
                return False
            return True

    assert sorted(at_once(lambda: one(first, second), lambda: one(second, first))) == [False, True]
    session.rollback()
    pointed = set(session.scalars(select(User.merged_into_id)))
    assert pointed in ({None, first.id}, {None, second.id})


# What was learned, and the gradebooks


def test_each_platforms_links_get_what_either_reached(session, platform, new_client, module, joined):
    other = Platform(issuer="https://two.example")
    connect(session, other)
    target = f"{TOOL}/modules/{module.slug}"
    platform.launch(new_client(), target=target)
    other.launch(new_client(), target=target)
    session.rollback()
    first, second = session.execute(select(User.id, User.learner_id).order_by(User.id)).all()
    complete(session, module, first.learner_id)
    assert sorted(session.scalars(select(Score.given)), key=bool) == [None, 100]
    joined(first, second)
    scores = session.execute(select(Score.learner_id, Score.given, Score.state)).all()
    assert scores == [(second.learner_id, 100, Delivery.QUEUED)] * 2
    assert len(session.scalars(select(OutboxItem.id).where(OutboxItem.kind == "score")).all()) == 2


def test_a_link_that_wants_progress_hears_of_it_from_then_on(session, platform, new_client, module, joined, learner):
    platform.launch(new_client(), target=f"{TOOL}/modules/{module.slug}")
    session.rollback()
    came = session.execute(select(User.id, User.learner_id).where(User.id != learner.id)).one()
    session.execute(update(Score).values(reports=Reports.PROGRESS))
    events.record(session, learner.learner_id, module.units[0].id, Marked(), now())
    session.commit()
    joined(came, learner)
    assert session.scalar(select(Score.given)) == 25
    assert session.scalars(select(Enrolment.is_followed)).all() == [True]


def test_a_score_that_was_given_never_falls(session, platform, new_client, module, joined, learner):
    platform.launch(new_client(), target=f"{TOOL}/modules/{module.slug}")
    session.rollback()
    came = session.execute(select(User.id, User.learner_id).where(User.id != learner.id)).one()
    session.execute(update(Score).values(given=100, reports=Reports.PROGRESS, accepted=100))
    events.record(session, learner.learner_id, module.units[0].id, Marked(), now())
    session.commit()
    joined(came, learner)
    assert session.execute(select(Score.given, Score.accepted)).all() == [(100, 100)]


# Export and erasure of the parts that know learners and platforms


@pytest.fixture
def known(session, platform, new_client, module):
    """Somebody who came by a platform, learned, wrote, and whose result was sent; and somebody else of the same course."""
    target = f"{TOOL}/modules/{module.slug}"
    platform.launch(new_client(), target=target, sub="5", email=NURSE)
    platform.launch(
        new_client(), target=target, sub="6", name="Other Person", given_name="Other", email="other@nhs.net"
    )
    session.rollback()
    first, second = session.execute(select(User.id, User.learner_id).order_by(User.id)).all()
    for person in (first, second):
        complete(session, module, person.learner_id)
    reflection = module.units[3]
    events.record(session, first.learner_id, reflection.id, Written("What only I know."), now())
    session.execute(update(Score).values(accepted=100, accepted_at=now(), state=Delivery.SENT))
    session.commit()
    return first, second


def parts(app):
    return app.extensions["frontline_personal"]


def told(app, session, user_id):
    person = person_of(session, user_id)
    return {name: rows for part in parts(app) for name, rows in part.export(session, person).items()}


def test_all_that_is_known_of_somebody_is_told_and_nothing_of_others(app, session, known):
    first, _ = known
    found = told(app, session, first.id)
    assert found["platforms"][0]["known_there_as"] == "5" and found["platforms"][0]["platform"] == "NIHR Learn"
    assert found["courses_on_platforms"][0]["course"] == "Research Delivery Foundations"
    assert found["lists_of_members"][0]["email"] == NURSE
    assert found["results_sent"] == [{**found["results_sent"][0], "given": 100, "accepted": 100, "state": "sent"}]
    assert found["reflections"][0]["text"] == "What only I know."
    assert "Other" not in repr(found) and "other@nhs.net" not in repr(found)


def plain(value):
    if isinstance(value, dict):
        return all(isinstance(name, str) and plain(each) for name, each in value.items())
    if isinstance(value, list):
        return all(map(plain, value))
    return value is None or type(value).__name__ in {"str", "int", "float", "bool", "datetime"}


def test_what_is_told_is_of_plain_values(app, session, known):
    assert plain(told(app, session, known[0].id))


def test_erased_is_who_they_were_and_what_stays_is_said(app, session, known, platform, new_client):
    first, second = known
    session.rollback()
    with writing() as writer:
        person = person_of(writer, first.id)
        assert [part.erase(writer, person, now()) for part in parts(app)] == [[]] * len(parts(app))
    said = [sentence for part in parts(app) for sentence in part.keeps]
    assert {learned.KEPT, results.STAYS, rosters.STAYS} <= set(said)
    assert all(sentence.endswith(".") for sentence in said)
    assert session.scalars(select(PlatformUser.sub)).all() == ["6"]
    assert session.scalars(select(RosterEntry.sub)).all() == ["6"]
    assert len(session.scalars(select(Membership.platform_user_id)).all()) == 1
    assert session.scalars(select(Score.learner_id)).all() == [second.learner_id]
    assert "What only I know." not in session.scalars(select(Reflection.text)).all()
    assert session.scalars(select(LtiLogin.state_hash)).all() == []
    assert len(session.scalars(select(Enrolment.id)).all()) == 2
    platform.launch(new_client(), sub="5", email=NURSE)
    session.rollback()
    anew = session.scalar(select(PlatformUser.user_id).where(PlatformUser.sub == "5"))
    assert anew not in (first.id, second.id)
    assert session.scalar(select(func.count()).select_from(Learner)) == 3


def test_a_login_that_is_begun_is_erased_with_the_name_it_holds(app, session, known, platform, client):
    platform.log_in(client, login_hint="5")
    platform.log_in(client, login_hint="6")
    session.rollback()
    with writing() as writer:
        for part in parts(app):
            part.erase(writer, person_of(writer, known[0].id), now())
    assert [asked["login_hint"] for asked in session.scalars(select(LtiLogin.asked))] == ["6"]


def test_whoever_has_nothing_is_told_so_and_loses_nothing(app, session, learner):
    always = {"learner", "account", "profile"}
    assert {name for name, rows in told(app, session, learner.id).items() if rows} == always
    assert [part.erase(session, person_of(session, learner.id), now()) for part in parts(app)] == [[]] * len(parts(app))


def test_of_somebody_with_two_accounts_in_one_all_is_told_and_erased(app, session, known, learner, joined, module):
    first, _ = known
    events.record(session, learner.learner_id, module.units[3].id, Written("Another thought."), now())
    session.commit()
    joined(first, learner)
    found = told(app, session, learner.id)
    assert (
        "What only I know." in found["reflections"][0]["text"] and "Another thought." in found["reflections"][0]["text"]
    )
    assert found["platforms"][0]["known_there_as"] == "5"
    with writing() as writer:
        for part in parts(app):
            part.erase(writer, person_of(writer, learner.id), now())
    assert session.scalars(select(PlatformUser.sub)).all() == ["6"]
    assert "What only I know." not in "".join(session.scalars(select(Reflection.text)))


def test_a_line_item_is_nobodys_and_stays(app, session, known):
    with writing() as writer:
        for part in parts(app):
            part.erase(writer, person_of(writer, known[0].id), now())
    assert len(session.scalars(select(LineItem.id)).all()) == 1
