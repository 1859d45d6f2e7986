"""What keeps a story from being sent, and what in it looks like somebody's data: held, asked about, taken out, explained."""

import pytest
from sqlalchemy import text

from learn.stories.models import StoryState
from learn.stories.writing import checking, declaring
from tests.learn.identifiers.making import whole
from tests.learn.stories.writing.conftest import FULL, form_of

NUMBER = "999 000 0018"
HELD = f"NHS number {NUMBER}"


def test_an_empty_story_says_all_that_is_missing_and_where(member, draft):
    page = draft.send("send", 422)
    assert page.title.get_text().startswith("Error: ")
    links = {link.get_text(): link["href"] for link in page.select(".nhsuk-error-summary a")}
    assert links["Enter a title"] == "#title"
    assert links["Choose a theme"] == "#theme"
    assert links["Enter what you did, step by step"] == "#steps-0"
    assert links["Enter the month and the year when it began"] == "#started-month"
    assert links["Confirm that no patient can be identified"] == "#declared-anonymous"
    assert links["Enter what changed, or a measure, or say that it is too early"] == "#changed"
    for link in links.values():
        assert page.select_one(link), link
    assert page.select_one("#title-error").get_text(strip=True) == "Error:Enter a title"


def test_what_is_missing_does_not_keep_a_draft_from_being_saved(draft, kept):
    draft.send(title="Only this")
    assert kept().fields["title"] == "Only this"


def test_a_whole_story_lacks_nothing(draft, session):
    draft.send(**FULL)
    session.rollback()
    assert checking.problems(session, draft.id) == []


WRONG = [
    ({"title": "x" * 91}, "title", "Shorten \u201cTitle\u201d to 90 characters"),
    ({"tips.2": ""}, "tips.2", "Enter three tips for others"),
    ({"steps.1": "x" * 501}, "steps.1", "Shorten line 2 of"),
    ({"started.month": "13"}, "started.month", "Enter a month and a year"),
    ({"ended.month": "2", "ended.year": "2025"}, "ended.month", "is before the month when it began"),
    ({"authors.0.orcid": "0000-0002-1825-0098"}, "authors.0.orcid", "Enter an ORCID iD"),
    ({"measures.0.measure": "Days", "measures.0.before": "94"}, "measures.0.after", "Enter the value after in row 1"),
    ({"quote": "It worked."}, "quote_permission", "Say that they agreed to be quoted"),
    ({"involved": ["patients"]}, "involved_how", "Enter how patients and the public were involved"),
    ({"other_theme": "research-culture"}, "other_theme", "Choose another theme than the main one"),
    ({"declared.approver": ""}, "declared.approver", "Enter the name and the role of who approved it"),
    ({"declared.is_patients": "y"}, "declared.reference", "Enter the reference under which the consent is kept"),
    ({"declared.is_patients": "y", "declared.day": "31", "declared.month": "2"}, "declared.day", "Enter the day when the consent"),
    ({"authors.1.name": "Jo Field"}, "declared.people", "Confirm that everybody who is named"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "where", "words"), WRONG, ids=[where for _, where, _ in WRONG])
def test_what_is_wrong_is_said_where_it_is(draft, session, typed, where, words):
    page = draft.send("send", 422, **{**FULL, **typed})
    session.rollback()
    assert words in dict(checking.problems(session, draft.id))[where]
    assert page.select_one(f'.nhsuk-error-summary a[href="#{where.replace(".", "-")}"]')


@pytest.mark.parametrize("iD", ["0000-0002-1825-0097", "https://orcid.org/0000-0001-5109-3700", "0000-0002-1694-233X"])
def test_orcid_ids_are_known_by_their_last_character(iD):
    assert checking.is_orcid(iD)
    assert not checking.is_orcid(iD[:-1] + ("1" if iD[-1] != "1" else "2"))


def test_a_patient_number_is_held_wherever_it_is_typed(member, draft, session):
    places = ["title", "summary", "organisation", "problem", "steps.0", "tags.0", "measures.0.source", "authors.0.role",
              "references.0", "quote_who", "declared.approver", "declared.reference"]  # fmt: skip
    draft.send(**{**FULL, **dict.fromkeys(places, HELD)})
    session.rollback()
    wheres = [
        where for where, words in checking.problems(session, draft.id) if "This looks like an NHS number." in words
    ]
    assert set(wheres) == set(places)
    page = member.get(draft.path)
    for place in places:
        assert page.select_one(f'[data-box="{place}"] .found-held button'), place


def test_one_press_takes_it_out(member, draft, kept):
    draft.send(problem=f"In May {HELD} was seen.", **{"steps.0": HELD})
    page = member.get(draft.path)
    assert "This looks like an NHS number." in page.words
    answer = draft.send("mask:problem")
    assert answer.headers["Location"].endswith("#problem")
    assert kept().fields["problem"] == "In May NHS number [NHS number removed] was seen."
    draft.send("mask:steps.0")
    assert NUMBER not in str(kept().fields)


