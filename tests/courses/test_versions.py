"""From one version to the next: who is offered what, what goes along, and that nothing is ever lowered."""

import threading
import zlib

import pytest
from sqlalchemy import func, insert, select, update

from courses import versions
from courses.catalogue import Module, ModuleVersion, Rule, Switch, Unit, UnitKind, VersionState
from courses.db import now
from courses.errors import NotAllowedHere
from courses.learning import completion, enrolments, events, learners, merging
from courses.learning.acts import Answered, Marked, Played, Written
from courses.learning.models import (
    Attempt,
    Enrolment,
    Exit,
    Mode,
    Play,
    QuizAttempt,
    Reflection,
    Statement,
    Status,
    UnitProgress,
    Verb,
)
from tests.courses.test_events import right_answers
from tests.modules import PAGES, QUIZ, REFLECTION, make_module

LATER = {
    "01-new.md": "# Something new\n\nText.",
    "02-why.md": PAGES["01-why.md"] + " More.",
    "03-think.md": REFLECTION,
    "04-check.md": QUIZ,
    "05-how.md": PAGES["02-how.md"],
}
"The same four steps in another order, after a new one."
GAME = {"01-game.md": "# The game\n\nPlay.", "02-how.md": PAGES["02-how.md"]}


@pytest.fixture
def learner_id(session):
    number = learners.add(session, now())
    session.commit()
    return number


@pytest.fixture
def first(session, storage):
    made = make_module(session, storage)
    session.commit()
    return made


@pytest.fixture
def publish(session, storage):
    """A further version of the module, with what it means for learners on an earlier one."""

    def made(files, policy=Switch.OFFER, *, is_compatible=False):
        version = make_module(session, storage, files)
        chosen = {"switch": policy, "is_compatible": is_compatible}
        session.execute(update(ModuleVersion).where(ModuleVersion.id == version.version_id).values(**chosen))
        session.commit()
        return version

    return made


@pytest.fixture
def game(session, storage, learner_id):
    """A module whose first unit is a package, with a try that a learner began: [module, enrolment, attempt]."""
    made = make_module(session, storage, GAME)
    as_package(session, made)
    enrolment = enrolments.enrol(session, learner_id, made.id, now())
    attempt = add_try(session, enrolment.id, made.units[0].id)
    session.commit()
    return made, enrolment, attempt


def as_package(session, made):
    chosen = {"kind": UnitKind.SCORM, "rule": Rule.STATUS}
    session.execute(update(Unit).where(Unit.id == made.units[0].id).values(**chosen))


def add_try(session, enrolment_id, unit_id, n=1, **more):
    at = now()
    row = {
        "enrolment_id": enrolment_id, "unit_id": unit_id, "n": n, "state": zlib.compress(b'{"cmi": {}}'), "exit": Exit.SUSPENDED,
        "is_complete": False, "is_passed": None, "score": None, "seconds": 90, "play_seconds": 0, "commit_seq": 4,
        "started_at": at, "changed_at": at, "ended_at": None, **more,
    }  # fmt: skip
    return session.execute(insert(Attempt).returning(Attempt.id), row).scalar_one()


def enrolment_of(session, learner_id):
    return session.execute(select(Enrolment.__table__).where(Enrolment.learner_id == learner_id)).one()


def progress_of(session, enrolment_id, unit_id):
    asked = select(UnitProgress.__table__).where(
        UnitProgress.enrolment_id == enrolment_id, UnitProgress.unit_id == unit_id
    )
    return session.execute(asked).one()


def assert_counters_are_true(session, row):
    """The counters are what adding up the units of the learner's own version gives."""
    states = session.execute(
        select(Unit.position, Unit.weight, Unit.is_required, UnitProgress.status, UnitProgress.best_score)
        .join(UnitProgress, UnitProgress.unit_id == Unit.id)
        .where(UnitProgress.enrolment_id == row.id, Unit.version_id == row.version_id)
    ).all()
    done = [state for state in states if state.status is Status.COMPLETED]
    scores = [state.best_score for state in states if state.best_score is not None]
    bitmap = sum(1 << (state.position - 1) for state in done)
    assert int.from_bytes(row.done, "little") == bitmap
    assert row.done_count == len(done)
    assert row.done_weight == sum(state.weight for state in done if state.is_required)
    assert (row.score_sum, row.score_count) == (sum(scores), len(scores))


