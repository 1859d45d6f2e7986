"""What somebody wrote as stories, for export, erasure and merging.

A story that was published is a joint work under a licence that its organisation agreed to: erasing takes the names out of
every text that readers have, and leaves the rest (UK GDPR article 17(3)(a); forum notes of this project, 2.4). What never
was published goes, with its rounds, remarks and files.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import identifiers
from learn.accounts.personal import Person, PersonalData, Rows
from learn.discussion.models import Post, PostState, Thanks, Topic, TopicKind
from learn.stories import without_names
from learn.stories.around import Adoption, Featured, StoryTag
from learn.stories.models import Declaration, Story, StoryEvent, StoryFile, StoryRemark, StoryRevision, StoryRound
from learn.stories.review import searched

_STORY, _REVISION, _ROUND, _REMARK, _EVENT, _FILE, _DECLARED, _TAG, _FEATURED, _ADOPTION = (
    table_of(each)
    for each in (
        Story, StoryRevision, StoryRound, StoryRemark, StoryEvent, StoryFile, Declaration, StoryTag, Featured, Adoption,
    )
)  # fmt: skip
_POST, _THANKS, _TOPIC = table_of(Post), table_of(Thanks), table_of(Topic)
_USER: Any = bindparam("user")
_MINE = select(_STORY.c.id).where(_STORY.c.author_id == _USER)
_CHILDREN = (_TAG, _DECLARED, _FILE, _EVENT, _REMARK, _ROUND, _REVISION, _FEATURED, _ADOPTION)
"Rows that go with a story, in an order that no key forbids."


def _of_mine(table: Any) -> Any:
    return select(*table.c).where(table.c.story_id.in_(_MINE)).order_by(table.c.story_id)


_FILES: dict[str, Any] = {
    "stories": select(*(each for each in _STORY.c if each.name not in ("author_id", "picture_id")))
    .where(_STORY.c.author_id == _USER)
    .order_by(_STORY.c.id),
    "story_texts": _of_mine(_REVISION),
    "story_rounds": _of_mine(_ROUND),
    "story_files": _of_mine(_FILE),
    "story_declarations": select(*(each for each in _DECLARED.c if each.name != "user_id"))
    .where(or_(_DECLARED.c.user_id == _USER, _DECLARED.c.story_id.in_(_MINE)))
    .order_by(_DECLARED.c.id),
    "story_tags": _of_mine(_TAG),
    "story_changes": select(
        _EVENT.c.story_id, _EVENT.c.before, _EVENT.c.after, _EVENT.c.revision_n, _EVENT.c.reason, _EVENT.c.at,
        (_EVENT.c.actor_id == _USER).label("by_you"),
    )
    .where(or_(_EVENT.c.actor_id == _USER, _EVENT.c.story_id.in_(_MINE)))
    .order_by(_EVENT.c.id),
    "story_remarks": select(
        _REMARK.c.story_id, _REMARK.c.round_n, _REMARK.c.field, _REMARK.c.words, _REMARK.c.answer, _REMARK.c.at,
        (_REMARK.c.by_id == _USER).label("by_you"),
    )
    .where(or_(_REMARK.c.by_id == _USER, _REMARK.c.story_id.in_(_MINE)))
    .order_by(_REMARK.c.id),
    "stories_put_first": select(_FEATURED.c.story_id, _FEATURED.c.position, _FEATURED.c.until).where(
        _FEATURED.c.by_id == _USER
    ),
    "stories_tried": select(*(each for each in _ADOPTION.c if each.name != "user_id"))
    .where(_ADOPTION.c.user_id == _USER)
    .order_by(_ADOPTION.c.id),
}  # fmt: skip


def _export(session: Session, person: Person) -> dict[str, Rows]:
    mine = {"user": person.user_id}
    return {name: [_plain(row) for row in session.execute(asked, mine).mappings()] for name, asked in _FILES.items()}


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if type(value).__name__ == "date" else value for name, value in row.items()}


_WAS_OUT = _STORY.c.reference.is_not(None)
_NEVER_OUT = select(_STORY.c.id).where(_STORY.c.author_id == _USER, ~_WAS_OUT)
_MY_POSTS = (
    select(func.count())
    .select_from(_POST)
    .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
    .where(
        _TOPIC.c.kind == TopicKind.STORY, _TOPIC.c.subject_id == _STORY.c.id, _POST.c.author_id == _USER,
        _POST.c.state == PostState.VISIBLE,
    )
    .correlate(_STORY)
    .scalar_subquery()
)  # fmt: skip
_I_COMMENTED = (
    exists()
    .where(_TOPIC.c.kind == TopicKind.STORY, _TOPIC.c.subject_id == _STORY.c.id)
    .where(_POST.c.topic_id == _TOPIC.c.id, _POST.c.author_id == _USER)
)
_LESS_COMMENTS = update(_STORY).where(_I_COMMENTED).values(comment_count=_STORY.c.comment_count - _MY_POSTS)
_THANKED = select(_THANKS.c.target_id).where(_THANKS.c.kind == "story", _THANKS.c.user_id == _USER)
_LESS_THANKS = update(_STORY).where(_STORY.c.id.in_(_THANKED)).values(thanks_count=_STORY.c.thanks_count - 1)


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    mine = {"user": person.user_id}
    never = list(session.scalars(_NEVER_OUT, mine))
    for table in _CHILDREN:
        session.execute(delete(table).where(table.c.story_id.in_(never)))
    session.execute(delete(_STORY).where(_STORY.c.id.in_(never)))
    left = list(session.scalars(_MINE, mine))
    without_names.take_out(session, left)
    for number in left:
        searched.put_anew(session, number)
    session.execute(_LESS_COMMENTS, mine)
    session.execute(_LESS_THANKS, mine)
    _forget_what_they_said(session, person.user_id)
    return []


def _forget_what_they_said(session: Session, user_id: int) -> None:
    """What they wrote about others' stories, and their number wherever it stands."""
    session.execute(update(_EVENT).where(_EVENT.c.actor_id == user_id).values(actor_id=None, reason=""))
    session.execute(update(_REMARK).where(_REMARK.c.by_id == user_id).values(by_id=None, words=""))
    session.execute(update(_DECLARED).where(_DECLARED.c.user_id == user_id).values(user_id=None, evidence=""))
    session.execute(update(_FEATURED).where(_FEATURED.c.by_id == user_id).values(by_id=None))
    session.execute(update(_REVISION).where(_REVISION.c.editor_id == user_id).values(editor_id=None))
    _mask_what_was_held(session, user_id)
    session.execute(update(_ADOPTION).where(_ADOPTION.c.user_id == user_id).values(user_id=None, words="", because=""))
    session.execute(update(_STORY).where(_STORY.c.author_id == user_id).values(author_id=None))


