"""Who tried the same: said, changed, taken back, counted, looked after."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select, update

from courses.db import now
from learn.accounts.models import Role, User
from learn.accounts.personal import Person
from learn.discussion import rules
from learn.errors import FrontlineError
from learn.moderation import queue
from learn.moderation.models import ReviewItem, ReviewState, Source
from learn.stories import personal
from learn.stories.adopting import adoptions
from learn.stories.adopting.form import month
from learn.stories.adopting.item import ITEM
from learn.stories.around import Adoption, Outcome
from learn.stories.models import Story
from tests.everywhere import places
from tests.people import make_user, sign_in
from tests.stories import make_story

TRY = {
    "organisation": "Another Hospital",
    "region": "wales",
    "since": "3 2026",
    "outcome": "worked",
    "words": "The chair helped.",
}
NUMBER = "999 000 0018"
PATIENT = f"NHS number {NUMBER}"
SAY_WHAT = "Say what it is, so that a facilitator can decide"


@pytest.fixture
def made(session, learner):
    story = make_story(session)
    rules.accept(session, learner.id, now())
    session.commit()
    return story


def counted(session):
    session.rollback()
    return session.scalar(select(Story.adoption_count))


def add(session, made, user_id, **more):
    told = adoptions.Told(
        **{
            "organisation": "A hospital",
            "region": "wales",
            "tried_on": date(2026, 3, 1),
            "outcome": Outcome.WORKED,
            "words": "It works.",
            **more,
        }
    )
    row = session.execute(select(Story.id, Story.theme_id).where(Story.id == made.id)).one()
    adoptions.save(session, row, user_id, told, now())
    return session.scalar(select(Adoption.id).where(Adoption.user_id == user_id))


def test_what_somebody_says_is_seen_at_once_and_counted(session, made, member):
    member.get(f"{made.path}/tried/mine")
    page = member.follow(f"{made.path}/tried/mine", TRY)
    assert page.h1.endswith("Tried in 1 place")
    assert "Another Hospital It worked here The chair helped." in page.words
    assert "since March 2026" in page.words
    assert counted(session) == 1
    assert "Tried in 1 place" in member.get(made.path).words


def test_what_somebody_new_says_waits_for_a_facilitator_too(session, made, member, learner):
    member.get(f"{made.path}/tried/mine")
    member.post(f"{made.path}/tried/mine", TRY)
    row = session.execute(select(ReviewItem.kind, ReviewItem.source, ReviewItem.author_id, ReviewItem.state)).one()
    assert row == ("adoption", Source.NEW_MEMBER, learner.id, ReviewState.OPEN)


def test_one_record_a_person_which_they_change_and_take_back(session, made, member):
    member.get(f"{made.path}/tried/mine")
    member.post(f"{made.path}/tried/mine", TRY)
    page = member.get(f"{made.path}/tried/mine")
    assert page.select_one("#since")["value"] == "3 2026"
    assert page.select_one("#words").get_text().strip() == "The chair helped."
    page = member.follow(f"{made.path}/tried/mine", {**TRY, "outcome": "did_not"})
    assert "It did not work here" in page.words
    assert counted(session) == 1
    member.post(f"{made.path}/tried/remove")
    assert counted(session) == 0
    assert session.scalar(select(func.count()).select_from(Adoption)) == 0
    assert session.scalar(select(ReviewItem.state)) is ReviewState.CLOSED
    member.get(f"{made.path}/tried")
    member.post(f"{made.path}/tried/remove")
    assert counted(session) == 0


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"organisation": " "}, "Enter where you tried it"),
        ({"organisation": "x" * 121}, "at most 120 letters"),
        ({"since": "x"}, "Enter a month and a year"),
        ({"since": "1 2090"}, "Enter a month that has begun"),
        ({"outcome": "bad"}, "Not a valid choice"),
        ({"region": "moon"}, "Choose one from the list"),
        ({"words": "x" * 1001}, "Shorten what you found"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(session, made, member, changed, says):
    member.get(f"{made.path}/tried/mine")
    page = member.post(f"{made.path}/tried/mine", {**TRY, **changed}, 422)
    assert says in page.select_one(".nhsuk-error-summary").get_text()
    assert page.select_one("#words").get_text().strip() == {**TRY, **changed}["words"]
    assert counted(session) == 0


def test_a_patients_number_is_kept_nowhere_and_taken_out_in_one_press(session, made, member):
    member.get(f"{made.path}/tried/mine")
    page = member.post(f"{made.path}/tried/mine", {**TRY, "words": f"She is {PATIENT}."}, 422)
    assert "This could identify a patient" in page.words
    assert counted(session) == 0
    member.post(f"{made.path}/tried/mine", {**TRY, "words": f"She is {PATIENT}.", "is_sure": "y"}, 422)
    member.post(f"{made.path}/tried/mine", {**TRY, "words": f"She is {PATIENT}.", "act": "mask"})
    session.rollback()
    kept = session.scalar(select(Adoption.words))
    assert "999" not in kept
    assert kept.startswith("She is")


def hold(member, made, because="It is the number of a batch", **typed):
    member.get(f"{made.path}/tried/mine")
    return {**TRY, "words": f"It is {PATIENT}.", "because": because, "act": "hold", **typed}


def test_what_is_said_to_be_no_patients_number_goes_to_a_facilitator_alone(session, made, member, new_client):
    form = hold(member, made, f"{NUMBER} is a batch")
    page = member.post(f"{made.path}/tried/mine", {**form, "because": " "}, 422)
    assert page.select_one(".nhsuk-error-summary a[href='#because']").get_text(strip=True) == SAY_WHAT
    assert page.select_one("button[value=hold]").get_text() == "Send it to a facilitator"
    page = member.follow(f"{made.path}/tried/mine", form)
    assert "A facilitator looks at it before others see it" in page.words
    assert counted(session) == 0
    assert places(session, NUMBER) == {"adoption"}
    item = session.execute(select(ReviewItem.id, ReviewItem.source, ReviewItem.priority)).one()
    assert (item.source, item.priority) == (Source.DETECTOR, queue.PATIENT)
    facilitator = make_user(session, roles=(Role.FACILITATOR,))
    session.commit()
    page = sign_in(new_client(), facilitator.id).get(f"/moderation/{item.id}")
    assert "[NHS number removed] is a batch" in page.words
    assert "999" not in page.words


def test_what_is_held_is_kept_as_typed_and_undo_holds_it_again_with_its_reason(session, made, member):
    member.post(f"{made.path}/tried/mine", hold(member, made))
    session.rollback()
    number = session.scalar(select(Adoption.id))
    assert ITEM.offered(ITEM.whole(session, number)) == ("keep", "mask", "remove", "redact")
    done = ITEM.acts["keep"](session, number, 1, now(), {})
    assert session.scalar(select(Adoption.words)) == f"It is {PATIENT}."
    assert session.scalar(select(Story.adoption_count)) == 1
    ITEM.undo(session, number, "keep", done.before, now())
    assert ITEM.whole(session, number).names["because"] == "It is the number of a batch"
    assert session.scalar(select(Story.adoption_count)) == 0
    ITEM.acts["mask"](session, number, 1, now(), {})
    assert session.execute(select(Adoption.words, Adoption.because, Adoption.is_visible)).one() == (
        "It is NHS number [NHS number removed].", "", True,
    )  # fmt: skip


def test_what_is_held_can_be_changed_and_goes_to_a_facilitator_again(session, made, member):
    for reason in ("It is a batch", "It is the number of an order"):
        page = member.follow(f"{made.path}/tried/mine", hold(member, made, reason))
        assert "A facilitator looks at it before others see it" in page.words
    assert session.scalar(select(Adoption.because)) == "It is the number of an order"
    assert session.scalar(select(func.count()).select_from(ReviewItem)) == 1


def test_a_record_that_was_seen_waits_with_its_change_and_its_next_one_too(session, made, member):
    member.get(f"{made.path}/tried/mine")
    member.post(f"{made.path}/tried/mine", TRY)
    assert counted(session) == 1
    member.post(f"{made.path}/tried/mine", hold(member, made))
    assert counted(session) == 0
    member.get(f"{made.path}/tried/mine")
    member.post(f"{made.path}/tried/mine", TRY)
    assert counted(session) == 0
    number = session.scalar(select(Adoption.id))
    assert "restore" in ITEM.offered(ITEM.whole(session, number))


def test_hiding_what_was_kept_is_no_waiting_for_its_number(session, made, member):
    member.post(f"{made.path}/tried/mine", hold(member, made))
    session.rollback()
    number = session.scalar(select(Adoption.id))
    for act in ("keep", "hide", "mask"):
        ITEM.acts[act](session, number, 1, now(), {})
    assert not session.scalar(select(Adoption.is_visible))


def test_erasing_ones_data_leaves_no_number_in_a_record_that_waits(session, made, member, learner):
    member.post(f"{made.path}/tried/mine", hold(member, made, organisation=f"Ward {PATIENT}"))
    session.rollback()
    personal.PERSONAL.erase(session, Person(learner.id, (), ()), now())
    assert session.execute(select(Adoption.organisation, Adoption.because, Adoption.words)).one() == (
        "Ward NHS number [NHS number removed]", "", "",
    )  # fmt: skip


def test_what_may_point_to_one_person_is_asked_about(session, made, member):
    member.get(f"{made.path}/tried/mine")
    words = "She was born on 3 March 1950."
    page = member.post(f"{made.path}/tried/mine", {**TRY, "words": words}, 422)
    assert "Could this point to one person?" in page.words
    member.post(f"{made.path}/tried/mine", {**TRY, "words": words, "is_sure": "y"})
    session.rollback()
    assert session.scalar(select(Adoption.words)) == words


def test_who_did_not_accept_the_rules_is_asked_first(session, member):
    story = make_story(session)
    session.commit()
    answer = member.get(f"{story.path}/tried/mine", 303)
    assert answer.headers["Location"].endswith(f"/rules/accept?next={story.path}/tried/mine")
    member.get(f"{story.path}/tried")
    assert "/rules/accept" in member.post(f"{story.path}/tried/mine", TRY).headers["Location"]


def test_an_author_does_not_try_their_own_story(session, member, learner):
    story = make_story(session, author_id=learner.id)
    session.commit()
    member.get(f"{story.path}/tried/mine", 403)
    assert "We tried this" not in member.get(story.path).words


def test_the_list_goes_on_page_by_page(session, made, member):
    for n in range(25):
        add(session, made, make_user(session).id, organisation=f"Place {n}")
    session.commit()
    page = member.get(f"{made.path}/tried")
    assert page.h1.endswith("Tried in 25 places")
    seen = [each.get_text() for each in page.select(".tried strong")]
    page = member.get(page.select_one("a[rel=next]")["href"])
    seen += [each.get_text() for each in page.select(".tried strong")]
    assert seen == [f"Place {n}" for n in reversed(range(25))]


def test_a_facilitator_hides_restores_and_the_count_goes_along(session, made, learner):
    number = add(session, made, learner.id)
    done = ITEM.acts["hide"](session, number, 1, now(), {})
    assert (done.before, session.scalar(select(Story.adoption_count))) == ({"is_visible": True}, 0)
    assert ITEM.whole(session, number).state == "hidden"
    assert ITEM.acts["hide"](session, number, 1, now(), {}).before == {"is_visible": False}
    ITEM.undo(session, number, "hide", done.before, now())
    assert session.scalar(select(Story.adoption_count)) == 1
    ITEM.acts["remove"](session, number, 1, now(), {})
    ITEM.acts["restore"](session, number, 1, now(), {})
    assert session.scalar(select(Story.adoption_count)) == 1


def test_what_a_facilitator_took_away_does_not_come_back_by_changing_it(session, made, member, learner):
    number = add(session, made, learner.id)
    ITEM.acts["remove"](session, number, 1, now(), {})
    session.execute(update(ReviewItem).values(state=ReviewState.CLOSED))
    session.commit()
    member.get(f"{made.path}/tried/mine")
    page = member.follow(f"{made.path}/tried/mine", TRY)
    assert "A facilitator looks at it before others see it" in page.words
    assert counted(session) == 0
    sources = session.scalars(select(ReviewItem.source).where(ReviewItem.state == ReviewState.OPEN)).all()
    assert sources == [Source.EDIT]


def test_a_card_masks_what_the_detector_finds_and_redacting_leaves_no_word(session, made, learner):
    number = add(session, made, learner.id, words=f"She is {PATIENT}.")
    card = ITEM.whole(session, number)
    assert "999" not in card.excerpt + str(card.names["words"])
    assert "mask" in ITEM.offered(card)
    ITEM.acts["mask"](session, number, 1, now(), {})
    assert "999" not in session.scalar(select(Adoption.words))
    done = ITEM.acts["redact"](session, number, 1, now(), {})
    assert not done.can_undo
    assert session.execute(select(Adoption.words, Adoption.organisation, Adoption.is_visible)).one() == ("", "", False)
    assert ITEM.cards(session, [number, 999])[number].title.endswith("“We took the study to the village hall”")


def test_nothing_brings_back_a_record_whose_text_was_deleted_for_good(session, made, learner):
    number = add(session, made, learner.id)
    hidden = ITEM.acts["hide"](session, number, 1, now(), {})
    ITEM.acts["redact"](session, number, 1, now(), {})
    with pytest.raises(FrontlineError) as refused:
        ITEM.undo(session, number, "hide", hidden.before, now())
    assert "deleted for good" in refused.value.message
    assert not session.scalar(select(Adoption.is_visible))
    assert session.scalar(select(Story.adoption_count)) == 0
    assert ITEM.offered(ITEM.whole(session, number)) == ()


def test_moderation_is_told_where_a_record_comes_from(session, made, learner):
    number = add(session, made, learner.id)
    origin = ITEM.origin(session, number)
    assert (origin.author_id, origin.is_seen, origin.facts) == (learner.id, True, {"story": made.id})
    assert ITEM.origin(session, 999) is None
    assert ITEM.whole(session, 999) is None
    assert ITEM.written(session, learner.id) == 1
    assert ITEM.texts(session, 0, 10) == [(number, ["A hospital", "It works."])]


def test_a_facilitator_opens_a_record_in_the_queue(session, made, learner, new_client):
    add(session, made, learner.id)
    facilitator = make_user(session, roles=(Role.FACILITATOR,))
    session.commit()
    item = session.scalar(select(ReviewItem.id))
    page = sign_in(new_client(), facilitator.id).get(f"/moderation/{item}")
    assert "A hospital" in page.words
    assert "It worked here" in page.words


def test_a_former_members_record_keeps_place_and_outcome(session, made, member):
    row = {"story_id": made.id, "user_id": None, "organisation": "A hospital", "region": "", "tried_on": date(2026, 1, 1), "outcome": Outcome.PARTLY,
           "words": "", "is_visible": True, "at": now()}  # fmt: skip
    session.execute(insert(Adoption), row)
    session.commit()
    page = member.get(f"{made.path}/tried")
    assert "A hospital It worked in part Former member" in page.words


MARCH = date(2026, 3, 1)


@pytest.mark.parametrize("typed", ["3 2026", "03/2026", "2026-03", "March 2026", "mar. 2026", "3 ２０２６"])
def test_a_month_is_read_in_the_ways_that_people_type_it(typed):
    assert month(typed) == MARCH


@pytest.mark.parametrize("typed", ["13 2026", "0 2026", "3", "3 26", "ma 2026", "² 2026", "3 1899", "3 3 2026", ""])
def test_what_is_no_month_is_none(typed):
    assert month(typed) is None


def test_the_prefilled_place_is_that_of_the_profile(session, made, member, learner):
    session.execute(update(User).where(User.id == learner.id).values(organisation="My Hospital"))
    session.commit()
    assert member.get(f"{made.path}/tried/mine").select_one("#organisation")["value"] == "My Hospital"