def test_nothing_is_offered_on_the_newest_version_nor_where_learners_stay(session, first, learner_id, publish):
    assert versions.offered(session, learner_id, first.id) is None, "not enrolled"
    enrolments.enrol(session, learner_id, first.id, now())
    assert versions.offered(session, learner_id, first.id) is None
    publish(LATER, Switch.STAY)
    assert versions.offered(session, learner_id, first.id) is None
    assert versions.switch(session, learner_id, first.id, now()) is None
    assert enrolment_of(session, learner_id).version_id == first.version_id


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([Switch.OFFER], Switch.OFFER),
        ([Switch.MUST], Switch.MUST),
        ([Switch.OFFER, Switch.STAY], Switch.OFFER),
        ([Switch.MUST, Switch.STAY], Switch.MUST),
        ([Switch.STAY, Switch.MUST, Switch.OFFER], Switch.MUST),
    ],
)
def test_of_several_versions_that_were_skipped_the_strictest_counts_and_the_newest_is_got(
    session, first, learner_id, publish, policies, expected
):
    enrolments.enrol(session, learner_id, first.id, now())
    for n, policy in enumerate(policies):
        newest = publish({**LATER, "09-more.md": f"# More\n\n{n}"}, policy)
    offer = versions.offered(session, learner_id, first.id)
    assert (offer.policy, offer.to_id, offer.to_n) == (expected, newest.version_id, len(policies) + 1)


def test_a_retired_version_forces_nobody(session, first, learner_id, publish):
    enrolments.enrol(session, learner_id, first.id, now())
    bad = publish(LATER, Switch.MUST)
    session.execute(update(ModuleVersion).where(ModuleVersion.id == bad.version_id).values(state=VersionState.RETIRED))
    session.execute(update(Module).values(current_version_id=None))
    assert versions.offered(session, learner_id, first.id) is None
    publish({**LATER, "09-more.md": "# More\n\nText."}, Switch.OFFER)
    assert versions.offered(session, learner_id, first.id).policy is Switch.OFFER


def test_a_draft_is_not_offered(session, first, learner_id, publish):
    enrolments.enrol(session, learner_id, first.id, now())
    draft = publish(LATER, Switch.MUST)
    undone = {"state": VersionState.DRAFT, "published_at": None}
    session.execute(update(ModuleVersion).where(ModuleVersion.id == draft.version_id).values(**undone))
    session.execute(update(Module).values(current_version_id=first.version_id))
    assert versions.offered(session, learner_id, first.id) is None


def test_who_stays_is_not_asked_again_until_the_next_version(session, first, learner_id, publish):
    enrolments.enrol(session, learner_id, first.id, now())
    publish(LATER)
    assert versions.stay(session, learner_id, first.id)
    assert versions.offered(session, learner_id, first.id).is_declined
    publish({**LATER, "09-more.md": "# More\n\nText."})
    assert not versions.offered(session, learner_id, first.id).is_declined


def test_nobody_stays_where_the_switch_is_required(session, first, learner_id, publish):
    enrolments.enrol(session, learner_id, first.id, now())
    publish(LATER, Switch.MUST)
    assert not versions.stay(session, learner_id, first.id)
    assert not versions.offered(session, learner_id, first.id).is_declined


def test_what_was_done_goes_along_to_the_same_steps_in_another_order(session, first, learner_id, publish):
    why, _how, check, think = first.units
    events.record(session, learner_id, why.id, Marked(), now())
    events.record(session, learner_id, check.id, Answered(right_answers(session, check.id)), now())
    events.record(session, learner_id, think.id, Written("My own words."), now())
    second = publish(LATER)
    recorded = versions.switch(session, learner_id, first.id, now())
    row = enrolment_of(session, learner_id)
    assert row.version_id == second.version_id
    _new, _why_too, think_too, check_too, _how_too = second.units
    assert [completion.has_bit(row.done, unit.position) for unit in second.units] == [False, True, True, True, False]
    assert (recorded.percent, recorded.module_completed) == (60, False)
    assert progress_of(session, row.id, check_too.id).best_score == 100
    assert session.scalar(select(Reflection.text).where(Reflection.unit_id == think_too.id)) == "My own words."
    assert row.last_position == think_too.position, "the learner was at the reflection"
    assert_counters_are_true(session, row)
    assert versions.switch(session, learner_id, first.id, now()) is None, "once is enough"


