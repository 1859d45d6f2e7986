"""Published, changed, taken back: what readers find, and what is counted right after."""

from typing import Any

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.discussion.models import Topic, TopicState
from learn.search.models import SearchEntry
from learn.stories.around import StoryFacet, StoryTag
from learn.stories.models import Story, StoryEvent, StoryFile, StoryRevision, StoryState
from learn.stories.review import deciding, keeping, publishing, revising, scrubbing, sending, withdrawing
from learn.stories.review.door import Changed
from tests.learn.stories.review.conftest import APPROVAL
from tests.learn.stories.review.making import (
    TITLE,
    add_picture,
    fields_of,
    filled,
    make_draft,
    make_theme,
    rewrite,
    row,
)

S = StoryState
CARE = {
    ("all", ""): 1, ("theme", "care"): 1, ("setting", "acute"): 1, ("region", "wales"): 1, ("profession", "nurse"): 1,
    ("tag", "set-up"): 1, ("tag", "contracts"): 1,
}  # fmt: skip


@pytest.fixture
def counted(session):
    """What is counted now, without what is counted as none."""

    def read(is_public: bool = False) -> dict[tuple[str, str], int]:
        rows = session.execute(
            select(StoryFacet.__table__).where(StoryFacet.is_public.is_(is_public), StoryFacet.count != 0)
        )
        return {(each.facet, each.value): each.count for each in rows}

    return read


@pytest.fixture
def found(session):
    """What the search has of stories, by title."""

    def read() -> list[str]:
        return list(session.scalars(select(SearchEntry.title).where(SearchEntry.kind == "story")))

    return read


@pytest.fixture
def change(session, author, facilitator):
    """Change a published story by a new revision, and have it approved."""

    def do(number: int, form: dict[str, str] = APPROVAL, *, is_small: bool = False, **more: Any) -> Any:
        revising.begin(session, number, author.id, now(), row(session, number).version, is_small=is_small)
        rewrite(session, number, **more)
        sending.send(session, number, author.id, now(), row(session, number).version)
        return deciding.approve(session, number, facilitator.id, now(), form)

    return do


def topic_of(session, number):
    return session.execute(select(Topic.__table__).where(Topic.subject_id == number)).one()


def test_a_published_story_is_listed_counted_found_and_discussed(session, story_in, counted, found):
    number = story_in(S.PUBLISHED)
    story = row(session, number)
    assert (story.state, story.is_out, story.published_n) == (S.PUBLISHED, True, 1)
    assert (story.title, story.slug, story.byline) == (
        TITLE,
        "from-94-days-to-31-how-we-shortened-set-up",
        "Sam Reed, research nurse",
    )
    assert (story.setting, story.region, story.profession, story.minutes) == ("acute", "wales", "nurse", 1)
    assert story.published_at == story.changed_at and story.review_due_on.year == story.published_at.year + 2
    assert counted() == CARE and counted(is_public=True) == {}
    assert set(session.scalars(select(StoryTag.tag))) == {"set-up", "contracts"}
    assert found() == [TITLE]
    assert (topic_of(session, number).state, topic_of(session, number).title) == (TopicState.VISIBLE, TITLE)
    assert "94 days" in session.scalar(select(StoryRevision.html).where(StoryRevision.story_id == number))


@pytest.mark.parametrize("state", [S.WITHDRAWN, S.RETRACTED, S.ARCHIVED])
def test_a_story_that_is_taken_back_is_counted_and_found_no_more(session, story_in, counted, found, state):
    number = story_in(state, published=True)
    assert (row(session, number).state, row(session, number).is_out) == (state, False)
    assert counted() == {} and found() == []
    assert session.scalar(select(StoryTag.tag).limit(1)) is None
    assert topic_of(session, number).state is TopicState.HIDDEN


def test_taking_back_twice_counts_once(session, story_in, counted):
    one, _ = story_in(S.PUBLISHED), story_in(S.PUBLISHED)
    assert publishing.take_back(session, one, now())
    assert not publishing.take_back(session, one, now())
    assert counted() == CARE
    assert publishing.bring_back(session, one, now())
    assert not publishing.bring_back(session, one, now())
    assert counted()["theme", "care"] == 2


