"""The quiz editor in the browser's forms: every kind written, changed, moved, removed, and questions pasted as text."""

import pytest
from sqlalchemy import select, update

from courses.catalogue import Unit
from courses.questions.models import Question
from tests.learn.authoring.drafts.conftest import found
from tests.modules import PAGES, bring_in, make_module
from tests.people import sign_in


@pytest.fixture
def quiz(draft):
    """The quiz of the draft by its address."""
    return f"{draft.url}/units/3/questions"


def asked(session, **where):
    session.rollback()
    columns = select(
        Question.id, Question.position, Question.kind, Question.prompt_html, Question.explanation_html, Question.options
    )
    return session.execute(columns.order_by(Question.position)).all()


def typed(page, **changed):
    """The question's fields as the browser sends them, with some of them changed."""
    form = page.select_one("form.editor-fields")
    fields = {tag["name"]: tag.get("value", "") for tag in form.select("input:not([type=checkbox]):not([type=radio])")}
    fields |= {tag["name"]: tag.get_text().removeprefix("\n") for tag in form.select("textarea")}
    for tag in form.select("input[checked]"):
        fields.setdefault(tag["name"], []).append(tag["value"])
    return {"act": "save", **fields, **changed}


def test_the_questions_are_listed_with_their_answers(author, quiz):
    page = author.get(quiz)
    assert [strong.get_text() for strong in page.select(".what > strong")] == [
        "What comes first?", "Who may ask?", "Consent can be withdrawn.", "How many hours?",
    ]  # fmt: skip
    assert "The person (right)" in page.words


def test_a_question_is_changed_and_the_rest_of_it_stays(author, quiz, session):
    before = asked(session)[0]
    page = author.get(f"{quiz}/{before.id}")
    assert page.select_one("#answers-1-correct").get("checked") is not None
    author.post(f"{quiz}/{before.id}", typed(page, prompt="What is *first*?"))
    after = asked(session)[0]
    assert after.prompt_html == "<p>What is <em>first</em>?</p>"
    assert [option["html"] for option in after.options] == ["The form", "The person"]
    assert [option["is_correct"] for option in after.options] == [False, True]
    assert [option["feedback_html"] for option in after.options] == ["The form comes later.", "Yes: the person."]
    assert after.explanation_html == before.explanation_html


@pytest.mark.parametrize(
    "kind, fields, options",
    [
        ("single", {"answers-0-text": "a", "answers-1-text": "b", "correct": "1", "answers-1-feedback": "Yes."},
         [{"text": "a", "html": "a", "is_correct": False, "feedback_html": ""},
          {"text": "b", "html": "b", "is_correct": True, "feedback_html": "Yes."}]),
        ("multiple", {"answers-0-text": "a", "answers-1-text": "b", "answers-2-text": "c", "correct": ["0", "2"]},
         [{"text": t, "html": t, "is_correct": t != "b", "feedback_html": ""} for t in "abc"]),
        ("truefalse", {"correct": "1"},
         [{"text": t, "html": t, "is_correct": t == "False", "feedback_html": ""} for t in ("True", "False")]),
        ("shortanswer", {"answers-0-text": "NHS"}, [{"text": "NHS", "html": "NHS", "is_correct": True, "feedback_html": ""}]),
        ("numerical", {"answers-0-text": "12.5", "answers-0-tolerance": "0.5"},
         [{"text": "12.5", "value": 12.5, "tolerance": 0.5, "feedback_html": ""}]),
        ("matching", {"answers-0-text": "cat", "answers-0-match": "meows", "answers-1-text": "dog", "answers-1-match": "barks"},
         [{"text": "cat", "html": "cat", "match": "meows"}, {"text": "dog", "html": "dog", "match": "barks"}]),
        ("essay", {}, []),
        ("description", {}, []),
    ],
)  # fmt: skip
def test_each_kind_is_written_in_fields(author, quiz, session, kind, fields, options):
    page = author.get(f"{quiz}/new/{kind}")
    page = author.follow(f"{quiz}/new/{kind}", typed(page, prompt="Asked?", **fields))
    new = asked(session)[4]
    assert (new.kind, new.prompt_html, new.options) == (kind, "<p>Asked?</p>", options)
    assert "Asked?" in page.words
    page = author.get(f"{quiz}/{new.id}")
    author.post(f"{quiz}/{new.id}", typed(page))
    assert asked(session)[4].options == options, "the form says the same again"