def test_the_old_version_takes_nothing_more_and_the_new_one_does(session, first, learner_id, publish):
    events.record(session, learner_id, first.units[0].id, Marked(), now())
    second = publish(LATER)
    versions.switch(session, learner_id, first.id, now())
    with pytest.raises(NotAllowedHere, match="another version"):
        events.record(session, learner_id, first.units[1].id, Marked(), now())
    recorded = events.record(session, learner_id, second.units[0].id, Marked(), now())
    assert recorded.percent == 40
    assert_counters_are_true(session, enrolment_of(session, learner_id))


def test_tries_at_a_quiz_stay_used_and_are_kept_as_history(session, first, learner_id, publish):
    quiz = first.units[2]
    for _ in range(2):
        events.record(session, learner_id, quiz.id, Answered({}), now())
    second = publish(LATER)
    versions.switch(session, learner_id, first.id, now())
    recorded = events.record(session, learner_id, second.units[3].id, Answered({}), now())
    assert recorded.attempt.n == 3
    kept = session.execute(select(QuizAttempt.unit_id, QuizAttempt.n).order_by(QuizAttempt.id)).all()
    assert [tuple(row) for row in kept] == [(quiz.id, 1), (quiz.id, 2), (second.units[3].id, 3)]


def test_a_completed_module_stays_completed_though_the_new_version_asks_more(session, first, learner_id, publish):
    why, how, check, think = first.units
    for unit, act in ((why, Marked()), (how, Marked()), (think, Written("Text."))):
        events.record(session, learner_id, unit.id, act, now())
    events.record(session, learner_id, check.id, Answered(right_answers(session, check.id)), now())
    before = enrolment_of(session, learner_id)
    publish(LATER, Switch.MUST)
    recorded = versions.switch(session, learner_id, first.id, now())
    row = enrolment_of(session, learner_id)
    assert (row.status, row.completed_at, row.best_score) == (Status.COMPLETED, before.completed_at, 100)
    assert (recorded.percent, recorded.module_completed) == (100, False)
    assert_counters_are_true(session, row)


def test_what_is_not_asked_any_more_may_complete_the_module_and_that_is_said(session, first, learner_id, publish):
    for unit in first.units[:2]:
        events.record(session, learner_id, unit.id, Marked(), now())
    publish(PAGES)
    at = now()
    recorded = versions.switch(session, learner_id, first.id, at)
    assert (recorded.percent, recorded.module_completed, recorded.status) == (100, True, Status.COMPLETED)
    assert enrolment_of(session, learner_id).completed_at == at
    said = select(func.count()).where(Statement.unit_id.is_(None), Statement.verb == Verb.COMPLETED)
    assert session.scalar(said) == 1


def test_a_step_that_was_left_out_and_came_back_is_still_done(session, first, learner_id, publish):
    events.record(session, learner_id, first.units[1].id, Marked(), now())
    publish({"01-why.md": PAGES["01-why.md"], "02-think.md": REFLECTION})
    versions.switch(session, learner_id, first.id, now())
    assert enrolment_of(session, learner_id).done_count == 0
    publish({**PAGES, "02-think.md": REFLECTION})
    versions.switch(session, learner_id, first.id, now())
    row = enrolment_of(session, learner_id)
    assert row.done_count == 1
    assert_counters_are_true(session, row)


def test_where_the_place_is_gone_the_nearest_before_it_is_the_place(session, first, learner_id, publish):
    events.record(session, learner_id, first.units[2].id, Answered({}), now())
    publish({**PAGES, "09-more.md": "# More\n\nText."})
    versions.switch(session, learner_id, first.id, now())
    assert enrolment_of(session, learner_id).last_position == 2


