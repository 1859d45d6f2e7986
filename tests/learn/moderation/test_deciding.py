"""Decisions: what they do in one transaction, who may make them, and what two at once come to."""

import random
import threading
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select, update

from courses.db import now
from learn.accounts.models import Role, RoleGrant
from learn.audit import AuditEntry
from learn.errors import Forbidden, FrontlineError, NotFound
from learn.moderation import decisions, flags, leases, queue, records, undoing
from learn.moderation.decisions import Changed, Wrong
from learn.moderation.flags import Told
from learn.moderation.models import Decision, Flag, FlagReason, FlagState, ReviewItem, Source
from learn.notifications.models import Mail, Notification
from learn.web import writing
from tests.learn.moderation.notes import HIDDEN, REMOVED, SHOWN
from tests.people import make_user

WHY = "It could hurt somebody who reads it."


def person(user, *roles):
    return SimpleNamespace(id=user.id, roles=frozenset(roles or ("facilitator",)))


def item(session, number):
    return session.execute(select(*ReviewItem.__table__.c).where(ReviewItem.id == number)).one()


def decide(session, number, user, act="hide", *, at=None, version=1, reason="unkind", words=WHY, form=None):
    return decisions.decide(session, number, person(user), act, reason, words, version, at or now(), form or {})


def notices_of(session, user):
    rows = session.execute(select(Notification.kind).where(Notification.user_id == user.id).order_by(Notification.id))
    return [row.kind for row in rows]


def reported(session, notes, author, reporter, reason=FlagReason.UNKIND):
    number = notes.add("Nobody in that team ever reads", author_id=author.id)
    flags.report(session, "post", number, Told(reason), now(), reporter_id=reporter.id, network="")
    return number, session.scalar(
        select(ReviewItem.id).where(ReviewItem.target_id == number, ReviewItem.state == "open")
    )


def test_a_decision_acts_says_why_tells_the_author_and_gives_the_next(session, notes, put, facilitator, author):
    first, second = put(), put(priority=queue.REPORT)
    leases.take(session, first, facilitator.id, now())
    done = decide(session, first, facilitator, form={"text": "x"})
    assert (notes.all[1].state, notes.forms[0]["text"], notes.forms[0]["words"]) == (HIDDEN, "x", WHY)
    row = item(session, first)
    assert (row.state, row.lease_by_id, row.version) == ("closed", None, 2)
    written = session.execute(select(Decision.act, Decision.reason, Decision.words, Decision.actor_id)).one()
    assert written == ("hide", "unkind", WHY, facilitator.id)
    assert notices_of(session, author) == ["review_decided"]
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.action == "review.decided")).all() == [
        "review.decided"
    ]
    assert done.next_id == second
    assert item(session, second).lease_by_id == facilitator.id


