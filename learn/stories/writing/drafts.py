"""Drafts of stories: begun, found by whoever writes them, listed, deleted. A draft is its author's alone."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from courses.db import table_of
from learn import audit
from learn.accounts import profile
from learn.accounts.by_email.models import EmailAddress
from learn.errors import FrontlineError, NotFound
from learn.stories.fields import empty
from learn.stories.models import Declaration, Story, StoryFile, StoryRevision, StoryState

MOST = 20
"Drafts of one person that were never sent."
LISTED = 100
"Stories of one person that their own list shows."
WRITTEN = (StoryState.DRAFT, StoryState.CHANGES_REQUESTED)
"States in which its author may change it."
STATES = {
    StoryState.DRAFT: "Draft, only you can see it",
    StoryState.SUBMITTED: "Sent, waiting for a facilitator",
    StoryState.IN_REVIEW: "A facilitator is reading it",
    StoryState.CHANGES_REQUESTED: "A facilitator asked for changes",
    StoryState.APPROVED: "Approved, about to be published",
    StoryState.PUBLISHED: "Published",
    StoryState.ARCHIVED: "Archived",
    StoryState.REJECTED: "Not accepted",
    StoryState.WITHDRAWN: "Withdrawn by you",
    StoryState.RETRACTED: "Retracted, with a notice in its place",
}
"Each state as its author reads it."

_S: Any = table_of(Story)
_R: Any = table_of(StoryRevision)
_ONE = (
    select(
        _S.c.id, _S.c.state, _S.c.author_id, _S.c.theme_id, _S.c.draft_n, _S.c.published_n, _S.c.reference, _S.c.version,
        _R.c.n, _R.c.fields, _R.c.saves, _R.c.saved_at, _R.c.sent_at,
    )
    .join(_R, (_R.c.story_id == _S.c.id) & (_R.c.n == _S.c.draft_n))
    .where(_S.c.id == bindparam("story"))
)  # fmt: skip
_OWN = _ONE.where(_S.c.author_id == bindparam("author"))
_HELD_FAST = _OWN.with_for_update(of=_S)
_MINE = (
    select(
        _S.c.id, _S.c.state, _S.c.title, _S.c.reference, _S.c.is_out, _S.c.published_n, _R.c.n, _R.c.saves, _R.c.saved_at,
        _R.c.sent_at,
    )
    .join(_R, (_R.c.story_id == _S.c.id) & (_R.c.n == _S.c.draft_n))
    .where(_S.c.author_id == bindparam("author"))
    .order_by(_S.c.id.desc())
    .limit(LISTED)
)  # fmt: skip
_THEMES = select(Theme.slug, Theme.title, Theme.id).order_by(Theme.position)
_ADDRESSES = select(EmailAddress.address).where(EmailAddress.user_id == bindparam("user"))


class NotNow(FrontlineError):
    """The story cannot be changed as it stands, or not by this act."""

    status = 409
    code = "not_now"
    title = "This story cannot be changed now"


def begin(session: Session, author_id: int, at: datetime) -> int:
    """A draft to write in: a new one with what the profile says, or the one that was begun last and never saved."""
    mine = session.execute(_MINE, {"author": author_id}).all()
    drafts = [row for row in mine if row.state is StoryState.DRAFT and row.published_n is None and row.sent_at is None]
    untouched = next((row.id for row in drafts if row.saves == 1), None)
    if untouched is not None:
        return int(untouched)
    if len(drafts) >= MOST:
        raise NotNow(f"You have {MOST} drafts. Finish one or delete one, then start another.")
    told = _told(session, author_id)
    blank = dict.fromkeys(("title", "summary", "slug", "byline"), "")
    place = {name: told[name] for name in ("setting", "region", "profession")}
    story_id = session.execute(
        insert(_S).returning(_S.c.id),
        {**blank, **place, "state": StoryState.DRAFT, "author_id": author_id, "created_at": at},
    ).scalar_one()
    session.execute(insert(_R), {
        "story_id": story_id, "n": 1, "fields": told, "editor_id": author_id, "saved_at": at, "saves": 1, "html": "", "renderer": 0,
    })  # fmt: skip
    audit.note(session, "story.begun", actor_id=author_id, story=story_id)
    return int(story_id)


def _told(session: Session, author_id: int) -> dict[str, Any]:
    known = profile.of(session, author_id)
    name = known.display_name or known.name
    authors = [{"name": name[:80], "role": known.profession[:80], "orcid": ""}] if name else []
    place = {name: getattr(known, name) or "" for name in ("organisation", "region", "setting")}
    return {**empty(), **place, "authors": authors}


def own(session: Session, story_id: int, author_id: int, *, to_write: bool = False) -> Any:
    """The story and the revision that is being written, for its author; NotFound for everybody else.

    ``to_write`` locks the story's row, where the database can, so that it is not sent while it is saved.
    """
    asked = _HELD_FAST if to_write else _OWN
    row = session.execute(asked, {"story": story_id, "author": author_id}).first()
    if row is None:
        raise NotFound("There is no such story of yours.")
    return row


def written(session: Session, story_id: int, author_id: int, *, to_write: bool = False) -> Any:
    """As ``own``; NotNow while it is not its author's turn to write."""
    row = own(session, story_id, author_id, to_write=to_write)
    if row.state not in WRITTEN:
        steps = ("Open your stories to see where it stands and what you can do.",)
        raise NotNow(f"{STATES[row.state]}. It can be changed again when it is back with you.", next_steps=steps)
    return row


def any_one(session: Session, story_id: int) -> Any | None:
    """The story and the revision that is being written, whoever asks; None where there is none."""
    return session.execute(_ONE, {"story": story_id}).first()


def mine(session: Session, author_id: int) -> list[Any]:
    """The person's stories, the newest first, at most LISTED."""
    return list(session.execute(_MINE, {"author": author_id}))


def can_delete(row: Any) -> bool:
    """Whether nobody but its author ever saw it: what was sent is withdrawn instead, and its history stays."""
    return row.state is StoryState.DRAFT and row.published_n is None and row.sent_at is None and row.n == 1


def remove(session: Session, story_id: int, author_id: int) -> None:
    """Delete a draft that was never sent, with its pictures and files."""
    row = written(session, story_id, author_id, to_write=True)
    if not can_delete(row):
        raise NotNow("This story was sent before, so its history stays. Withdraw it instead.")
    for model in (Declaration, StoryFile, StoryRevision):
        session.execute(delete(model).where(model.story_id == story_id))  # type: ignore[attr-defined]
    session.execute(delete(_S).where(_S.c.id == story_id))
    audit.note(session, "story.deleted", actor_id=author_id, story=story_id)


def themes(session: Session) -> list[Any]:
    """The five themes in their order: slug, title, id."""
    return list(session.execute(_THEMES))


def addresses(session: Session, user_id: int | None) -> list[str]:
    """The author's own email addresses, which they may give away."""
    return list(session.scalars(_ADDRESSES, {"user": user_id}))
