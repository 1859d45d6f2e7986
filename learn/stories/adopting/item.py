"""What facilitators see of, and can do to, a record of who tried a story's way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import identifiers
from learn.accounts import profile
from learn.accounts.models import User
from learn.errors import FrontlineError
from learn.moderation.items import Card, Done, ItemKind, Origin
from learn.stories.adopting import adoptions
from learn.stories.around import Adoption, Outcome
from learn.stories.models import Story

MOST_COUNTED = 100
CUT = 160
TEMPLATE = "stories/adopting/item.html"

_T, _STORY, _USER = table_of(Adoption), table_of(Story), table_of(User)
_CARDS = (
    select(
        _T.c.id, _T.c.user_id, _T.c.organisation, _T.c.region, _T.c.tried_on, _T.c.outcome, _T.c.words, _T.c.because, _T.c.is_visible,
        _T.c.at,
        _STORY.c.id.label("story"), _STORY.c.reference, _STORY.c.title, _STORY.c.theme_id, _STORY.c.is_out, _STORY.c.is_public,
        _USER.c.name, _USER.c.display_name,
    )
    .join(_STORY, _STORY.c.id == _T.c.story_id)
    .outerjoin(_USER, _USER.c.id == _T.c.user_id)
    .where(_T.c.id.in_(bindparam("numbers", expanding=True)))
)  # fmt: skip
_WRITTEN = select(func.count()).select_from(
    select(_T.c.id).where(_T.c.user_id == bindparam("user"), _T.c.is_visible).limit(MOST_COUNTED).subquery()
)
_TEXTS = (
    select(_T.c.id, _T.c.organisation, _T.c.words)
    .where(_T.c.id > bindparam("after"), _T.c.is_visible)
    .order_by(_T.c.id)
    .limit(bindparam("most"))
)


class Over(FrontlineError):
    """Its text was deleted for good since the decision that is to be undone."""

    status = 409
    code = "adoption_redacted"
    title = "This cannot be undone any more"


class Gone(FrontlineError):
    """Its writer took the record back meanwhile."""

    status = 409
    code = "adoption_gone"
    title = "This record is gone"


def cards(session: Session, numbers: Sequence[int]) -> dict[int, Card]:
    """As the queue's list shows them."""
    return {row.id: _card(row) for row in session.execute(_CARDS, {"numbers": list(numbers)})}


def whole(session: Session, number: int) -> Card | None:
    """As the page of an item shows it; None when its writer took it back."""
    row = session.execute(_CARDS, {"numbers": [number]}).first()
    return _card(row) if row is not None else None


def origin(session: Session, number: int) -> Origin | None:
    """Who wrote it, under which story."""
    row = session.execute(_CARDS, {"numbers": [number]}).first()
    if row is None:
        return None
    is_seen = bool(row.is_visible and row.is_out)
    return Origin(row.user_id, row.theme_id, _path(row), is_seen, False, _title(row), {"story": row.story})


def keep(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Leave it as it is; what waits out of sight for what was found in it is shown as it was typed."""
    row = _there(session, number)
    return _shown(session, number, bool(row.is_visible) or _is_held(row))


def hide(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Let only its writer see it; the spread is counted without it. That something in it was kept before is over with that."""
    row = _there(session, number)
    if row.is_visible and row.because:
        adoptions.rewrite(session, number, because="")
    return _shown(session, number, False)


def restore(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Let readers see it again."""
    return _shown(session, number, True)


def mask(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Take out what the detector finds, and show what waited for that alone; that does not come back."""
    row = _there(session, number)
    adoptions.rewrite(
        session, number, organisation=_masked(row.organisation)[:120], words=_masked(row.words), because=""
    )
    adoptions.show(session, number, is_visible=bool(row.is_visible) or _is_held(row))
    return Done({"is_visible": bool(row.is_visible)}, can_undo=False)


def redact(session: Session, number: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Delete what was typed for good, and show it no more."""
    row = _there(session, number)
    adoptions.rewrite(session, number, organisation="", words="", because="")
    adoptions.show(session, number, is_visible=False)
    return Done({"is_visible": bool(row.is_visible)}, can_undo=False)


def undo(session: Session, number: int, act: str, before: Mapping[str, Any], at: datetime) -> None:
    """Put back whether readers see it; Over where that would show a record without a text."""
    if _is_redacted(_there(session, number)):
        raise Over("Its text was deleted for good since.")
    adoptions.show(session, number, is_visible=bool(before["is_visible"]))


def offered(card: Card) -> Sequence[str]:
    """What makes sense for it as it is; nothing once its text was deleted for good."""
    if card.names.get("is_redacted"):
        return ()
    if card.names.get("because"):
        return ("keep", "mask", "remove", "redact")
    masks = ("mask",) if card.names.get("holds") else ()
    return (
        ("keep", *masks, "hide", "remove", "redact")
        if card.names.get("is_visible")
        else (*masks, "restore", "remove", "redact")
    )


def written(session: Session, user_id: int) -> int:
    """How many somebody wrote that readers see, counted to 100."""
    return int(session.scalar(_WRITTEN, {"user": user_id}) or 0)


def texts(session: Session, after_id: int, limit: int) -> Sequence[tuple[int, Sequence[str]]]:
    """What was typed in the next ones, for the scan of what is there."""
    rows = session.execute(_TEXTS, {"after": after_id, "most": limit})
    return [(row.id, [row.organisation, row.words]) for row in rows]


ITEM = ItemKind(
    label="record of what somebody tried", template=TEMPLATE, cards=cards, whole=whole,
    acts={"keep": keep, "mask": mask, "hide": hide, "remove": hide, "restore": restore, "redact": redact},
    undo=undo, offered=offered, origin=origin, written=written, texts=texts,
)  # fmt: skip


def _shown(session: Session, number: int, is_visible: bool) -> Done:
    before = bool(_there(session, number).is_visible)
    adoptions.show(session, number, is_visible=is_visible)
    return Done({"is_visible": before})


def _is_held(row: Any) -> bool:
    """Whether it is out of sight for what was found in it, of which its writer says that it is no patient's number."""
    return bool(row.because) and not row.is_visible


def _is_redacted(row: Any) -> bool:
    """Nobody saves a record without a place, so an empty one was emptied by a facilitator."""
    return not row.organisation


def _there(session: Session, number: int) -> Any:
    row = adoptions.one(session, number)
    if row is None:
        raise Gone("Its writer took it back. There is nothing left to decide.")
    return row


def _card(row: Any) -> Card:
    words = _masked(row.words)
    cut = words if len(words) <= CUT else words[:CUT].rsplit(" ", 1)[0] + "\u2026"
    names = {
        "organisation": _masked(row.organisation), "region": profile.REGIONS.get(row.region, ""), "tried_on": row.tried_on,
        "outcome": adoptions.WORDS[Outcome(row.outcome)], "words": words, "story": row.title, "is_visible": bool(row.is_visible),
        "because": _masked(row.because) if _is_held(row) else "", "is_redacted": _is_redacted(row),
        "holds": words != row.words or _masked(row.organisation) != row.organisation,
    }  # fmt: skip
    state = "visible" if row.is_visible else "hidden"
    return Card(_title(row), cut or names["outcome"], _path(row), state, row.at, names)


def _title(row: Any) -> str:
    name = row.display_name or row.name or profile.NAMELESS
    return f"Record of {name} for \u201c{row.title}\u201d"


def _path(row: Any) -> str:
    return f"/s/{row.reference}/tried#tried-{row.id}"


def _masked(text: str) -> str:
    return identifiers.masked(text, identifiers.find(text))