def test_a_compatible_change_takes_the_open_try_along(session, game, learner_id, publish):
    made, _enrolment, attempt = game
    second = publish({**GAME, "02-how.md": PAGES["02-how.md"] + " A text fix."}, is_compatible=True)
    as_package(session, second)
    versions.switch(session, learner_id, made.id, now())
    row = session.execute(select(Attempt.__table__)).one()
    assert (row.id, row.unit_id, row.exit, row.ended_at) == (attempt, second.units[0].id, Exit.SUSPENDED, None)
    assert zlib.decompress(row.state) == b'{"cmi": {}}'


@pytest.mark.parametrize("on_the_way", [[False], [True, False], [False, True]])
def test_else_the_old_try_ends_and_stays_as_history(session, game, learner_id, publish, on_the_way):
    """Each version on the way has to be compatible: one that is not breaks the chain."""
    made, _enrolment, _attempt = game
    for n, is_compatible in enumerate(on_the_way):
        as_package(session, publish({**GAME, "09-more.md": f"# More\n\n{n}"}, is_compatible=is_compatible))
    at = now()
    versions.switch(session, learner_id, made.id, at)
    row = session.execute(select(Attempt.__table__)).one()
    assert (row.unit_id, row.exit, row.ended_at) == (made.units[0].id, Exit.ENDED, at)
    assert zlib.decompress(row.state) == b'{"cmi": {}}', "what it kept is not thrown away"


def test_a_player_that_is_open_in_the_old_version_is_fenced(session, game, learner_id, publish):
    made, _enrolment, attempt = game
    at = now()
    play = {"unit_id": made.units[0].id, "mode": Mode.LEARN, "frame_origins": [], "opened_at": at, "expires_at": at}
    session.execute(insert(Play), [{**play, "token_hash": "a", "attempt_id": attempt}])
    session.execute(insert(Play), [{**play, "token_hash": "b", "attempt_id": None, "mode": Mode.PREVIEW}])
    as_package(session, publish({**GAME, "09-more.md": "# More\n\nText."}, is_compatible=True))
    versions.switch(session, learner_id, made.id, at)
    fenced = dict(session.execute(select(Play.token_hash, Play.fenced_at)).all())
    assert fenced == {"a": at, "b": None}


def test_two_switches_at_once_are_one(session, sessions, first, learner_id, publish):
    events.record(session, learner_id, first.units[0].id, Marked(), now())
    publish(LATER)
    results, failures = [], []

    def work():
        try:
            with sessions.begin() as mine:
                results.append(versions.switch(mine, learner_id, first.id, now()))
        except Exception as error:  # what a thread meets has to reach the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [result is None for result in results].count(False) == 1
    session.rollback()
    assert_counters_are_true(session, enrolment_of(session, learner_id))


def test_two_learners_who_switched_can_still_be_made_one(session, first, publish):
    """What stays as history of the old version is not counted into the new one's."""
    both = [learners.add(session, now()) for _ in range(2)]
    for learner_id in both:
        events.record(session, learner_id, first.units[0].id, Marked(), now())
        events.record(session, learner_id, first.units[2].id, Answered({}), now())
    publish(LATER)
    for learner_id in both:
        versions.switch(session, learner_id, first.id, now())
    merging.merge(session, *both, now())
    assert_counters_are_true(session, enrolment_of(session, both[1]))
    assert session.scalar(select(func.count()).select_from(QuizAttempt)) == 2


def test_a_score_that_falls_in_the_new_version_leaves_the_best_of_the_tries_in_the_old(
    session, game, publish, learner_id
):
    made, enrolment, attempt = game
    events.record(session, learner_id, made.units[0].id, Played(n=1, score=80), now())
    session.execute(update(Attempt).where(Attempt.id == attempt).values(score=80))
    new = publish({**GAME, "01-game.md": "# The game\n\nPlay more."})
    as_package(session, new)
    versions.switch(session, learner_id, made.id, now())
    add_try(session, enrolment.id, new.units[0].id)
    for score, standing in ((90, 90), (30, 80), (85, 85)):
        events.record(session, learner_id, new.units[0].id, Played(n=1, score=score), now())
        session.execute(update(Attempt).where(Attempt.unit_id == new.units[0].id).values(score=score))
        assert progress_of(session, enrolment.id, new.units[0].id).best_score == standing
    assert_counters_are_true(session, enrolment_of(session, learner_id))
