"""What facilitators decide, each with what it needs, and each undone."""

from typing import Any

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.errors import Forbidden
from learn.moderation import queue
from learn.moderation.decisions import Wrong, decide
from learn.moderation.models import Decision, ReviewItem, ReviewState, Source
from learn.moderation.undoing import undo
from learn.notifications.models import Notification
from learn.search.models import SearchEntry
from learn.stories.models import Story, StoryEvent, StoryFile, StoryRemark, StoryRevision, StoryRound, StoryState
from learn.stories.review import deciding, item, keeping, remarks, revising, rounds, sending, withdrawing
from learn.stories.review.door import CannotMove, Changed
from tests.learn.stories.review.conftest import APPROVAL, CHECKED
from tests.learn.stories.review.making import TITLE, add_picture, fields_of, filled, make_draft, rewrite, row

S = StoryState


@pytest.fixture
def actor(facilitator):
    """The facilitator as a page knows them."""
    facilitator.roles = frozenset({"facilitator"})
    return facilitator


@pytest.fixture
def decided(session, actor):
    """Decide about a story as the page does; returns the number of the decision."""

    def do(number: int, act: str, **form: str) -> int:
        wanted = ReviewItem.kind == "story", ReviewItem.target_id == number, ReviewItem.state == ReviewState.OPEN
        waits = session.execute(select(ReviewItem.id, ReviewItem.version).where(*wanted)).one()
        done = decide(session, waits.id, actor, act, "fine", form.pop("words", "A note."), waits.version, now(), form)
        return done.decision_id

    return do


def report(session, number: int, **more: Any) -> None:
    """Let a published story wait, as a report does."""
    story = row(session, number)
    queue.put(
        session, "story", number, Source.FLAG, author_id=story.author_id, theme_id=story.theme_id, priority=queue.REPORT, at=now()
    )  # fmt: skip


def test_nobody_decides_about_their_own(session, story_in, author):
    number = story_in(S.SUBMITTED)
    for act in (deciding.approve, deciding.ask, deciding.reject, keeping.redact):
        with pytest.raises(Forbidden):
            act(session, number, author.id, now(), {**APPROVAL, "remark.title": "Shorter."})
    assert row(session, number).state is S.SUBMITTED


def test_a_story_is_approved_only_when_all_eight_points_are_ticked(session, story_in, facilitator):
    number = story_in(S.SUBMITTED)
    for missing in sorted(CHECKED):
        form = {name: value for name, value in APPROVAL.items() if name != missing}
        with pytest.raises(Wrong) as refused:
            deciding.approve(session, number, facilitator.id, now(), form)
        assert refused.value.errors[0][0] == missing.replace(".", "-")
        session.rollback()


def test_approving_is_one_decision_with_two_steps_of_the_door_and_a_notice(session, story_in, decided, author):
    number = story_in(S.SUBMITTED)
    decided(number, "approve", **CHECKED)
    after = list(session.scalars(select(StoryEvent.after).where(StoryEvent.story_id == number).order_by(StoryEvent.id)))
    assert after == ["submitted", "in_review", "approved", "published"]
    assert row(session, number).is_out
    told = session.execute(select(Notification.__table__).where(Notification.user_id == author.id)).one()
    assert (told.kind, told.facts["act"], told.facts["story"]) == ("review_decided", "approve", number)
    assert session.scalar(select(ReviewItem.state)) is ReviewState.CLOSED


def test_approving_is_undone_as_if_it_had_not_been_but_for_the_reference(session, story_in, decided, actor):
    number = story_in(S.SUBMITTED)
    number_of = decided(number, "approve", **CHECKED)
    reference = row(session, number).reference
    undo(session, number_of, actor, now())
    story = row(session, number)
    assert (story.state, story.is_out, story.published_n, story.published_at) == (S.IN_REVIEW, False, None, None)
    assert story.reference == reference
    assert session.scalar(select(StoryRevision.html)) == ""
    assert session.scalar(select(SearchEntry.id).limit(1)) is None
    decided(number, "approve", **CHECKED)
    assert row(session, number).reference == reference


def test_undoing_the_approval_of_a_change_brings_back_what_was_published_before(
    session, story_in, author, decided, actor
):
    number = story_in(S.PUBLISHED)
    before = row(session, number)
    revising.begin(session, number, author.id, now(), before.version)
    rewrite(session, number, title="Another title", theme="data")
    picture = add_picture(session, number)
    sending.send(session, number, author.id, now(), row(session, number).version)
    undo(session, decided(number, "approve", **CHECKED), actor, now())
    story = row(session, number)
    assert (story.state, story.is_out, story.published_n, story.draft_n) == (S.IN_REVIEW, True, 1, 2)
    for name in ("title", "theme_id", "published_at", "changed_at", "review_due_on", "picture_id"):
        assert getattr(story, name) == getattr(before, name), name
    assert session.scalar(select(StoryFile.published_n).where(StoryFile.id == picture)) is None
    assert session.scalar(select(SearchEntry.title)) == TITLE