def _mask_what_was_held(session: Session, user_id: int) -> None:
    """Of a record that waits for what was found in it, the place stays, without that."""
    held = (_ADOPTION.c.user_id == user_id) & (_ADOPTION.c.because != "") & ~_ADOPTION.c.is_visible
    for row in session.execute(select(_ADOPTION.c.id, _ADOPTION.c.organisation).where(held)).all():
        place = identifiers.masked(row.organisation, identifiers.find(row.organisation))[:120]
        session.execute(update(_ADOPTION).where(_ADOPTION.c.id == row.id).values(organisation=place))


_BOTH = (
    select(_ADOPTION.c.story_id)
    .where(_ADOPTION.c.user_id.in_(bindparam("users", expanding=True)))
    .group_by(_ADOPTION.c.story_id)
    .having(func.count() > 1)
)


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """Everything once: of two adoptions of one story the second account's stays."""
    old, new = source.user_id, into.user_id
    twice = list(session.scalars(_BOTH, {"users": [old, new]}))
    seen = _ADOPTION.c.story_id.in_(twice) & (_ADOPTION.c.user_id == old)
    counted = list(session.scalars(select(_ADOPTION.c.story_id).where(seen, _ADOPTION.c.is_visible)))
    session.execute(delete(_ADOPTION).where(seen))
    fewer = update(_STORY).where(_STORY.c.id.in_(counted)).values(adoption_count=_STORY.c.adoption_count - 1)
    session.execute(fewer)
    thanked = select(_THANKS.c.target_id).where(_THANKS.c.kind == "story")
    both = thanked.where(_THANKS.c.user_id == old).intersect(thanked.where(_THANKS.c.user_id == new))
    once = update(_STORY).where(_STORY.c.id.in_(both)).values(thanks_count=_STORY.c.thanks_count - 1)
    session.execute(once)
    for column in (
        _STORY.c.author_id, _REVISION.c.editor_id, _REMARK.c.by_id, _EVENT.c.actor_id, _DECLARED.c.user_id,
        _FEATURED.c.by_id, _ADOPTION.c.user_id,
    ):  # fmt: skip
        session.execute(update(column.table).where(column == old).values({column.name: new}))


PERSONAL = PersonalData(
    tables=frozenset(each.name for each in (_STORY, *_CHILDREN)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "stories": "your Success Stories, and where each stands",
        "story_texts": "each text that a story of yours had or has, drafts included",
        "story_rounds": "the texts that you sent to a facilitator",
        "story_files": "the pictures and files of your stories: their names, descriptions and sizes",
        "story_declarations": "what you declared about your stories, and who approved them",
        "story_tags": "the tags of your stories",
        "story_changes": "when a story was sent, published or taken back, and why",
        "story_remarks": "what was asked about your stories, and what you asked about others'",
        "stories_put_first": "stories that you put first as a facilitator",
        "stories_tried": "where you tried what a story tells",
    },
    keeps=(
        "A Success Story that was published stays under its licence, without the names of its authors and without your account. "
        "To have it taken away as a whole, withdraw it before you erase your data.",
        "That somebody tried what a story tells, where, when and how it went, stays without your name or words.",
    ),
)
