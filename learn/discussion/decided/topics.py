"""A topic as a whole, as facilitators decide about it: its title, its place, whether it is open."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import table_of
from learn import identifiers
from learn.accounts.models import User
from learn.discussion import posting, showing, threads, topics
from learn.discussion.models import Topic, TopicKind, TopicState
from learn.moderation.decisions import Wrong
from learn.moderation.items import Act, Card, Done, ItemKind, Origin

MOST_PINNED = 5
"Pinned topics of a theme: all stand above its list."
STATES = {TopicState.VISIBLE: "shown", TopicState.HIDDEN: "hidden", TopicState.REMOVED: "removed"}
NO_TITLE = "A topic whose title was removed"

_T, _USER, _THEME = table_of(Topic), table_of(User), table_of(Theme)
_CARDS = (
    select(
        _T.c.id, _T.c.kind, _T.c.state, _T.c.title, _T.c.slug, _T.c.author_id, _T.c.created_at, _T.c.is_pinned, _T.c.is_locked,
        _T.c.theme_id, _T.c.visible_count, _USER.c.name, _USER.c.display_name,
    )
    .outerjoin(_USER, _USER.c.id == _T.c.author_id)
    .where(_T.c.id.in_(bindparam("numbers", expanding=True)))
)  # fmt: skip
_THEMES = select(_THEME.c.id, _THEME.c.title).order_by(_THEME.c.position)
_PINNED = select(func.count()).where(_T.c.theme_id == bindparam("theme"), text("topic.is_pinned"))
_WRITTEN = select(func.count()).select_from(
    select(_T.c.id).where(_T.c.author_id == bindparam("author"), _T.c.state == TopicState.VISIBLE).limit(100).subquery()
)


def _card(row: Any, names: Mapping[str, Any] | None = None) -> Card:
    by = f"Topic by {showing.name_of(row)}" if row.kind is TopicKind.THEME else "Comments"
    title = identifiers.masked(row.title, identifiers.find(row.title))
    return Card(by, title, topics.own_page(row), STATES[row.state], row.created_at, names or {})


def _cards(session: Session, numbers: Sequence[int]) -> dict[int, Card]:
    return {row.id: _card(row) for row in session.execute(_CARDS, {"numbers": list(numbers)})} if numbers else {}


def _whole(session: Session, number: int) -> Card | None:
    row = session.execute(_CARDS, {"numbers": [number]}).first()
    if row is None:
        return None
    themes = [(each.id, each.title) for each in session.execute(_THEMES) if each.id != row.theme_id]
    newest = [(showing.name_of(each), each.created_at) for each in threads.newest(session, number, 3)]
    return _card(row, {"topic": row, "themes": themes, "newest": newest, "offered": _offered_in(row)})


def _offered_in(row: Any) -> Sequence[str]:
    if row.state is not TopicState.VISIBLE:
        return ("restore", "rename", "redact") if row.state is TopicState.HIDDEN else ("restore", "redact")
    found = ["keep", "unlock" if row.is_locked else "lock"]
    if row.kind is TopicKind.THEME:
        found += ["unpin" if row.is_pinned else "pin", "move", "rename", "hide", "remove", "redact"]
    return tuple(found)


def _offered(card: Card) -> Sequence[str]:
    return tuple(card.names.get("offered", ()))


def _origin(session: Session, number: int) -> Origin | None:
    row = topics.find(session, number)
    if row is None:
        return None
    is_seen = row.state is TopicState.VISIBLE and bool(row.visible_count or row.kind is not TopicKind.THEME)
    return Origin(
        row.author_id, row.theme_id, topics.own_page(row), is_seen, title=f"Topic: {row.title}", facts={"topic": number}
    )


def _to(column: str, to: Any) -> Act:
    def act(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
        before = getattr(topics.there(session, number), column)
        topics.change(session, number, **{column: to})
        return Done({column: before.value if isinstance(before, TopicState) else before})

    return act


def _keep(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    return Done({})


def _pin(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    row = topics.there(session, number)
    if (session.scalar(_PINNED, {"theme": row.theme_id}) or 0) >= MOST_PINNED:
        raise Wrong([("act", f"Unpin another topic first: a theme has at most {MOST_PINNED} pinned ones")])
    topics.change(session, number, is_pinned=True)
    return Done({"is_pinned": False})


def _move(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    row = topics.there(session, number)
    there = {str(each.id): each.id for each in session.execute(_THEMES) if each.id != row.theme_id}
    theme_id = there.get(form.get("theme", ""))
    if theme_id is None:
        raise Wrong([("theme", "Choose the theme that it belongs to")])
    topics.change(session, number, theme_id=theme_id, is_pinned=False)
    return Done({"theme_id": row.theme_id, "is_pinned": row.is_pinned})


def _rename(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    title = posting.one_line(form.get("title", ""))
    if len(title) < 5 or identifiers.holds(identifiers.find(title)):
        raise Wrong([("title", "Enter a title of at least 5 characters, with nothing that could identify a patient")])
    topics.change(session, number, title=title)
    return Done({}, can_undo=False)


def _redact(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    topics.change(session, number, title=NO_TITLE)
    return Done({}, can_undo=False)


def _undo(session: Session, number: int, act: str, before: Mapping[str, Any], at: datetime) -> None:
    known = {name: before[name] for name in ("state", "theme_id", "is_pinned", "is_locked") if name in before}
    if "state" in known:
        known["state"] = TopicState(known["state"])
    if known:
        topics.change(session, number, **known)


def _written(session: Session, author_id: int) -> int:
    return int(session.scalar(_WRITTEN, {"author": author_id}) or 0)


TOPIC = ItemKind(
    label="topic", template="discussion/item_topic.html", cards=_cards, whole=_whole,
    acts={
        "keep": _keep, "hide": _to("state", TopicState.HIDDEN), "remove": _to("state", TopicState.REMOVED),
        "restore": _to("state", TopicState.VISIBLE), "lock": _to("is_locked", True), "unlock": _to("is_locked", False),
        "pin": _pin, "unpin": _to("is_pinned", False), "move": _move, "rename": _rename, "redact": _redact,
    },
    undo=_undo, offered=_offered, origin=_origin, written=_written,
)  # fmt: skip