def test_more_answers_keep_what_was_typed(author, quiz, session):
    page = author.get(f"{quiz}/new/single")
    assert len(page.select(".answer")) == 4
    page = author.post(
        f"{quiz}/new/single",
        typed(page, prompt="Asked?", **{"answers-3-text": "d", "correct": "3", "act": "more"}),
        status=200,
    )
    assert len(page.select(".answer")) == 7
    assert page.select_one("#answers-3-text")["value"] == "d"
    assert page.select_one("#answers-3-correct").get("checked") is not None
    assert page.select_one("#prompt").get_text().strip() == "Asked?"
    author.post(f"{quiz}/new/single", typed(page, **{"answers-6-text": "g"}))
    assert [option["text"] for option in asked(session)[4].options] == ["d", "g"]


def test_answers_have_an_end(author, quiz):
    page = author.get(f"{quiz}/new/multiple")
    many = {f"answers-{n}-text": "x" for n in range(99)}
    page = author.post(f"{quiz}/new/multiple", typed(page, act="more", **many), status=200)
    assert len(page.select(".answer")) == 50


def test_what_is_wrong_is_said_beside_each_field_and_in_the_summary(author, quiz, session):
    page = author.get(f"{quiz}/new/numerical")
    page = author.post(
        f"{quiz}/new/numerical", typed(page, **{"answers-0-text": "lots", "answers-1-feedback": "Kept"}), status=422
    )
    links = [(a.get_text(strip=True), a["href"]) for a in page.select(".nhsuk-error-summary a")]
    assert links == [
        ("Enter the question", "#prompt"),
        ("Enter a number, for example 12.5, or * for every number", "#answers-0-text"),
        ("Enter a number, for example 12.5, or * for every number", "#answers-1-text"),
    ]
    assert all(page.select_one(href) for _, href in links)
    assert page.select_one("#answers-1-feedback").get_text().strip() == "Kept"
    assert page.title.get_text().startswith("Error: ")
    assert len(asked(session)) == 4


def test_a_question_moves_and_is_removed_after_asking(author, quiz, session):
    first = asked(session)[0]
    page = author.get(quiz)
    author.post(f"{quiz}/move", {"question": first.id, "to": "down"})
    assert [row.id for row in asked(session)][1] == first.id
    page = author.get(f"{quiz}/{first.id}/remove")
    assert page.h1 == "Remove question 2"
    author.post(f"{quiz}/{first.id}/remove")
    assert [row.position for row in asked(session)] == [1, 2, 3]
    page = author.post(f"{quiz}/{first.id}/remove", {"csrf_token": page.csrf_token}, status=409)
    assert "This question is not in the quiz any more." in page.words


def test_nobody_overwrites_a_question_that_another_changed_meanwhile(author, quiz, session):
    number = asked(session)[0].id
    page = author.get(f"{quiz}/{number}")
    late = typed(page, prompt="Late")
    author.post(f"{quiz}/{number}", typed(page, prompt="In time"))
    page = author.post(f"{quiz}/{number}", late, status=409)
    assert "Somebody changed this question after you opened it" in page.words
    assert page.select_one("#prompt").get_text().strip() == "Late"
    assert asked(session)[0].prompt_html == "<p>In time</p>"


GIFT = "::A:: First? {=Yes ~No}\n\n::Bad:: Nothing right { ~a ~b }\n\nFill in: the {1:SHORTANSWER:=NHS} helps."
AIKEN = "Who decides?\nA. The doctor\nB. The person\nANSWER: B\n"


