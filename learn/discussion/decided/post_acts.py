"""What facilitators do with a post. Each act gives back what undoing it needs: states and numbers, no text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn import identifiers
from learn.discussion import posting, rendering, states, topics
from learn.discussion.acts import drafts, editing
from learn.discussion.acts.drafts import Place
from learn.discussion.models import PostDraft, PostRevision, PostState, TopicKind
from learn.errors import FrontlineError
from learn.moderation.decisions import Wrong
from learn.moderation.items import Act, Done

Form = Mapping[str, str]


class Over(FrontlineError):
    """What a decision was about is gone since: undoing it would bring back what nobody wants back."""

    status = 409
    code = "post_gone"
    title = "This cannot be undone any more"


_REVISION, _DRAFT = table_of(PostRevision), table_of(PostDraft)
_SCRUB = update(_REVISION).where(_REVISION.c.post_id == bindparam("post")).values(body="", reason="")
_MASK = update(_REVISION).where(_REVISION.c.post_id == bindparam("post"), _REVISION.c.n == bindparam("number"))
_GIVE_BACK = update(_DRAFT).where(_DRAFT.c.post_id == bindparam("post"))


def keep(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Show what waits as its writer typed it: a held post, or the change of one that is shown."""
    row, waits = states.held_fast(session, post_id), drafts.pending(session, post_id)
    if waits is None:
        if row.state is PostState.HELD:
            states.move(session, row, PostState.VISIBLE, at)
        return Done({"state": row.state.value})
    drafts.put_aside(session, post_id, at)
    if row.state is not PostState.HELD:
        editing.revise(session, row, row.author_id, waits.body, at)
        return Done({"revision": row.revision})
    if waits.title:
        topics.change(session, row.topic_id, title=waits.title)
    editing.write(session, row, waits.body)
    states.move(session, row, PostState.VISIBLE, at)
    return Done({"state": row.state.value, "is_masked": True, "has_title": bool(waits.title)})


def edit(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Give it another text; what it said before stays in its history, but for what was held."""
    row, body = states.held_fast(session, post_id), rendering.tidy(form.get("text"))
    if not body or len(body) > posting.LONGEST:
        raise Wrong([("text", f"Write the text as it is to be, in at most {posting.LONGEST:,} characters")])
    if identifiers.holds(identifiers.find(body)):
        raise Wrong([("text", "Take out what could identify a patient: this text is shown to readers")])
    drafts.drop_of_post(session, post_id)
    if row.state is PostState.HELD:
        editing.write(session, row, body)
        states.move(session, row, PostState.VISIBLE, at)
        return Done({}, can_undo=False)
    editing.revise(session, row, actor_id or row.author_id, body, at, form.get("words", ""))
    return Done({"revision": row.revision})


def mask(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Take out what the detector finds, in every text that it had, and show it."""
    row = states.held_fast(session, post_id)
    for each in editing.texts(session, post_id):
        session.execute(_MASK.values(body=_masked(each.body)), {"post": post_id, "number": each.n})
    drafts.drop_of_post(session, post_id)
    editing.write(session, row, _masked(row.body))
    if row.state is PostState.HELD:
        states.move(session, row, PostState.VISIBLE, at)
    elif row.state is PostState.VISIBLE:
        topics.index(session, row.topic_id)
    return Done({}, can_undo=False)


def redact(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Delete its text for good, with all that it said before and what waits; the tombstone stays."""
    row = states.held_fast(session, post_id)
    session.execute(_SCRUB, {"post": post_id})
    drafts.drop_of_post(session, post_id)
    editing.write(session, row, "")
    states.move(session, row, PostState.REDACTED, at)
    return Done({}, can_undo=False)


def remove(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Leave a tombstone; what was held goes back to its writer as a draft to be written anew."""
    row = states.held_fast(session, post_id)
    if row.state is PostState.HELD:
        _give_back(session, row)
    else:
        drafts.drop_of_post(session, post_id)
    return _moved(session, row, PostState.REMOVED, at)


def _to(state: PostState) -> Act:
    def act(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
        return _moved(session, states.held_fast(session, post_id), state, at)

    return act


def ask(session: Session, post_id: int, actor_id: int | None, at: datetime, form: Form) -> Done:
    """Let its writer change it; readers do not see it before that."""
    row = states.held_fast(session, post_id)
    return _moved(session, row, PostState.HELD if row.state is PostState.HELD else PostState.HIDDEN, at)


ACTS: dict[str, Act] = {
    "keep": keep, "edit": edit, "mask": mask, "ask": ask, "hide": _to(PostState.HIDDEN), "remove": remove,
    "restore": _to(PostState.VISIBLE), "redact": redact,
}  # fmt: skip
"By the names of learn.moderation.acts."


def undo(session: Session, post_id: int, act: str, before: Mapping[str, Any], at: datetime) -> None:
    """Put back what an act changed; Over where its writer took the post back, or its text was deleted for good."""
    row = states.held_fast(session, post_id)
    if row.is_taken_back:
        raise Over("Its writer took it back since.")
    if row.state is PostState.REDACTED:
        raise Over("Its text was deleted for good since.")
    if "revision" in before:
        _earlier(session, row, int(before["revision"]), waits=act == "keep", at=at)
    if before.get("is_masked"):
        _hold_again(session, row, at, has_title=bool(before.get("has_title")))
    if "state" in before:
        states.move(session, row, PostState(before["state"]), at)


def _moved(session: Session, row: Any, to: PostState, at: datetime) -> Done:
    if row.state is not to:
        states.move(session, row, to, at)
    return Done({"state": row.state.value})


def _earlier(session: Session, row: Any, n: int, *, waits: bool, at: datetime) -> None:
    """The text that it had before, as its newest; what was kept waits again in its writer's draft."""
    text = editing.before(session, row.id, n)
    if text is None:
        return
    if waits:
        session.execute(_MASK.values(body=_masked(row.body)), {"post": row.id, "number": row.revision})
        _wait_again(session, row, "", at)
    editing.revise(session, row, row.author_id, text, at)


def _hold_again(session: Session, row: Any, at: datetime, *, has_title: bool) -> None:
    """Mask what was shown as typed, and keep that where only its writer reads it."""
    _wait_again(session, row, row.topic_title if has_title else "", at)
    if has_title:
        topics.change(session, row.topic_id, title=_masked(row.topic_title))
    editing.write(session, row, _masked(row.body))


def _wait_again(session: Session, row: Any, title: str, at: datetime) -> None:
    """What its writer has sent since, else the draft that was kept, with the reason for either; else what is shown."""
    newer = drafts.pending(session, row.id)
    if row.author_id is None or (newer is None and drafts.put_back(session, row.id, row.topic_id)):
        return
    place = Place(row.author_id, topic_id=row.topic_id, post_id=row.id)
    body, because = (newer.body, newer.because) if newer is not None else (row.body, posting.NO_REASON)
    drafts.save(session, place, at, body=body, title=title, because=because)


def _give_back(session: Session, row: Any) -> None:
    """What was held becomes a draft again, where it was written."""
    starts = row.seq == 1 and row.topic_kind is TopicKind.THEME
    place = {"topic_id": None, "theme_id": row.theme_id} if starts else {"parent_id": row.parent_id}
    session.execute(_GIVE_BACK.values(post_id=None, because="", **place), {"post": row.id})


def _masked(text: str) -> str:
    return identifiers.masked(text, identifiers.find(text))