def test_one_press_saves_what_else_was_typed(draft, kept):
    draft.send("mask:problem", problem=HELD, title="Typed just now")
    assert kept().fields["title"] == "Typed just now"
    assert NUMBER not in kept().fields["problem"]


def test_a_reason_is_kept_as_long_as_the_text_is_the_same(member, draft, kept, session):
    draft.send(**{**FULL, "problem": HELD})
    draft.send(**{"because.problem": f"{NUMBER} is an asset tag, NHS number or not"})
    reason = kept().fields["because"]["problem"]
    assert "asset tag" in reason
    assert NUMBER not in reason
    assert checking.problems(session, draft.id) == []
    assert "asset tag" in member.get(draft.path).select_one("#because-problem")["value"]
    draft.send(title="Something else")
    assert kept().fields["because"] == {"problem": reason}
    draft.send(problem=f"NHS number {whole('999000007')}")
    assert kept().fields["because"] == {}


def test_what_may_be_somebodys_is_asked_about_once(member, draft, kept, session):
    draft.send(**{**FULL, "problem": "Write to jo@example.com about it."})
    assert [where for where, _ in checking.problems(session, draft.id)] == ["problem"]
    page = member.get(draft.path)
    assert "This looks like an email address." in page.words
    draft.send(**{"confirmed.problem": "y"})
    assert kept().fields["confirmed"] == {"problem": "email"}
    assert checking.problems(session, draft.id) == []
    draft.send()
    assert kept().fields["confirmed"] == {"problem": "email"}
    filled = form_of(member.get(draft.path))
    filled.pop("confirmed.problem")
    member.post(draft.path, {**filled, "act": "save"})
    assert kept().fields["confirmed"] == {}


def test_answers_follow_a_row_that_moves_up(draft, kept):
    draft.send(**{"steps.0": "First", "steps.1": "Write to jo@example.com"})
    draft.send(**{"confirmed.steps.1": "y"})
    assert kept().fields["confirmed"] == {"steps.1": "email"}
    draft.send("drop:steps.0")
    assert kept().fields["steps"] == ["Write to jo@example.com"]
    assert kept().fields["confirmed"] == {}


def test_what_is_found_leaves_the_draft_nowhere(draft, kept, session, app):
    draft.send(**{**FULL, "title": f"About {HELD}", "summary": HELD, "declared.approver": HELD})
    assert kept().story.title == "About NHS number [NHS number removed]"
    tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")) if app.config[
        "SQLALCHEMY_DATABASE_URI"
    ].startswith("sqlite") else []  # fmt: skip
    for (table,) in list(tables):
        if table != "story_revision":
            rows = session.execute(text(f'SELECT * FROM "{table}"')).all()
            assert NUMBER not in str(rows), table


def test_the_script_is_told_what_was_found_where_the_page_has_it(member, draft):
    filled = form_of(member.get(draft.path))
    told = member.post(f"{draft.url}/save", {**filled, "steps.2": HELD}, 200).json
    assert list(told["boxes"]) == ["steps.2"]
    assert 'name="because.steps.2"' in told["boxes"]["steps.2"]
    assert NUMBER not in str(told)


def test_each_part_says_how_much_is_left(member, draft):
    draft.send(**{**FULL, "steps.0": "", "steps.1": ""})
    page = member.get(draft.path)
    left = {part["data-left"]: part.get_text() for part in page.select("[data-left]")}
    assert left["did"] == "1 to do"
    assert left["start"] == "Ready"


def test_what_is_declared_is_kept_with_the_text_and_its_evidence(session, draft, kept, learner):
    from courses.db import now
    from learn.stories.writing import attaching, drafts

    more = {"declared.is_patients": "y", "declared.consent": "y", "declared.reference": "C-12", "declared.day": "3",
            "declared.month": "11", "declared.year": "2026"}  # fmt: skip
    draft.send(**FULL, **more)
    session.rollback()
    row = drafts.own(session, draft.id, learner.id)
    for _ in range(2):
        declaring.declare(session, row, attaching.of_draft(session, draft.id), learner.id, now())
    rows = {each.kind: each.evidence for each in declaring.said(session, draft.id, 1)}
    assert rows == {
        "organisation": "Jo Field, head of research",
        "anonymous": "",
        "consent": "C-12, 2026-11-03",
        "licence": "",
    }


def test_ticks_of_an_older_text_count_no_more(session, draft, kept, monkeypatch):
    draft.send(**FULL)
    monkeypatch.setattr(declaring, "DECLARATIONS_FROM", "2027-01-01")
    assert declaring.ticked(kept().fields) == set()


def test_a_story_asked_to_change_is_written_again(member, draft, session, kept):
    from learn.stories.models import Story

    draft.send(**FULL)
    session.execute(Story.__table__.update().values(state=StoryState.CHANGES_REQUESTED))
    session.commit()
    draft.send(title="Changed")
    assert kept().fields["title"] == "Changed"
