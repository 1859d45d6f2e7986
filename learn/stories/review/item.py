"""A story as facilitators meet it in the queue: its card, its acts, and each act undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.models import User
from learn.accounts.profile import NAMELESS
from learn.errors import NotFound
from learn.moderation.items import Card, ItemKind, Origin
from learn.stories import fields as template
from learn.stories.models import Story, StoryRevision, StoryRound, StoryState
from learn.stories.review import deciding, door, keeping, publishing, sending, showing, withdrawing

MOST_WRITTEN = 100
EXCERPT = 160
WAITING = deciding.WAITING

_T, _ROUND, _REVISION, _USER = table_of(Story), table_of(StoryRound), table_of(StoryRevision), table_of(User)
_NAME = func.coalesce(func.nullif(_USER.c.display_name, ""), _USER.c.name).label("author")
_CARDS = (
    select(_T, _NAME)
    .outerjoin(_USER, _USER.c.id == _T.c.author_id)
    .where(_T.c.id.in_(bindparam("stories", expanding=True)))
)
_LAST = (
    select(_ROUND.c.story_id, func.max(_ROUND.c.n).label("n"))
    .where(_ROUND.c.story_id.in_(bindparam("stories", expanding=True)))
    .group_by(_ROUND.c.story_id)
    .subquery()
)
_SENT = select(_ROUND).join(_LAST, (_LAST.c.story_id == _ROUND.c.story_id) & (_LAST.c.n == _ROUND.c.n))
_WRITTEN = select(_T.c.id).where(_T.c.author_id == bindparam("author_is"), text("story.is_out")).limit(MOST_WRITTEN)
_TEXTS = (
    select(_T.c.id, _REVISION.c.fields)
    .join(_REVISION, (_REVISION.c.story_id == _T.c.id) & (_REVISION.c.n == _T.c.published_n))
    .where(text("story.is_out"), _T.c.id > bindparam("after"))
    .order_by(_T.c.id)
    .limit(bindparam("most"))
)


def cards(session: Session, numbers: Sequence[int]) -> dict[int, Card]:
    """For the list."""
    asked = {"stories": list(numbers)}
    if not numbers:
        return {}
    sent = {row.story_id: row for row in session.execute(_SENT, asked)}
    return {row.id: _card(row, sent.get(row.id)) for row in session.execute(_CARDS, asked)}


def whole(session: Session, number: int) -> Card | None:
    """For the page of the item: all that a decision needs to know."""
    row = session.execute(_CARDS, {"stories": [number]}).first()
    if row is None:
        return None
    names = showing.names(session, row)
    return _card(row, names["round"], {**names, "offers": _offers(row)})


def offered(card: Card) -> Sequence[str]:
    """The acts that make sense for it as it is."""
    return list(card.names.get("offers", ()))


def origin(session: Session, number: int) -> Origin | None:
    """Where a story comes from. Its title alone is named, since names may be withheld. A draft is nobody's but its author's."""
    row = session.execute(_CARDS, {"stories": [number]}).first()
    if row is None or (row.state is StoryState.DRAFT and row.published_n is None):
        return None
    return Origin(
        row.author_id, row.theme_id, _path(row), is_seen=row.is_out, is_public=row.is_public,
        title=door.safe(f"Story: {row.title}"), facts={"story": number},
    )  # fmt: skip


def written(session: Session, author_id: int) -> int:
    """How many stories somebody wrote that readers find, counted to 100 at most."""
    return len(session.execute(_WRITTEN, {"author_is": author_id}).all())


def texts(session: Session, after_id: int, limit: int) -> list[tuple[int, list[str]]]:
    """The texts of the next stories that readers find, for the scan."""
    rows = session.execute(_TEXTS, {"after": after_id, "most": limit})
    return [(row.id, list(template.texts(row.fields).values())) for row in rows]


def undo(session: Session, number: int, act: str, before: Mapping[str, Any], at: datetime) -> None:
    """Put back what an act changed."""
    if act not in _UNDONE:
        raise NotFound("This cannot be undone.")
    _UNDONE[act](session, number, before, at)


def _card(row: Any, sent: Any | None, names: Mapping[str, Any] | None = None) -> Card:
    said = door.safe(str((sent.fields if sent is not None else {}).get("summary") or row.summary))
    return Card(
        title=_title(row, sent), excerpt=said[:EXCERPT], path=_path(row), state=showing.state_words(row),
        written_at=sent.at if sent is not None else row.created_at, names=names or {},
    )  # fmt: skip


def _title(row: Any, sent: Any | None) -> str:
    """As in "Story by Sam Reed: From 94 days to 31"; without what the detector holds."""
    title = str((sent.fields if sent is not None else {}).get("title") or row.title) or "without a title"
    who = "" if row.is_starter else f" by {row.author or NAMELESS}"
    return door.safe(f"Story{who}: {title}")


def _path(row: Any) -> str:
    return f"/s/{row.reference}" if row.is_out else withdrawing.status_path(row.id)


def _offers(row: Any) -> list[str]:
    """Of one that waits, what decides about it; of one that readers find, what can be done with that."""
    waits = ["approve", "ask", "reject"] if row.state in WAITING else []
    if waits and row.published_n is None:
        return [*waits, "redact"]
    if row.published_n is None or row.state in publishing.GONE:
        return ["keep", *(["restore"] if row.state is StoryState.RETRACTED else []), "redact"]
    asks = ["ask"] if row.state is StoryState.PUBLISHED and row.author_id is not None else []
    looks = ["restore"] if row.is_hidden else [*([] if waits else ["keep"]), "hide"]
    return [*waits, *asks, *looks, "mask", "remove", "redact"]


def _undo_hide(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    withdrawing.show(session, number, None, at)


_UNDONE = {
    "approve": deciding.undo_approve,
    "ask": deciding.undo_ask,
    "reject": deciding.undo_reject,
    "hide": _undo_hide,
    "keep": keeping.undo_keep,
    "restore": keeping.undo_restore,
    "remove": keeping.undo_remove,
}
ITEM = ItemKind(
    label="story", template="stories/review/item.html", cards=cards, whole=whole, offered=offered, origin=origin, undo=undo,
    written=written, texts=texts, waits_on=sending.wait_on,
    acts={
        "approve": deciding.approve, "ask": deciding.ask, "reject": deciding.reject, "keep": keeping.keep, "hide": keeping.hide,
        "restore": keeping.restore, "remove": keeping.remove, "mask": keeping.mask, "redact": keeping.redact,
    },
)  # fmt: skip
"Handed in as frontline_items['story']."
