"""A post as facilitators see it in the queue and on the page of an item.

The text of what is held lies in its writer's draft alone: facilitators see it masked, keeping it shows it as it was typed,
because its writer said what the number is and a facilitator agreed. Masking is final.
"""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import identifiers
from learn.accounts.models import User
from learn.discussion import rendering, showing, states
from learn.discussion.acts import drafts, editing
from learn.discussion.decided import post_acts
from learn.discussion.models import Post, PostState, Topic, TopicState
from learn.moderation.items import Card, ItemKind, Origin

STATES = {
    PostState.VISIBLE: "shown",
    PostState.HELD: "held back",
    PostState.HIDDEN: "hidden",
    PostState.REMOVED: "removed",
    PostState.REDACTED: "deleted for good",
}
OFFERED = {
    PostState.VISIBLE: ("keep", "edit", "mask", "ask", "hide", "remove", "redact"),
    PostState.HELD: ("keep", "edit", "mask", "ask", "remove", "redact"),
    PostState.HIDDEN: ("restore", "edit", "remove", "redact"),
    PostState.REMOVED: ("restore", "redact"),
    PostState.REDACTED: (),
}
TAKEN_BACK = ("redact",)
"Of what its author took back: nobody puts that back for them."
COUNTED = 100

_POST, _USER, _TOPIC = table_of(Post), table_of(User), table_of(Topic)
_CARDS = (
    select(
        _POST.c.id, _POST.c.seq, _POST.c.author_id, _POST.c.state, _POST.c.is_taken_back, _POST.c.created_at, _POST.c.html, _USER.c.name,
        _USER.c.display_name, _USER.c.profession, _USER.c.organisation, _USER.c.region, _TOPIC.c.title, _TOPIC.c.kind,
        _TOPIC.c.state.label("topic_state"),
    )
    .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
    .outerjoin(_USER, _USER.c.id == _POST.c.author_id)
    .where(_POST.c.id.in_(bindparam("numbers", expanding=True)))
)  # fmt: skip
_AROUND = (
    select(_POST.c.id, _POST.c.seq, _POST.c.html, _POST.c.author_id, _POST.c.created_at, _USER.c.name, _USER.c.display_name)
    .outerjoin(_USER, _USER.c.id == _POST.c.author_id)
    .where(
        _POST.c.topic_id == bindparam("topic"), _POST.c.state == "visible", _POST.c.seq.between(bindparam("from_"), bindparam("to")),
    )
    .order_by(_POST.c.seq)
)  # fmt: skip
_WRITTEN = select(func.count()).select_from(
    select(_POST.c.id)
    .where(_POST.c.author_id == bindparam("author"), _POST.c.state == PostState.VISIBLE)
    .limit(COUNTED)
    .subquery()
)
_TEXTS = (
    select(_POST.c.id, _POST.c.seq, _POST.c.body, _TOPIC.c.title)
    .join(_TOPIC, _TOPIC.c.id == _POST.c.topic_id)
    .where(_POST.c.id > bindparam("after"), _POST.c.state == PostState.VISIBLE)
    .order_by(_POST.c.id)
    .limit(bindparam("most"))
)


def _title(row: Any) -> str:
    thing = showing.words_of(row.kind)[0].capitalize()
    return f"{thing} by {showing.name_of(row)}"


def _masked(text: str) -> str:
    return identifiers.masked(text, identifiers.find(text))


def _cards(session: Session, numbers: Sequence[int]) -> dict[int, Card]:
    rows = session.execute(_CARDS, {"numbers": list(numbers)}) if numbers else ()
    return {
        row.id: Card(_title(row), _masked(rendering.excerpt(row.html)), f"/posts/{row.id}", STATES[row.state], row.created_at)
        for row in rows
    }  # fmt: skip


def _whole(session: Session, number: int) -> Card | None:
    row = session.execute(_CARDS, {"numbers": [number]}).first()
    if row is None:
        return None
    post = states.one(session, number)
    kept = drafts.pending(session, number)
    around = session.execute(_AROUND, {"topic": post.topic_id, "from_": post.seq - 2, "to": post.seq + 2}).all()
    names = {
        "post": post, "state": STATES[post.state], "about": showing.about(row), "topic": post.topic_title,
        "offered": _offered_in(row), "html": _safe(post.body), "text": _masked(post.body),
        "because": _why(kept) if kept else "", "waiting": _safe(kept.body) if kept else None,
        "waiting_title": _masked(kept.title) if kept else "",
        "before": [_one_of(each) for each in around if each.seq < post.seq], "after": [_one_of(each) for each in around if each.seq > post.seq],
        "texts": [(each, _safe(each.body)) for each in editing.texts(session, number)],
    }  # fmt: skip
    return Card(
        _title(row), _masked(rendering.excerpt(row.html)), f"/posts/{number}", STATES[row.state], row.created_at, names
    )


def _safe(body: str) -> Markup:
    """A text drawn with what the detector finds masked: facilitators need not read a patient's number to decide."""
    return Markup(rendering.html(_masked(body)))  # noqa: S704 - drawn by rendering


def _why(kept: Any) -> str:
    """What the writer says that a number is, without the number: a word before it may make it harmless to the detector there."""
    said = _masked(kept.because)
    for text in (kept.title, kept.body):
        for each in identifiers.find(text):
            said = said.replace(text[each.offset : each.end], "[removed]")
    return said


def _one_of(row: Any) -> dict[str, Any]:
    name = showing.name_of(row)
    return {"name": name, "initials": showing.initials(name), "at": row.created_at, "html": Markup(row.html)}  # noqa: S704


def _offered_in(row: Any) -> Sequence[str]:
    return TAKEN_BACK if row.is_taken_back else OFFERED[row.state]


def _offered(card: Card) -> Sequence[str]:
    return tuple(card.names.get("offered", ()))


def _origin(session: Session, number: int) -> Origin | None:
    row = session.execute(_CARDS, {"numbers": [number]}).first()
    if row is None:
        return None
    post = states.one(session, number)
    facts = {"topic": post.topic_id}
    is_seen = post.state is PostState.VISIBLE and row.topic_state is TopicState.VISIBLE
    label, _, _ = showing.words_of(row.kind)
    return Origin(
        post.author_id, post.theme_id, f"/posts/{number}", is_seen, title=_title(row), facts=facts, label=label
    )


def _written(session: Session, author_id: int) -> int:
    return int(session.scalar(_WRITTEN, {"author": author_id}) or 0)


def _texts(session: Session, after_id: int, limit: int) -> Sequence[tuple[int, Sequence[str]]]:
    rows = session.execute(_TEXTS, {"after": after_id, "most": limit})
    return [(row.id, (row.title, row.body) if row.seq == 1 else (row.body,)) for row in rows]


POST = ItemKind(
    label="comment", template="discussion/item_post.html", cards=_cards, whole=_whole, acts=post_acts.ACTS, undo=post_acts.undo,
    offered=_offered, origin=_origin, written=_written, texts=_texts,
)  # fmt: skip
