"""What a draft needs before it can be published, each in a sentence; and what the starter content has of it."""

from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from courses import readiness
from courses.catalogue import ModuleVersion, Unit, UnitKind
from courses.db import now
from courses.drafting import outline
from courses.drafting.drafts import Gone
from courses.questions.models import Question
from courses.storage import Storage
from learn.community import load, starter
from tests.modules import bring_in


@pytest.fixture
def draft(session, storage):
    """A whole draft of two pages, a quiz and a reflection, by its number."""
    from tests.modules import WHOLE

    assert bring_in(session, storage, WHOLE).accepted
    return session.scalar(select(ModuleVersion.id))


def unready(session, draft):
    """What is missing, as sentences with the unit's number."""
    return [f"{each.position} {each.words}" for each in readiness.missing(session, draft)]


def put(session, draft, position, **values):
    session.execute(update(Unit).where(Unit.version_id == draft, Unit.position == position).values(**values))


def test_a_whole_draft_is_ready(session, draft):
    assert unready(session, draft) == []


@pytest.mark.parametrize(
    "position, values, words",
    [
        (1, {"body_html": ""}, "1 The page is empty. Write it, or remove it."),
        (1, {"source": "![](a.png)"}, "1 The picture a.png has no description. Write one, or say that it is decorative."),
        (1, {"kind": UnitKind.VIDEO, "rule": "watched", "threshold": 90, "media": {"video": {"sha256": "a"}, "transcript_html": "x"}},
         "1 The video has no captions, so not everybody could follow it. Upload it together with its captions (WebVTT)."),
        (1, {"kind": UnitKind.VIDEO, "rule": "watched", "threshold": 90, "media": {"video": {"sha256": "a"}, "captions": {"sha256": "a"}}},
         "1 The video has no transcript. Upload it together with its transcript, as a text file."),
        (1, {"kind": UnitKind.LINK, "rule": "viewed"}, "1 The link has no address. Enter it."),
        (1, {"kind": UnitKind.SCORM, "rule": "status"}, "1 Its package is missing. Upload it again."),
        (1, {"rule": "score", "threshold": 50}, "1 It has a rule that cannot complete it. Choose what completes it in its settings."),
        (3, {"threshold": 0}, "3 The per cent that completes it is missing. Choose it in its settings."),
        (4, {"prompt": " "}, "4 Learners are asked nothing. Write what they are asked."),
        (2, {"release": {"after": "check"}},
         "2 It opens after a unit that is not in front of it. Choose another, or move it."),
        (2, {"release": {"after": "gone"}}, "2 It opens after a unit that is not in front of it. Choose another, or move it."),
        (2, {"release": {"after": "why", "min_score": 5}},
         "2 It asks for a score in “Why people say no”, which gives none. Choose another unit, or ask for no score."),
    ],
)  # fmt: skip
def test_what_a_unit_lacks_is_said(session, draft, position, values, words):
    put(session, draft, position, **values)
    assert unready(session, draft) == [words]


def test_a_quiz_needs_a_question_that_asks(session, draft):
    session.execute(update(Question).values(kind="description"))
    assert unready(session, draft) == ["3 The quiz has no question yet. Add at least one."]
    session.execute(delete(Question))
    assert unready(session, draft) == ["3 The quiz has no question yet. Add at least one."]


def test_a_draft_needs_units_and_one_that_is_required(session, draft):
    session.execute(update(Unit).values(is_required=False))
    assert unready(session, draft) == [
        "0 No unit is required, so nobody could complete the module. Make at least one required."
    ]
    for number in session.scalars(select(Unit.id)).all():
        outline.remove(session, draft, number)
    assert unready(session, draft) == ["0 The module has no unit yet. Add at least one."]


def test_the_starter_content_is_ready(session, tmp_path):
    storage = Storage(tmp_path / "files")
    assert load.load(session, storage, now()).problems == []
    numbers = session.scalars(select(ModuleVersion.id)).all()
    assert len(numbers) == len(starter.course()["modules"])
    assert [unready(session, number) for number in numbers] == [[]] * len(numbers)
    assert Path(storage.folder)


def test_a_draft_takes_so_many_units_and_no_more(session, draft, monkeypatch):
    monkeypatch.setattr(outline, "MOST_UNITS", 5)
    assert outline.add(session, draft, UnitKind.PAGE, "Why?!") == 5
    assert session.scalar(select(Unit.stable_key).where(Unit.position == 5)) == "why-2"
    with pytest.raises(Gone):
        outline.add(session, draft, UnitKind.PAGE, "One too many")


def test_any_order_can_be_reached_and_bits_follow(session, draft):
    ids = session.scalars(select(Unit.id).order_by(Unit.position)).all()
    put(session, draft, 4, is_required=False)
    for _ in range(3):
        outline.move(session, draft, ids[3], -1)
    assert session.scalars(select(Unit.id).order_by(Unit.position)).all() == [ids[3], *ids[:3]]
    version = session.execute(select(ModuleVersion.required_mask, ModuleVersion.unit_count)).one()
    assert tuple(version) == (bytes([0b1110]), 4)
    assert outline.move(session, draft, ids[3], -1) == 1, "at the end it stays"