def test_the_trail_and_the_notice_hold_numbers_and_codes_alone(session, put, facilitator, author):
    decide(session, put("Sam Reed wrote this"), facilitator, words="Dear Sam")
    for held in (session.scalar(select(Notification.facts).where(Notification.user_id == author.id)),
                 session.scalar(select(AuditEntry.details).where(AuditEntry.action == "review.decided"))):  # fmt: skip
        assert "Sam" not in str(held)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"act": "approve"}, "act"),
        ({"act": ""}, "act"),
        ({"reason": "because"}, "reason"),
        ({"words": " \n "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"words": "You wrote NHS 999 000 0018"}, "words"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_done(session, notes, put, facilitator, given, field):
    number = put()
    with pytest.raises(Wrong) as refused:
        decide(session, number, facilitator, **given)
    assert [name for name, _ in refused.value.errors] == [field]
    assert (item(session, number).state, notes.all[1].state) == ("open", SHOWN)


def test_a_decision_about_what_changed_since_is_refused(session, put, facilitator):
    number = put()
    queue.put(session, "post", 1, Source.EDIT, author_id=None, theme_id=None, priority=queue.FIRST_POST, at=now())
    with pytest.raises(Changed, match="item_changed"):
        decide(session, number, facilitator)
    assert decide(session, number, facilitator, version=2)


def test_whoever_lost_the_lease_hears_who_has_it(session, put, facilitator, carer):
    number = put()
    leases.take(session, number, carer.id, now())
    with pytest.raises(Changed) as refused:
        decide(session, number, facilitator)
    assert "Cara Theme" in refused.value.message


def test_whoever_comes_second_hears_who_decided_what(session, put, facilitator, notes):
    number, other = put(), make_user(session, "Omar Other", roles=(Role.FACILITATOR,))
    decide(session, number, facilitator, "remove")
    with pytest.raises(Changed) as refused:
        decide(session, number, other, "keep", version=2)
    assert "Helen Marsh" in refused.value.message
    assert "removed" in refused.value.message
    assert notes.all[1].state == REMOVED


def test_what_its_author_took_back_is_said_to_be_so(session, put, facilitator):
    number = put()
    queue.close(session, "post", 1, now())
    with pytest.raises(Changed) as refused:
        decide(session, number, facilitator, version=2)
    assert "took it back" in refused.value.message


def test_a_facilitator_of_one_theme_decides_its_items_alone(session, put, carer, themes):
    decide(session, put(theme_id=themes[0]), carer)
    for theme in (themes[1], None):
        with pytest.raises(Forbidden):
            decide(session, put(theme_id=theme), carer)
    with pytest.raises(NotFound):
        decide(session, 999, carer)


def test_nobody_decides_about_their_own_but_the_only_one_after_a_day(session, put, facilitator):
    number, later = put(author_id=facilitator.id), now() + timedelta(hours=25)
    with pytest.raises(Forbidden):
        decide(session, number, facilitator)
    other = make_user(session, "Omar Other", roles=(Role.FACILITATOR,))
    with pytest.raises(Forbidden):
        decide(session, number, facilitator, at=later)
    session.execute(delete(RoleGrant).where(RoleGrant.user_id == other.id))
    decide(session, number, facilitator, "keep", at=later)
    assert session.scalar(select(AuditEntry.details).where(AuditEntry.action == "review.decided"))["is_own"] is True
    assert notices_of(session, facilitator) == []


def test_reports_are_settled_and_their_reporters_told(session, notes, author, facilitator, learner):
    number, waits = reported(session, notes, author, learner)
    decide(session, waits, facilitator, "keep", reason="fine")
    assert session.execute(select(Flag.state)).scalars().all() == [FlagState.DISMISSED]
    number, waits = reported(session, notes, author, learner)
    decide(session, waits, facilitator, "remove")
    assert session.scalar(select(Flag.state).where(Flag.target_id == number)) == FlagState.UPHELD
    assert notices_of(session, learner) == ["report_settled", "report_settled"]


def test_whoever_has_no_account_is_written_to(session, notes, author, facilitator):
    number = notes.add(author_id=author.id, is_public=True)
    told = Told(FlagReason.UNSAFE, email="sam@example.org")
    flags.report(session, "post", number, told, now(), reporter_id=None, network="192.0.2.1", is_member=False)
    decide(session, item(session, 1).id, facilitator, "remove")
    assert session.scalars(select(Mail.kind).where(Mail.kind == flags.MAIL)).all() == ["report_settled"]


def test_a_members_word_that_it_identifies_a_patient_hides_at_once_and_keeping_shows_it_again(
    session, notes, author, facilitator, learner
):  # fmt: skip
    number, waits = reported(session, notes, author, learner, FlagReason.PATIENT)
    assert (notes.all[number].state, item(session, waits).priority) == (HIDDEN, queue.PATIENT)
    assert session.execute(select(Decision.act, Decision.actor_id)).all() == [("hide", None)]
    decide(session, waits, facilitator, "keep", reason="fine")
    assert notes.all[number].state == SHOWN
    undoing.undo(session, records.last(session, waits).id, person(facilitator), now())
    assert notes.all[number].state == HIDDEN
    decide(session, waits, facilitator, "keep", reason="fine", version=3)
    assert notes.all[number].state == SHOWN


def test_what_was_hidden_at_once_can_stay_so(session, notes, author, facilitator, learner):
    number, waits = reported(session, notes, author, learner, FlagReason.PATIENT)
    decide(session, waits, facilitator, "hide", reason="patient")
    assert notes.all[number].state == HIDDEN


@pytest.mark.parametrize("reason", [FlagReason.UNSAFE, FlagReason.ILLEGAL, FlagReason.OTHER])
def test_other_reports_leave_it_to_be_seen(session, notes, author, learner, reason):
    number, _ = reported(session, notes, author, learner, reason)
    assert notes.all[number].state == SHOWN


def test_undo_puts_everything_back_once(session, notes, author, facilitator, learner):
    number, waits = reported(session, notes, author, learner)
    at = now()
    done = decide(session, waits, facilitator, "remove", at=at)
    assert undoing.undo(session, done.decision_id, person(facilitator), at + timedelta(minutes=29)) == waits
    assert (notes.all[number].state, item(session, waits).state, item(session, waits).lease_by_id) == (
        SHOWN,
        "open",
        facilitator.id,
    )
    assert session.scalar(select(Flag.state)) == FlagState.OPEN
    notes.all[number].state = HIDDEN
    assert undoing.undo(session, done.decision_id, person(facilitator), at + timedelta(minutes=29)) == waits
    assert notes.all[number].state == HIDDEN
    assert session.scalar(select(func.count()).where(AuditEntry.action == "review.undone")) == 1


def test_undo_by_another_in_scope_but_by_nobody_else_and_not_too_late(session, put, carer, facilitator, themes):
    at, inside, outside = now(), put(theme_id=themes[0]), put(theme_id=themes[1])
    done = decide(session, outside, facilitator, at=at)
    with pytest.raises(Forbidden):
        undoing.undo(session, done.decision_id, person(carer), at)
    done = decide(session, inside, facilitator, at=at)
    with pytest.raises(undoing.TooLate):
        undoing.undo(session, done.decision_id, person(facilitator), at + timedelta(minutes=30))
    assert undoing.undo(session, done.decision_id, person(carer), at) == inside


def test_what_was_redacted_stays_so_and_what_was_written_about_it_goes(session, notes, author, facilitator, learner):
    number = notes.add(author_id=author.id)
    flags.report(
        session, "post", number, Told(FlagReason.UNSAFE, "She is Ann"), now(), reporter_id=learner.id, network=""
    )
    done = decide(session, 1, facilitator, "redact")
    assert session.scalar(select(Flag.words)) == ""
    with pytest.raises(undoing.TooLate):
        undoing.undo(session, done.decision_id, person(facilitator), now())


def test_the_author_who_has_not_read_of_it_is_not_bothered_by_an_undo(session, put, author, facilitator):
    done = decide(session, put(), facilitator)
    undoing.undo(session, done.decision_id, person(facilitator), now())
    assert notices_of(session, author) == ["review_decided"]
    assert session.scalar(select(Notification.read_at).where(Notification.user_id == author.id)) is not None
    done = decide(session, put(), facilitator)
    session.execute(update(Notification).values(read_at=now()))
    undoing.undo(session, done.decision_id, person(facilitator), now())
    assert notices_of(session, author)[-1] == "review_undone"


def test_what_was_reported_anew_after_a_decision_waits_once_after_its_undo(session, put, author, facilitator):
    first = put()
    done = decide(session, first, facilitator, "keep", reason="fine")
    asked = {"author_id": author.id, "theme_id": None, "priority": queue.REPORT, "at": now()}
    again = queue.put(session, "post", 1, Source.FLAG, **asked)
    assert undoing.undo(session, done.decision_id, person(facilitator), now()) == again
    assert item(session, first).state == "closed"


def test_two_facilitators_at_once_decide_each_of_fifty_once(app, session, notes, author):
    """By random acts, skips, undos and stale pages: nothing twice, nothing lost, each decision one line in the trail."""
    people = [make_user(session, name, roles=(Role.FACILITATOR,)) for name in ("First", "Second")]
    at = now()
    for _ in range(50):
        number = notes.add(author_id=author.id)
        queue.put(
            session, "post", number, Source.FLAG, author_id=author.id, theme_id=None, priority=queue.REPORT, at=at
        )
    session.commit()
    failed: list[BaseException] = []

    def work(user, seed):
        choose = random.Random(seed)
        for _ in range(600):
            try:
                if not _one_act(app, choose, user):
                    return
            except FrontlineError:
                continue
            except BaseException as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=work, args=(user, seed)) for seed, user in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert failed == []
    session.rollback()
    assert session.scalar(select(func.count()).where(ReviewItem.state == "open")) == 0
    held = Counter(session.scalars(select(Decision.item_id).where(Decision.undone_at.is_(None))))
    assert sorted(held) == sorted(session.scalars(select(ReviewItem.id)))
    assert set(held.values()) == {1}
    every = sorted(session.scalars(select(Decision.id)))
    trail = [
        row["decision"]
        for row in session.scalars(select(AuditEntry.details).where(AuditEntry.action == "review.decided"))
    ]
    assert sorted(trail) == every
    acted = session.scalar(select(func.count()).where(AuditEntry.action == "note.acted"))
    assert acted == len(every)


def _one_act(app, choose, user):
    """One thing that somebody does; False when nothing waits."""
    with app.app_context():
        with writing() as session:
            rows = session.execute(select(ReviewItem.id, ReviewItem.version).where(ReviewItem.state == "open")).all()
            if not rows:
                return False
            number, version = choose.choice(rows)
            what = choose.random()
            if what < 0.4:
                leases.take(session, number, user.id, now())
                return True
        if what > 0.9:
            with writing() as session:
                mine = session.scalars(
                    select(Decision.id).where(Decision.actor_id == user.id, Decision.undone_at.is_(None))
                ).all()
                if mine:
                    undoing.undo(session, choose.choice(mine), person(user), now())
            return True
        with writing() as session:
            decide(session, number, user, choose.choice(("keep", "hide", "remove")), version=version)
        return True
