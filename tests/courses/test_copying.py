"""Copies of versions, what changed between two, what is not finished, and publishing with what it means for learners."""

import pytest
from sqlalchemy import func, insert, select, update

from courses import comparing, copying, publishing, readiness
from courses.catalogue import Module, ModulePrerequisite, ModuleVersion, Origin, Switch, Unit, VersionState
from courses.db import now
from courses.questions.models import Question
from tests.modules import PAGES, WHOLE, bring_in, make_module


@pytest.fixture
def made(session, tmp_path):
    return make_module(session, tmp_path / "storage")


def changed(session, version_id, position, **values):
    session.execute(update(Unit).where(Unit.version_id == version_id, Unit.position == position).values(**values))


def version(session, version_id):
    return session.execute(select(ModuleVersion).where(ModuleVersion.id == version_id)).scalar_one()


def words(found):
    return [(each.kind, each.title, each.words) for each in found]


def test_a_copy_is_a_draft_with_all_units_and_questions(session, made):
    copied = copying.copy(session, made.version_id, now())
    row, original = version(session, copied), version(session, made.version_id)
    assert (row.state, row.n, row.published_at) == (VersionState.DRAFT, 2, None)
    assert row.origin_label != original.origin_label
    assert row.content_hash != original.content_hash
    asked = select(Unit.stable_key, Unit.title, Unit.kind, Unit.body_html, func.count(Question.id)).outerjoin(
        Question, Question.unit_id == Unit.id
    )
    held = [
        session.execute(asked.where(Unit.version_id == each).group_by(Unit.id).order_by(Unit.position)).all()
        for each in (made.version_id, copied)
    ]
    assert held[0] == held[1]
    assert [row[-1] for row in held[0]] == [0, 0, 4, 0]
    assert comparing.changes(session, made.version_id, copied) == []


def test_the_upload_of_before_still_finds_its_own_version_after_a_copy(session, made, tmp_path):
    copying.copy(session, made.version_id, now())
    assert bring_in(session, tmp_path / "storage", WHOLE).version == 1


def test_a_copy_as_a_module_of_its_own_is_the_authors(session, made, tmp_path):
    first = make_module(session, tmp_path / "storage", PAGES, slug="first", title="First")
    session.execute(insert(ModulePrerequisite), {"module_id": made.id, "requires_id": first.id})
    session.execute(update(Module).where(Module.id == made.id).values(origin=Origin.STARTER))
    copied = copying.copy_module(session, made.version_id, "mine", "Mine", now())
    row = version(session, copied)
    module = session.execute(select(Module).where(Module.id == row.module_id)).scalar_one()
    assert (module.slug, module.title, module.origin, module.current_version_id) == (
        "mine",
        "Mine",
        Origin.AUTHOR,
        None,
    )
    assert (row.n, row.title, row.state) == (1, "Mine", VersionState.DRAFT)
    requires = select(ModulePrerequisite.requires_id).where(ModulePrerequisite.module_id == module.id)
    assert session.scalars(requires).all() == [first.id]
    assert session.scalar(select(Module.origin).where(Module.id == made.id)) is Origin.STARTER


def test_a_slug_that_is_taken_is_refused(session, made):
    with pytest.raises(copying.CannotCopy):
        copying.copy_module(session, made.version_id, "a-module", "Mine", now())
    with pytest.raises(copying.CannotCopy):
        copying.copy(session, made.version_id + 1000, now())


def test_what_changed_is_told_unit_by_unit(session, made):
    new = copying.copy(session, made.version_id, now())
    changed(session, new, 1, title="Why people say yes", body_html="<p>They are asked.</p>")
    changed(session, new, 3, threshold=80, max_attempts=2)
    changed(session, new, 4, is_required=False, release={"after": "check"})
    asked = select(Question.id).join(Unit, Unit.id == Question.unit_id).where(Unit.version_id == new).limit(1)
    session.execute(update(Question).where(Question.id == session.scalar(asked)).values(prompt_html="<p>Other</p>"))
    session.execute(update(ModuleVersion).where(ModuleVersion.id == new).values(title="Another name"))
    assert words(comparing.changes(session, made.version_id, new)) == [
        ("title", "Another name", "The module was called \u201cA module\u201d."),
        ("renamed", "Why people say yes", "It was called \u201cWhy people say no\u201d."),
        ("content", "Why people say yes", "What it says changed."),
        ("setting", "Check what you know", "The share that is needed changed."),
        ("setting", "Check what you know", "The number of tries changed."),
        ("questions", "Check what you know", "Its questions changed."),
        ("required", "Think about your ward", "It is not required any more."),
        ("setting", "Think about your ward", "When it opens changed."),
    ]