def test_asking_keeps_a_remark_for_each_field_and_the_author_answers(session, story_in, decided, author):
    number = story_in(S.SUBMITTED)
    decided(
        number,
        "ask",
        **{"remark.problem": "How many studies?", "remark.title": " ", "remark.nothing": "x", "remark.": "Good."},
    )
    kept = {each.field: each for each in session.execute(select(StoryRemark.__table__))}
    assert set(kept) == {"problem", ""}
    assert kept["problem"].words == "How many studies?" and kept["problem"].round_n == 1
    remarks.answer(session, number, kept["problem"].id, "Eleven.")
    assert session.scalar(select(StoryRemark.answer).where(StoryRemark.field == "problem")) == "Eleven."
    rewrite(session, number, problem="Eleven studies took 94 days each.")
    sending.send(session, number, author.id, now(), row(session, number).version)
    names = item.whole(session, number).names
    assert [change.field for change in names["changes"]] == ["problem"]
    assert names["said"][1].remarks[1]["answer"] == "Eleven." or names["said"][1].remarks[0]["answer"] == "Eleven."


def test_asking_is_undone_with_its_remarks(session, story_in, decided, actor):
    number = story_in(S.SUBMITTED)
    undo(session, decided(number, "ask", **{"remark.problem": "How many?"}), actor, now())
    assert row(session, number).state is S.IN_REVIEW
    assert session.scalar(select(StoryRemark.id).limit(1)) is None


def test_what_was_sent_again_since_cannot_be_undone(session, story_in, decided, actor, author):
    number = story_in(S.SUBMITTED)
    done = decided(number, "ask")
    sending.send(session, number, author.id, now(), row(session, number).version)
    with pytest.raises(CannotMove):
        undo(session, done, actor, now())


def test_rejecting_keeps_the_text_for_its_author_to_write_on(session, story_in, decided, author):
    number = story_in(S.SUBMITTED)
    decided(number, "reject", words="It is an advert.")
    assert row(session, number).state is S.REJECTED
    assert revising.begin(session, number, author.id, now(), row(session, number).version) == 1
    assert fields_of(session, number, 1)["title"] == TITLE


def test_a_decision_about_a_version_that_is_not_there_any_more_is_refused(session, story_in, facilitator):
    number = story_in(S.SUBMITTED)
    with pytest.raises(Changed):
        deciding.reject(session, number, facilitator.id, now(), {"words": "No.", "story_version": "1"})


def test_a_reported_story_that_nobody_is_changing_is_given_back_with_a_new_revision(session, story_in, decided, actor):
    number = story_in(S.PUBLISHED)
    report(session, number)
    done = decided(number, "ask", **{"remark.tips": "The second is unsafe."})
    story = row(session, number)
    assert (story.state, story.is_out, story.draft_n, story.published_n) == (S.CHANGES_REQUESTED, True, 2, 1)
    undo(session, done, actor, now())
    assert (row(session, number).state, row(session, number).draft_n) == (S.PUBLISHED, 1)
    assert list(session.scalars(select(StoryRevision.n))) == [1]


@pytest.mark.parametrize(("act", "is_out"), [("keep", True), ("hide", False), ("remove", False)])
def test_what_is_done_about_a_reported_story_is_undone(session, story_in, decided, actor, act, is_out):
    number = story_in(S.PUBLISHED)
    report(session, number)
    done = decided(number, act)
    assert row(session, number).is_out is is_out
    undo(session, done, actor, now())
    story = row(session, number)
    assert (story.state, story.is_out, story.is_hidden) == (S.PUBLISHED, True, False)


def test_a_retracted_story_comes_back_when_it_is_restored(session, story_in, facilitator):
    number = story_in(S.RETRACTED, published=True)
    done = keeping.restore(session, number, facilitator.id, now(), {"words": "It was right after all."})
    assert (row(session, number).state, row(session, number).is_out) == (S.PUBLISHED, True)
    item.undo(session, number, "restore", done.before, now())
    assert (row(session, number).state, row(session, number).is_out) == (S.RETRACTED, False)


