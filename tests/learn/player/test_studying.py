"""A learner works through a module in the browser's forms, without JavaScript."""

from pathlib import Path

import pytest
from sqlalchemy import select

from courses.learning.models import Enrolment, QuizAttempt, Reflection
from tests.modules import make_module
from tests.people import make_user, sign_in

RIGHT = {"single": "1", "multiple": ["0", "1"], "truefalse": "0", "shortanswer": "24"}
WRONG = {"single": "0", "multiple": ["2"], "truefalse": "0", "shortanswer": "7"}


def answers(page, chosen):
    """The form's fields for the four questions of the quiz, in their order."""
    names = list(dict.fromkeys(tag["name"] for tag in page.select("main [name^=q]")))
    return dict(zip(names, chosen.values(), strict=True))


def test_a_learner_starts_a_module_and_works_through_it(member, module, session):
    page = member.get(f"/modules/{module.slug}")
    assert page.h1 == "A module"
    assert "0 of 4 units completed" in page.words
    page = member.follow(f"/modules/{module.slug}/start")
    assert page.h1 == "Why people say no"
    page = member.follow(f"/modules/{module.slug}/units/1")
    assert page.h1 == "How to ask"
    page = member.follow(f"/modules/{module.slug}/units/2")
    assert page.h1 == "Check what you know"
    page = member.follow(f"/modules/{module.slug}/units/3", answers(page, RIGHT))
    assert "You scored 100%. You passed." in page.words
    member.get(f"/modules/{module.slug}/units/4")
    page = member.follow(f"/modules/{module.slug}/units/4", {"text": "I will ask more people."})
    assert "You have completed this module" in page.words
    assert page.select_one("progress")["value"] == "100"
    enrolment = session.execute(select(Enrolment.done_count, Enrolment.best_score, Enrolment.completed_at)).one()
    assert (enrolment.done_count, enrolment.best_score) == (4, 100)
    assert enrolment.completed_at is not None


def test_a_failed_quiz_shows_feedback_and_can_be_tried_again(member, module, session):
    page = member.get(f"/modules/{module.slug}/units/3")
    page = member.follow(f"/modules/{module.slug}/units/3", answers(page, WRONG))
    assert "You scored 25%. The pass mark is 75%." in page.words
    assert "The form comes later." in page.words
    page = member.get(f"/modules/{module.slug}/units/3?again=1")
    assert not page.select("input[checked]")
    page = member.follow(f"/modules/{module.slug}/units/3", answers(page, RIGHT))
    assert "You passed" in page.words
    tries = session.execute(
        select(QuizAttempt.n, QuizAttempt.score, QuizAttempt.is_passed).order_by(QuizAttempt.n)
    ).all()
    assert [tuple(row) for row in tries] == [(1, 25, False), (2, 100, True)]


def test_a_quiz_with_a_question_left_out_comes_back_with_what_was_typed(member, module, session):
    page = member.get(f"/modules/{module.slug}/units/3")
    given = answers(page, RIGHT)
    first, *_, last = given
    del given[first]
    given[last] = "about a day"
    page = member.post(f"/modules/{module.slug}/units/3", given, status=422)
    assert page.title.get_text().startswith("Error: ")
    assert "Select an answer to question 1" in page.words
    assert page.select_one(f"[name={last}]")["value"] == "about a day"
    assert page.select_one(f"#{page.select_one('.nhsuk-error-summary a')['href'][1:]}")
    assert session.scalar(select(QuizAttempt.id)) is None


def test_an_answer_that_was_never_offered_is_not_marked(member, module, session):
    page = member.get(f"/modules/{module.slug}/units/3")
    given = answers(page, RIGHT)
    given[next(iter(given))] = "9"
    member.post(f"/modules/{module.slug}/units/3", given, status=422)
    assert session.scalar(select(QuizAttempt.id)) is None


def test_an_empty_reflection_comes_back_with_words(member, module):
    member.get(f"/modules/{module.slug}/units/4")
    page = member.post(f"/modules/{module.slug}/units/4", {"text": "  "}, status=422)
    assert "Write your reflection before you save it" in page.words


def test_a_reflection_is_kept_for_its_writer_alone(member, module, session, new_client):
    member.get(f"/modules/{module.slug}/units/4")
    member.post(f"/modules/{module.slug}/units/4", {"text": "Only for me."})
    assert "Only for me." in member.get(f"/modules/{module.slug}/units/4").words
    other = make_user(session, "Another Person")
    session.commit()
    assert "Only for me." not in sign_in(new_client(), other.id).get(f"/modules/{module.slug}/units/4").words
    assert session.scalar(select(Reflection.text)) == "Only for me."


def test_the_first_act_on_a_unit_enrols(member, module, session):
    member.get(f"/modules/{module.slug}/units/2")
    assert session.scalar(select(Enrolment.id)) is None, "a GET enrols nobody"
    session.rollback()
    member.post(f"/modules/{module.slug}/units/2")
    assert session.scalar(select(Enrolment.done_count)) == 1


def test_the_place_is_remembered_and_home_leads_back_to_it(member, module):
    member.get(f"/modules/{module.slug}")
    member.post(f"/modules/{module.slug}/start")
    member.get(f"/modules/{module.slug}/units/3")
    page = member.get("/")
    assert page.select_one(f'a[href="/modules/{module.slug}/units/3"]')
    assert "Continue learning" in page.words


def test_a_module_that_waits_for_another_says_so(member, session, app, module):
    files = {"module.toml": 'requires = ["a-module"]', "01-a.md": "# A\n\nText here."}
    make_module(session, _folder(app), files, slug="later", title="Later")
    session.commit()
    page = member.get("/modules/later")
    assert page.select_one('a[href="/modules/a-module"]')
    assert not page.select("form[action$='/start']")
    assert member.get("/modules/later/units/1", 303).headers["Location"] == "/modules/later"
    page = member.post("/modules/later/start", status=403)
    assert "Complete “A module” first." in page.words


def test_an_anonymous_launch_reads_and_keeps_nothing(client, module, session):
    reader = sign_in(client, None, platform_name="NIHR Learn")
    page = reader.get(f"/modules/{module.slug}/units/1")
    assert "They are not asked." in page.words
    assert not page.select("form[action$='/units/1']")
    page = reader.post(f"/modules/{module.slug}/units/1", {"csrf_token": page.csrf_token}, status=403)
    assert "nothing can be kept" in page.words
    assert session.scalar(select(Enrolment.id)) is None


def test_what_is_not_there_is_a_page_with_words(member, module):
    for path in ("/modules/none", f"/modules/{module.slug}/units/9", "/themes/none", "/courses/none", "/nothing"):
        assert "Page not found" in member.get(path, 404).words


def test_a_form_without_its_token_is_refused_in_words(member, module):
    page = member.post(f"/modules/{module.slug}/start", {"csrf_token": "made up"}, status=400)
    assert "The form could not be accepted" in page.words


@pytest.mark.parametrize("path", ["/", "/learn", "/me", "/resources", "/themes/research-culture", "/modules/a-module"])
def test_every_page_is_shown_to_a_newcomer(member, module, path):
    member.get(path)


def _folder(app):
    return Path(app.config["FRONTLINE"].storage.removeprefix("file:"))