def test_what_readers_see_stays_while_a_change_waits(session, story_in, counted, found, author):
    number = story_in(S.PUBLISHED)
    before = row(session, number)
    revising.begin(session, number, author.id, now(), before.version)
    rewrite(session, number, title="Another title", theme="data", problem="Something else.")
    sending.send(session, number, author.id, now(), row(session, number).version)
    story = row(session, number)
    assert (story.state, story.is_out, story.published_n, story.draft_n) == (S.SUBMITTED, True, 1, 2)
    assert (story.title, story.theme_id) == (before.title, before.theme_id)
    assert counted() == CARE and found() == [TITLE]
    assert fields_of(session, number, 1)["title"] == TITLE
    html = session.scalar(select(StoryRevision.html).where(StoryRevision.story_id == number, StoryRevision.n == 1))
    assert "94 days" in html


def test_a_change_that_is_approved_moves_counters_title_and_discussion_and_keeps_the_reference(
    session, story_in, change, counted, found
):
    number = story_in(S.PUBLISHED)
    before = row(session, number)
    change(number, title="Another title", theme="data", setting="hospice", tags=["contracts", "new"])
    story = row(session, number)
    assert (story.reference, story.published_n, story.title) == (before.reference, 2, "Another title")
    assert story.published_at == before.published_at and story.changed_at > before.changed_at
    assert counted() == {
        ("all", ""): 1, ("theme", "data"): 1, ("setting", "hospice"): 1, ("region", "wales"): 1, ("profession", "nurse"): 1,
        ("tag", "contracts"): 1, ("tag", "new"): 1,
    }  # fmt: skip
    assert found() == ["Another title"]
    topic = topic_of(session, number)
    assert (topic.title, topic.theme_id) == ("Another title", make_theme(session, "data"))
    assert fields_of(session, number, 1)["title"] == TITLE


def test_a_small_correction_moves_no_dates(session, story_in, change):
    number = story_in(S.PUBLISHED)
    before = row(session, number)
    change(number, is_small=True, problem="It took 94 days.")
    story = row(session, number)
    assert (story.published_n, story.changed_at, story.review_due_on) == (2, before.changed_at, before.review_due_on)


def test_a_story_is_public_when_its_author_and_a_facilitator_say_so(session, author, facilitator, counted):
    numbers = []
    for wish, given in ((True, "y"), (True, ""), (False, "y")):
        number = make_draft(session, author.id, filled(wants_public=wish))
        sending.send(session, number, author.id, now(), 1)
        deciding.approve(session, number, facilitator.id, now(), {**APPROVAL, "public": given})
        numbers.append(number)
    assert [row(session, number).is_public for number in numbers] == [True, False, False]
    assert counted(is_public=True) == CARE
    assert counted()["all", ""] == 2


def test_references_go_on_within_a_year_and_are_never_given_twice(session, story_in, author, facilitator):
    first, second = (row(session, story_in(S.PUBLISHED)).reference for _ in range(2))
    year = first.split("-")[1]
    assert (first, second) == (f"FRL-{year}-0001", f"FRL-{year}-0002")
    third = story_in(S.WITHDRAWN, published=True)
    assert row(session, third).reference == f"FRL-{year}-0003"
    assert row(session, story_in(S.PUBLISHED)).reference == f"FRL-{year}-0004"


def test_what_came_with_the_site_is_published_by_it_and_again_when_its_text_changes(session, counted):
    number = make_draft(session, None, is_starter=True, starter_slug="a-story", is_public=True)
    reference = publishing.publish(session, number, now())
    assert (row(session, number).reference, row(session, number).is_public) == (reference, True)
    revising.copy(session, row(session, number), None, now())
    rewrite(session, number, title="A better title")
    assert publishing.publish(session, number, now()) == reference
    assert (row(session, number).title, row(session, number).published_n) == ("A better title", 2)
    assert counted(is_public=True) == CARE


