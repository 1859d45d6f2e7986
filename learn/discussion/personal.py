"""What somebody said, for export, erasure and merging.

Erasing follows Moodle's rule (mod_forum's privacy provider): a post keeps its place and its answers, and loses its text and
its author. So that no thread loses its order, the row stays as a removed post of a former member.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.discussion import topics
from learn.discussion.models import (
    Post,
    PostDraft,
    PostRevision,
    PostState,
    RulesAccepted,
    Thanks,
    Topic,
    TopicRead,
    TopicState,
)

FORMER = "A topic of a former member"
"Title of a topic whose author had their data erased, where others wrote in it."

_TOPIC, _POST, _REVISION, _DRAFT, _READ, _THANKS, _RULES = (
    table_of(each) for each in (Topic, Post, PostRevision, PostDraft, TopicRead, Thanks, RulesAccepted)
)
_USER: Any = bindparam("user")
_MY_TOPICS = select(_TOPIC.c.id).where(_TOPIC.c.author_id == _USER)


def _without(table: Any, *names: str) -> Any:
    return select(*(each for each in table.c if each.name not in names))


_FILES: dict[str, Any] = {
    "topics": select(
        _TOPIC.c.id, _TOPIC.c.title, _TOPIC.c.slug, _TOPIC.c.state, _TOPIC.c.is_locked, _TOPIC.c.created_at
    )
    .where(_TOPIC.c.author_id == _USER)
    .order_by(_TOPIC.c.id),
    "posts": _without(_POST, "author_id", "path", "html", "renderer")
    .where(_POST.c.author_id == _USER)
    .order_by(_POST.c.id),
    "earlier_texts": _without(_REVISION, "editor_id").where(_REVISION.c.editor_id == _USER),
    "unsent_posts": _without(_DRAFT, "user_id").where(_DRAFT.c.user_id == _USER).order_by(_DRAFT.c.id),
    "topics_read": _without(_READ, "user_id").where(_READ.c.user_id == _USER).order_by(_READ.c.topic_id),
    "thanks_given": _without(_THANKS, "user_id").where(_THANKS.c.user_id == _USER).order_by(_THANKS.c.at),
    "rules_accepted": _without(_RULES, "user_id").where(_RULES.c.user_id == _USER),
}


def _export(session: Session, person: Person) -> dict[str, Rows]:
    mine = {"user": person.user_id}
    return {name: [dict(row) for row in session.execute(asked, mine).mappings()] for name, asked in _FILES.items()}


_MINE_IN_IT = (
    select(func.count())
    .where(_POST.c.topic_id == _TOPIC.c.id, _POST.c.author_id == _USER, _POST.c.state == PostState.VISIBLE)
    .correlate(_TOPIC)
    .scalar_subquery()
)
_SAID_IN = select(_POST.c.topic_id).where(_POST.c.author_id == _USER)
_LESS_POSTS = update(_TOPIC).where(_TOPIC.c.id.in_(_SAID_IN)).values(visible_count=_TOPIC.c.visible_count - _MINE_IN_IT)
_THANKED = select(_THANKS.c.target_id).where(_THANKS.c.kind == "post", _THANKS.c.user_id == _USER)
_LESS_THANKS = update(_POST).where(_POST.c.id.in_(_THANKED)).values(thanks_count=_POST.c.thanks_count - 1)
_GONE: dict[str, Any] = {
    "state": PostState.REMOVED, "is_taken_back": True, "body": "", "html": "", "author_id": None,
}  # fmt: skip
_ALONE = update(_TOPIC).where(_TOPIC.c.author_id == _USER, _TOPIC.c.visible_count == 0)


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    mine, user_id = {"user": person.user_id}, person.user_id
    found = set(session.scalars(_SAID_IN, mine)) | set(session.scalars(_MY_TOPICS, mine))
    session.execute(_LESS_POSTS, mine)
    session.execute(_LESS_THANKS, mine)
    theirs = _REVISION.c.post_id.in_(select(_POST.c.id).where(_POST.c.author_id == user_id))
    session.execute(delete(_REVISION).where(theirs))
    session.execute(update(_REVISION).where(_REVISION.c.editor_id == user_id).values(editor_id=None, reason=""))
    for table in (_DRAFT, _READ, _THANKS, _RULES):
        session.execute(delete(table).where(table.c.user_id == user_id))
    session.execute(update(_POST).where(_POST.c.author_id == user_id).values(**_GONE))
    session.execute(_ALONE.values(state=TopicState.REMOVED), mine)
    session.execute(
        update(_TOPIC).where(_TOPIC.c.author_id == user_id).values(author_id=None, title=FORMER, slug="topic")
    )
    session.execute(update(_TOPIC).where(_TOPIC.c.last_poster_id == user_id).values(last_poster_id=None))
    for number in sorted(found):
        topics.index(session, number)  # a topic is found by the first posts in it
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """Everything once: who thanked with both accounts thanked once, and has read as far as the one that read further."""
    old, new = source.user_id, into.user_id
    given = select(_THANKS.c.target_id).where(_THANKS.c.kind == "post")
    both = given.where(_THANKS.c.user_id == old).intersect(given.where(_THANKS.c.user_id == new))
    session.execute(update(_POST).where(_POST.c.id.in_(both)).values(thanks_count=_POST.c.thanks_count - 1))
    _give(session, _THANKS, old, new)
    _give(session, _RULES, old, new)
    _give(session, _READ, old, new)
    for column in (
        _TOPIC.c.author_id, _TOPIC.c.last_poster_id, _POST.c.author_id, _REVISION.c.editor_id, _DRAFT.c.user_id,
    ):  # fmt: skip
        session.execute(update(column.table).where(column == old).values({column.name: new}))


def _give(session: Session, table: Any, old: int, new: int) -> None:
    """Rows that a person has once for each thing: what the second has not, or has less of, is the first's."""
    keys = [each.name for each in table.primary_key if each.name != "user_id"]
    rows = {
        owner: {tuple(row[key] for key in keys): dict(row) for row in session.execute(asked).mappings()}
        for owner in (old, new)
        for asked in [select(table).where(table.c.user_id == owner)]
    }
    joined = [_more(row, rows[new].get(key)) | {"user_id": new} for key, row in rows[old].items()]
    session.execute(delete(table).where(table.c.user_id == old))
    for key in rows[old].keys() & rows[new].keys():
        same = (table.c[name] == value for name, value in zip(keys, key, strict=True))
        session.execute(delete(table).where(table.c.user_id == new, *same))
    if joined:
        session.execute(insert(table), joined)


def _more(row: dict[str, Any], other: dict[str, Any] | None) -> dict[str, Any]:
    if other is None:
        return row
    return {
        name: max(value, other[name]) if name in ("last_seq", "follows") else other[name] for name, value in row.items()
    }


PERSONAL = PersonalData(
    tables=frozenset(each.name for each in (_TOPIC, _POST, _REVISION, _DRAFT, _READ, _THANKS, _RULES)),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "topics": "the topics that you started",
        "posts": "what you wrote in topics, and under stories and modules",
        "earlier_texts": "what your posts said before you changed them",
        "unsent_posts": "what you began to write and did not send",
        "topics_read": "how far you have read in each topic, and which you follow",
        "thanks_given": "what you thanked for",
        "rules_accepted": "which community rules you accepted, and when",
    },
    keeps=(
        "Where you wrote in a discussion stays an empty place, so that what others answered keeps its order. It says that a "
        "former member wrote there.",
    ),
)
