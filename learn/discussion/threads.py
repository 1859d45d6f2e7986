"""Reading a discussion: one page of fifty posts and what belongs to it.

Pages are windows of ``seq``: a post is on page (seq - 1) // 50 + 1 for good, so that a link to it, the page with the first
unread one and "page 37 of 400" follow from numbers alone, with no OFFSET and no COUNT. Within a page posts stand in the order
of ``path``, each under what it answers; one whose question is on another page says so with a link. A tree that were cut into
pages by top-level posts would put a hundred answers to the first post on one page, and move posts when others are written.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.models import RoleGrant, User
from learn.discussion.models import Post, PostState, Thanks

PAGE = 50
KIND = "post"
"Kind of the thanks for a post."


class Line(NamedTuple):
    """One post of a page with its writer, in the order of the columns of ``_ROWS``; read ten times as fast as a row."""

    id: int
    seq: int
    parent_id: int | None
    path: str
    depth: int
    author_id: int | None
    state: PostState
    is_taken_back: bool
    created_at: datetime
    edited_at: datetime | None
    html: str
    thanks_count: int
    name: str | None
    display_name: str | None
    profession: str | None
    organisation: str | None
    region: str | None
    is_facilitator: bool
    is_thanked: bool


_POST, _USER, _GRANT, _THANKS = (table_of(each) for each in (Post, User, RoleGrant, Thanks))
_IS_FACILITATOR = exists().where(_GRANT.c.user_id == _POST.c.author_id, _GRANT.c.role == "facilitator")
_ROWS = (
    select(
        _POST.c.id, _POST.c.seq, _POST.c.parent_id, _POST.c.path, _POST.c.depth, _POST.c.author_id, _POST.c.state,
        _POST.c.is_taken_back, _POST.c.created_at, _POST.c.edited_at, _POST.c.html, _POST.c.thanks_count, _USER.c.name,
        _USER.c.display_name, _USER.c.profession, _USER.c.organisation, _USER.c.region, _IS_FACILITATOR.label("is_facilitator"),
        _THANKS.c.target_id.is_not(None).label("is_thanked"),
    )
    .outerjoin(_USER, _USER.c.id == _POST.c.author_id)
    .outerjoin(
        _THANKS, and_(_THANKS.c.kind == KIND, _THANKS.c.target_id == _POST.c.id, _THANKS.c.user_id == bindparam("user"))
    )
    .where(_POST.c.topic_id == bindparam("topic"), _POST.c.seq > bindparam("after"), _POST.c.seq <= bindparam("last"))
)  # fmt: skip
_NEWEST = (
    select(
        _POST.c.id, _POST.c.created_at, _POST.c.html, _USER.c.name, _USER.c.display_name, _USER.c.profession, _USER.c.organisation,
        _POST.c.author_id,
    )
    .outerjoin(_USER, _USER.c.id == _POST.c.author_id)
    .where(_POST.c.topic_id == bindparam("topic"), _POST.c.state == "visible")
    .order_by(_POST.c.seq.desc())
    .limit(bindparam("most"))
)  # fmt: skip
_ABOVE = (
    select(_POST.c.id, _POST.c.seq, _POST.c.author_id, _USER.c.name, _USER.c.display_name)
    .outerjoin(_USER, _USER.c.id == _POST.c.author_id)
    .where(_POST.c.id.in_(bindparam("posts", expanding=True)))
)
_PLACE = select(_POST.c.topic_id, _POST.c.seq).where(_POST.c.id == bindparam("post"))


def page_of(seq: int) -> int:
    """The page that a post is on, from 1."""
    return (max(seq, 1) - 1) // PAGE + 1


def pages(next_seq: int) -> int:
    """How many pages a discussion has; one where nothing is said yet."""
    return page_of(next_seq - 1)


def rows(session: Session, topic_id: int, page: int, user_id: int | None = None) -> list[Line]:
    """The posts of a page with their writers and a reader's own thanks, each under what it answers; one statement."""
    between = {"after": (page - 1) * PAGE, "last": page * PAGE}
    found = session.execute(_ROWS, {"topic": topic_id, "user": user_id, **between}).all()
    return sorted(map(Line._make, found), key=lambda row: row.path)


def newest(session: Session, topic_id: int, most: int) -> Sequence[Any]:
    """The last visible posts, the newest first."""
    return session.execute(_NEWEST, {"topic": topic_id, "most": most}).all()


def above(session: Session, posts: Iterable[int]) -> dict[int, Any]:
    """Number and writer of posts that lie on other pages, by number."""
    asked = sorted(set(posts))
    return {row.id: row for row in session.execute(_ABOVE, {"posts": asked})} if asked else {}


def place(session: Session, post_id: int) -> Any | None:
    """Discussion and number of a post."""
    return session.execute(_PLACE, {"post": post_id}).first()