def test_pictures_of_the_draft_are_those_of_the_published_story_and_the_first_is_its_own(session, author, facilitator):
    number = make_draft(session, author.id)
    second, first = add_picture(session, number, position=2), add_picture(session, number, position=1)
    gone = add_picture(session, number, position=3, is_in_draft=False)
    sending.send(session, number, author.id, now(), 1)
    deciding.approve(session, number, facilitator.id, now(), APPROVAL)
    assert row(session, number).picture_id == first
    assert [each.id for each in publishing.files_of(session, number, 1)] == [first, second]
    assert session.scalar(select(StoryFile.published_n).where(StoryFile.id == gone)) is None


def test_a_change_that_is_dropped_leaves_the_published_pictures_and_no_draft(session, story_in, author):
    number = story_in(S.PUBLISHED)
    revising.begin(session, number, author.id, now(), row(session, number).version)
    picture = add_picture(session, number)
    sending.send(session, number, author.id, now(), row(session, number).version)
    revising.drop(session, number, author.id, now(), row(session, number).version)
    story = row(session, number)
    assert (story.state, story.draft_n, story.is_out) == (S.PUBLISHED, 1, True)
    assert list(session.scalars(select(StoryRevision.n).where(StoryRevision.story_id == number))) == [1]
    assert session.scalar(select(StoryFile.is_in_draft).where(StoryFile.id == picture)) is False
    revising.begin(session, number, author.id, now(), story.version)
    assert row(session, number).draft_n == 3, "a number that was sent once is not used again"


def test_nothing_is_published_that_no_facilitator_read(session, story_in, facilitator):
    number = story_in(S.SUBMITTED)
    rewrite(session, number, problem="Changed behind the facilitator's back.")
    with pytest.raises(Changed):
        deciding.approve(session, number, facilitator.id, now(), APPROVAL)


def test_hidden_comes_back_when_shown_and_not_by_being_brought_back(session, story_in, counted, facilitator):
    number = story_in(S.PUBLISHED)
    assert withdrawing.hide(session, number, facilitator.id, now(), "It was reported.")
    assert not withdrawing.hide(session, number, facilitator.id, now())
    assert not publishing.bring_back(session, number, now())
    assert counted() == {}
    assert withdrawing.show(session, number, facilitator.id, now())
    assert counted() == CARE


def test_a_passage_that_is_taken_out_is_gone_from_every_version_the_page_and_the_search(
    session, story_in, change, facilitator
):
    number = story_in(S.PUBLISHED)
    change(number, problem="Mrs Example waited 94 days.", steps=["We asked Mrs Example."])
    session.execute(update(Story).where(Story.id == number).values(summary="What Mrs Example said."))
    assert scrubbing.passage(session, number, "Mrs Example", now()) == 2, "the revision and its round"
    kept = fields_of(session, number, 2)
    assert (kept["problem"], kept["steps"]) == ("[removed] waited 94 days.", ["We asked [removed]."])
    assert kept["theme"] == "care"
    assert row(session, number).summary == "What [removed] said."
    for text in session.scalars(select(StoryRevision.html)):
        assert "Mrs Example" not in text
    assert "Mrs Example" not in session.scalar(select(SearchEntry.body))
    assert row(session, number).is_out


def test_erasing_leaves_numbers_and_a_notice_and_no_word(session, story_in, facilitator, found):
    number = story_in(S.PUBLISHED)
    keeping.redact(session, number, facilitator.id, now(), {"words": "It named a patient."})
    story = row(session, number)
    assert (story.state, story.title, story.summary, story.byline, story.is_out) == (
        S.RETRACTED,
        "Removed story",
        "",
        "",
        False,
    )
    assert found() == []
    assert topic_of(session, number).title == "Removed story"
    assert not any(filled()["problem"] in str(each) for each in session.scalars(select(StoryRevision.fields)))
    reasons = select(StoryEvent.after, StoryEvent.reason).where(StoryEvent.story_id == number, StoryEvent.reason != "")
    assert session.execute(reasons).all() == [("redacted", "It named a patient.")], (
        "the public reads that of retracting"
    )
