"""What a profile takes in and gives out: clean, one line, from the lists; who still has to be asked."""

from types import SimpleNamespace

import pytest
from sqlalchemy import event, update

from courses.db import now
from learn.accounts import profile
from learn.accounts.models import User
from learn.extensions import db
from tests.people import make_user

TOLD = {
    "display_name": "Sam Reed", "profession": "Research nurse", "organisation": "Example Hospital", "region": "wales",
    "setting": "acute",
}  # fmt: skip


def saved(session, learner, **more):
    profile.save(session, learner.id, {**TOLD, **more}, now())
    return profile.of(session, learner.id)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Sam \t Reed\n", "Sam Reed"),
        ("Sam\x00\x07\x1b[31m Reed", "Sam [31m Reed"),
        ("Sam\u202eReed\u202c\u2066\u2069\u200f\u061c", "SamReed"),
        ("S\u200ba\u200dm\ufeff\u2060 R\u00adeed", "Sam Reed"),
        ("Sam\u2028Reed\u2029\u0085x", "Sam Reed x"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("Z" + "\u0336" * 40 + "oe", "Z\u0336\u0336oe"),
        ("\u3164\u2800\u115f", ""),
        ("S\U000e0041am\ue000\ud800", "Sam"),
        ("\u041e\u043b\u0435\u043d\u0430 O\u2019Neill-\u0141", "\u041e\u043b\u0435\u043d\u0430 O\u2019Neill-\u0141"),
    ],
)
def test_what_is_typed_becomes_one_line_of_plain_text(typed, kept):
    assert profile.clean(typed) == kept


def test_a_profile_is_saved_and_asked_for_no_more(session, learner):
    assert profile.needs_asking(profile_of(session, learner))
    row = saved(session, learner)
    assert tuple(row)[1:6] == ("Sam Reed", "Research nurse", "Example Hospital", "wales", "acute")
    assert row.name == learner.name
    assert not profile.needs_asking(profile_of(session, learner))


def profile_of(session, learner):
    return SimpleNamespace(id=learner.id, profile_at=profile.of(session, learner.id).profile_at)


def test_nobody_without_an_account_is_asked():
    assert not profile.needs_asking(SimpleNamespace(id=None, profile_at=None))


def test_what_is_on_no_list_and_what_is_too_long_is_not_saved(session, learner):
    row = saved(session, learner, region="atlantis", setting="<b>", display_name="x" * 999, organisation="y " * 999)
    assert (row.region, row.setting) == ("", "")
    assert len(row.display_name) == profile.LONGEST["display_name"]
    assert len(row.organisation) <= profile.LONGEST["organisation"] and not row.organisation.endswith(" ")


def test_putting_off_changes_nothing_once_it_was_saved(session, learner):
    before = saved(session, learner).profile_at
    profile.put_off(session, learner.id, now())
    assert profile.of(session, learner.id).profile_at == before


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("Sam Reed", "research nurse", "Example Hospital"), "Sam Reed, research nurse, Example Hospital"),
        (("Sam Reed", "", "Example Hospital"), "Sam Reed, Example Hospital"),
        (("Sam Reed",), "Sam Reed"),
        (("", "research nurse", ""), "A member, research nurse"),
    ],
)
def test_a_byline_leaves_out_what_is_not_known(parts, line):
    assert profile.byline(*parts) == line


def test_organisations_of_people_and_of_the_rules_are_suggested_once_each(session, learner):
    other = make_user(session, "Another Person")
    saved(session, learner, organisation="Example Hospital")
    profile.save(session, other.id, {**TOLD, "organisation": "EXAMPLE hospital"}, now())
    suggested = profile.suggestions(session)
    assert [name for name in suggested if name.casefold() == "example hospital"] == ["EXAMPLE hospital"]
    assert "NHS Scotland" in suggested and "" not in suggested
    assert suggested == sorted(suggested, key=str.casefold)


def test_suggestions_are_bounded_and_cost_two_statements(session, learner):
    rows = [
        {"learner_id": make_user(session).learner_id, "organisation": f"Trust {n:04}"} for n in range(profile.SUGGESTED + 20)
    ]  # fmt: skip
    for row in rows:
        session.execute(
            update(User).where(User.learner_id == row["learner_id"]).values(organisation=row["organisation"])
        )
    spent: list[str] = []

    def note(_c, _cur, statement, *_rest):
        spent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    assert len(profile.suggestions(session)) == profile.SUGGESTED
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(spent) == 2


def test_every_code_fits_its_column_and_says_something():
    for there in (profile.REGIONS, profile.SETTINGS):
        assert all(0 < len(code) <= 40 and words for code, words in there.items())
    assert len(profile.REGIONS) == 17