def test_a_story_that_waits_and_was_reported_waits_on_after_the_report_is_settled(session, story_in, decided):
    number = story_in(S.SUBMITTED, published=True)
    report(session, number)
    decided(number, "hide")
    waits = session.execute(select(ReviewItem.__table__).where(ReviewItem.state == ReviewState.OPEN)).one()
    assert (waits.target_id, waits.source) == (number, Source.STORY)
    decided(number, "approve", **CHECKED)
    assert row(session, number).is_out, "who approves it has read all of it"
    assert session.scalar(select(ReviewItem.id).where(ReviewItem.state == ReviewState.OPEN)) is None


def test_a_held_number_is_masked_for_the_facilitator_and_stands_nowhere_but_in_the_draft(
    session, author, facilitator, nhs_number
):
    why = {"problem": f"It is a grant, {nhs_number}"}
    number = make_draft(session, author.id, filled(problem=f"About {nhs_number}.", because=why))
    add_picture(session, number, alt=f"A label with {nhs_number}")
    sending.send(session, number, author.id, now(), 1)
    assert nhs_number not in str(session.scalar(select(StoryRound.fields)))
    card = item.whole(session, number)
    held = [(each.where, each.what, each.because) for each in card.names["held"]]
    assert ("The problem and why it mattered", "NHS number", "It is a grant, [removed]") in held
    assert nhs_number not in str(card) and nhs_number not in str(item.cards(session, [number]))
    with pytest.raises(Wrong) as refused:
        deciding.approve(session, number, facilitator.id, now(), APPROVAL)
    assert refused.value.errors[0][0] == "held"


@pytest.mark.parametrize(("choice", "is_shown"), [("mask", False), ("show", True)])
def test_the_facilitator_says_whether_what_was_held_is_shown(
    session, author, facilitator, nhs_number, choice, is_shown
):
    number = make_draft(session, author.id, filled(problem=f"About {nhs_number}.", because={"problem": "A grant."}))
    sending.send(session, number, author.id, now(), 1)
    deciding.approve(session, number, facilitator.id, now(), {**APPROVAL, "held": choice})
    html = session.scalar(select(StoryRevision.html))
    assert (nhs_number in html) is is_shown
    assert ("[NHS number removed]" in html) is not is_shown
    assert "because" not in fields_of(session, number, 1)


def test_masking_takes_what_the_detector_finds_where_no_passage_is_named(session, story_in, facilitator, nhs_number):
    number = story_in(S.PUBLISHED)
    fields = filled(problem=f"About {nhs_number}.")
    session.execute(update(StoryRevision).where(StoryRevision.story_id == number).values(fields=fields))
    done = keeping.mask(session, number, facilitator.id, now(), {"words": "A number.", "passage": ""})
    assert not done.can_undo
    assert fields_of(session, number, 1)["problem"] == "About [NHS number removed]."
    for passage in ("ab", "not in it", ""):
        with pytest.raises(Wrong):
            keeping.mask(session, number, facilitator.id, now(), {"words": "A number.", "passage": passage})


def test_withdrawing_closes_the_item_that_waits(session, story_in, author):
    number = story_in(S.SUBMITTED)
    withdrawing.withdraw(session, number, author.id, now(), row(session, number).version, "We changed our mind.")
    assert session.scalar(select(ReviewItem.state)) is ReviewState.CLOSED
    assert session.scalar(select(Decision.id).limit(1)) is None


def test_the_list_of_what_waits_costs_two_statements_however_many_there_are(session, story_in, statements):
    numbers = [story_in(S.SUBMITTED) for _ in range(4)]
    asked = [len(statements(lambda some=some: item.cards(session, some))) for some in (numbers[:1], numbers)]
    assert asked == [2, 2]
    found = item.cards(session, numbers)
    assert found[numbers[0]].title == f"Story by Sam Reed: {TITLE}"


def test_the_scan_reads_what_readers_see_and_nothing_else(session, story_in):
    out, _ = story_in(S.PUBLISHED), story_in(S.SUBMITTED)
    assert [number for number, _ in item.texts(session, 0, 10)] == [out]
    assert item.texts(session, out, 10) == []
    assert item.written(session, row(session, out).author_id) == 1


def test_a_round_names_each_file_and_what_changed_in_it(session, author):
    number = make_draft(session, author.id)
    picture = add_picture(session, number)
    fields = rounds.with_files({}, [session.execute(select(StoryFile.__table__)).one()])
    assert rounds.texts(fields)[f"files.{picture}.alt"] == "A board with cards"
    assert session.scalar(select(Story.id)) == number