def test_a_unit_that_only_slid_along_did_not_move(session, made, tmp_path):
    report = bring_in(session, tmp_path / "storage", {"00-new.md": "# New\n\nNew text.", **WHOLE})
    new = session.scalar(select(ModuleVersion.id).where(ModuleVersion.n == report.version))
    assert words(comparing.changes(session, made.version_id, new)) == [("added", "New", "This unit is new.")]
    assert words(comparing.changes(session, new, made.version_id)) == [("removed", "New", "This unit is gone.")]


def test_a_unit_that_moved_past_others_is_named_alone(session, made, tmp_path):
    files = {"01-how.md": WHOLE["02-how.md"], "02-check.md": WHOLE["03-check.md"], "03-think.md": WHOLE["04-think.md"],
             "04-why.md": WHOLE["01-why.md"]}  # fmt: skip
    report = bring_in(session, tmp_path / "storage", files)
    new = session.scalar(select(ModuleVersion.id).where(ModuleVersion.n == report.version))
    assert words(comparing.changes(session, made.version_id, new)) == [
        ("moved", "Why people say no", "It is number 4 now.")
    ]


def test_comparing_takes_three_statements_whatever_there_is(session, made):
    from sqlalchemy import event

    new = copying.copy(session, made.version_id, now())
    count = []
    event.listen(session.connection(), "before_cursor_execute", lambda *_: count.append(1))
    comparing.changes(session, made.version_id, new)
    assert len(count) == 3


@pytest.mark.parametrize(
    ("position", "values", "sentence"),
    [
        (1, {"body_html": " "}, "The page is empty. Write it, or remove it."),
        (1, {"kind": "video", "media": {"video": {}}}, "The video has no captions"),
        (1, {"kind": "video", "media": {"video": {}, "captions": {}}}, "The video has no transcript"),
        (1, {"kind": "quiz"}, "The quiz has no question yet."),
        (1, {"kind": "link"}, "The link has no address."),
        (1, {"kind": "scorm"}, "Its package is missing."),
        (2, {"release": {"after": "check"}}, "It opens after a unit that is not in front of it."),
    ],
)
def test_a_draft_that_is_not_finished_cannot_be_published_and_says_why(session, made, position, values, sentence):
    draft = copying.copy(session, made.version_id, now())
    assert readiness.missing(session, draft) == []
    changed(session, draft, position, **values)
    found = readiness.missing(session, draft)
    assert {each.position for each in found} == {position}
    assert any(each.words.startswith(sentence) for each in found)
    with pytest.raises(publishing.CannotPublish) as refusal:
        publishing.publish(session, draft, now())
    assert sentence in refusal.value.message


def test_a_draft_in_which_nothing_is_required_cannot_be_published(session, made):
    draft = copying.copy(session, made.version_id, now())
    session.execute(update(Unit).where(Unit.version_id == draft).values(is_required=False))
    assert [each.words for each in readiness.missing(session, draft)] == [
        "No unit is required, so nobody could complete the module. Make at least one required."
    ]


def test_publishing_counts_anew_what_an_author_changed_and_keeps_what_was_chosen(session, made):
    draft = copying.copy(session, made.version_id, now())
    changed(session, draft, 2, is_required=False)
    changed(session, draft, 3, weight=5)
    publishing.publish(session, draft, now(), switch=Switch.MUST, is_compatible=True)
    row = version(session, draft)
    assert (row.switch, row.is_compatible, row.required_count, row.required_weight, row.required_mask) == (
        Switch.MUST, True, 3, 7, b"\x0d"
    )  # fmt: skip
    assert session.scalar(select(Module.current_version_id).where(Module.id == made.id)) == draft


def test_a_retired_version_is_restored_and_asks_nobody_to_switch(session, made):
    second = copying.copy(session, made.version_id, now())
    publishing.publish(session, second, now(), switch=Switch.MUST)
    publishing.retire(session, second)
    assert session.scalar(select(Module.current_version_id).where(Module.id == made.id)) is None
    publishing.restore(session, second, now())
    assert session.scalar(select(Module.current_version_id).where(Module.id == made.id)) == second
    assert version(session, second).switch is Switch.STAY
    publishing.restore(session, made.version_id, now())
    assert session.scalar(select(Module.current_version_id).where(Module.id == made.id)) == made.version_id


def test_a_draft_is_not_restored_but_published(session, made):
    draft = copying.copy(session, made.version_id, now())
    with pytest.raises(publishing.CannotPublish):
        publishing.restore(session, draft, now())
    with pytest.raises(publishing.CannotPublish):
        publishing.publish(session, made.version_id, now())