def test_questions_are_pasted_as_gift_and_what_does_not_come_in_is_named(author, quiz, session):
    author.get(f"{quiz}/text")
    page = author.post(f"{quiz}/text", {"text": GIFT.replace("\n", "\r\n")}, status=200)
    assert "added. Read below what did not come in" in page.words
    assert "Bad" in page.words and "was not imported" in page.words
    assert asked(session)[4].prompt_html == "<p>First?</p>"


def test_questions_are_pasted_as_aiken(author, quiz, session):
    author.get(f"{quiz}/text")
    page = author.follow(f"{quiz}/text", {"text": AIKEN})
    assert "1 question is added." in page.words
    assert [option["is_correct"] for option in asked(session)[4].options] == [False, True]


@pytest.mark.parametrize(
    "text, words",
    [("  ", "Paste at least one question"), ("no question here {", "No question could be read"), ("x" * 200_001, "Paste at most 200,000 characters")],
)  # fmt: skip
def test_a_text_without_questions_comes_back(author, quiz, session, text, words):
    author.get(f"{quiz}/text")
    page = author.post(f"{quiz}/text", {"text": text}, status=422)
    assert words in page.words
    assert page.select_one("#text").get_text().strip() == text.strip()
    assert len(asked(session)) == 4


def test_a_text_with_gaps_is_shown_and_replaced_as_text(author, quiz, session):
    question = asked(session)[0]
    gaps = [{"kind": "shortanswer", "weight": 1, "options": [{"text": "NHS", "is_correct": True}]}]
    changed = {"kind": "cloze", "prompt_html": "<p>The [[1]] helps.</p>", "options": gaps}
    session.execute(update(Question).where(Question.id == question.id).values(**changed))
    session.commit()
    page = author.get(f"{quiz}/{question.id}")
    assert "The [[1]] helps." in page.words and "Gap 1: NHS" in page.words
    assert "cannot be changed in fields" in page.words
    author.post(f"{quiz}/{question.id}", {"prompt": "x", "csrf_token": page.csrf_token}, status=422)
    assert asked(session)[0].options == gaps


def test_a_quiz_takes_a_minute_a_question_until_an_author_says_otherwise(author, quiz, session):
    number = asked(session)[0].id
    author.get(f"{quiz}/{number}/remove")
    author.post(f"{quiz}/{number}/remove")
    session.rollback()
    assert session.scalar(select(Unit.minutes).where(Unit.position == 3)) == 3


def test_what_is_no_quiz_has_no_questions(author, draft, quiz):
    author.get(f"{draft.url}/units/1/questions", 404)
    author.get(f"{quiz}/new/cloze", 404)
    author.get(f"{quiz}/999", 404)


def test_a_published_quiz_is_refused(author, session, folder):
    made = make_module(session, folder)
    session.commit()
    url = "/authoring/modules/a-module/versions/1/units/3/questions"
    assert "Copy it into a new draft to change it." in author.get(url, 409).words
    author.post(f"{url}/text", {"text": AIKEN, "csrf_token": author.page.csrf_token}, status=409)
    assert len(asked(session)) == 4
    assert made.version_id


def test_a_module_written_here_from_nothing_is_studied_to_its_end(author, session, learner, new_client, folder):
    from courses import publishing
    from courses.db import now

    bring_in(session, folder, PAGES, slug="other")
    session.commit()
    author.get("/authoring/modules/new")
    author.post("/authoring/modules/new", {"title": "Ask well", "theme": "research-culture"})
    draft = found(session, "ask-well")
    author.get(f"{draft.url}/outline")
    author.follow(f"{draft.url}/outline/add", {"kind": "quiz", "title": "Check"})
    author.get(f"{draft.url}/units/1/questions/text")
    author.post(f"{draft.url}/units/1/questions/text", {"text": AIKEN})
    session.rollback()
    publishing.publish(session, draft.version_id, now())
    session.commit()
    reader = sign_in(new_client(), learner.id)
    page = reader.get("/modules/ask-well/units/1")
    name = page.select_one("main [name^=q]")["name"]
    reader.follow("/modules/ask-well/units/1", {name: "1"})
    assert "1 of 1 unit completed" in reader.get("/modules/ask-well").words
