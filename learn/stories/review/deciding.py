"""What facilitators decide about a story that was sent: approve, ask for changes, reject; and each of them undone.

Its author is told by ``learn.moderation``, which tells whoever something was decided about. Who may undo, it checks too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.errors import Forbidden
from learn.moderation.decisions import Wrong
from learn.moderation.items import Done
from learn.stories.models import Story, StoryState
from learn.stories.review import checklist, door, publishing, remarks, revising, rounds, scrubbing

WAITING = (StoryState.SUBMITTED, StoryState.IN_REVIEW)
MASK, SHOW = "mask", "show"
"What a facilitator says of what the detector holds: it stays masked, or it is no patient's."
CHECK = "check."
"Before a point of the checklist, in a form."

_SET = update(table_of(Story)).where(table_of(Story).c.id == bindparam("story"))


def approve(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Approve what was sent, and publish it in the same transaction."""
    story, version = _reading(session, story_id, actor_id, at, form)
    fields = door.revision(session, story_id, story.draft_n).fields
    sent = _as_read(session, story, fields)
    _all_checked(sent, form)
    _settle_held(session, story, fields, form)
    is_public = bool(fields.get("wants_public")) and form.get("public") == "y"
    before = {"state": story.state.value, **publishing.as_it_was(session, story)}
    if story.is_hidden:  # who approves it has read all of it
        session.execute(_SET.values(is_hidden=False), {"story": story_id})
    door.move(session, story_id, StoryState.APPROVED, actor_id=actor_id, at=at, reason=_reason(form), version=version)
    is_small = checklist.is_small(fields)
    publishing.publish(session, story_id, at, actor_id=actor_id, is_public=is_public, is_small=is_small)
    return Done(before)


def ask(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Ask the author for changes; of a published story that nobody is changing, a new revision is begun for it."""
    story = door.held(session, story_id)
    said = remarks.asked(form)
    if not said and not _reason(form):
        raise Wrong(
            [("words", "Say what to change, in a box beside a part of the story or in your note to the author")]
        )
    is_new = story.state is StoryState.PUBLISHED
    if not is_new:
        story, version = _reading(session, story_id, actor_id, at, form)
    else:
        version = _known(session, story, form)
    door.move(
        session, story_id, StoryState.CHANGES_REQUESTED, actor_id=actor_id, at=at, reason=_reason(form), version=version
    )
    if is_new:
        revising.copy(session, story, story.author_id, at)
    numbers = remarks.add(session, story_id, len(rounds.of(session, story_id)), actor_id, at, said)
    return Done({"state": story.state.value, "remarks": numbers})


def reject(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Decide not to publish what was sent; its author keeps the text."""
    story, version = _reading(session, story_id, actor_id, at, form)
    if not _reason(form):
        raise Wrong([("words", "Say why, in your note to the author")])
    door.move(session, story_id, StoryState.REJECTED, actor_id=actor_id, at=at, reason=_reason(form), version=version)
    return Done({"state": story.state.value})


def undo_approve(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Bring a story that was just published back to the facilitators; what was published before is so again."""
    story = door.held(session, story_id)
    version = _back(session, story_id, StoryState.APPROVED, at, story.version)
    _back(session, story_id, StoryState.IN_REVIEW, at, version)
    publishing.unpublish(session, story_id, dict(before), at)


def undo_ask(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Take the remarks back; the story waits again, or is published and nothing else."""
    story = door.held(session, story_id)
    was_out = before["state"] == StoryState.PUBLISHED.value
    to = StoryState.PUBLISHED if was_out else StoryState.IN_REVIEW
    _back(session, story_id, to, at, story.version)
    remarks.take_back(session, list(before["remarks"]))
    if was_out:
        revising.forget(session, story)


def undo_reject(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Let the story wait again."""
    _back(session, story_id, StoryState.IN_REVIEW, at, door.held(session, story_id).version)


def _back(session: Session, story_id: int, to: StoryState, at: datetime, version: int) -> int:
    return door.move(session, story_id, to, actor_id=None, at=at, version=version, is_undo=True)


def _reading(
    session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]
) -> tuple[Any, int]:
    """The story, and its version, in the state of one that a facilitator reads. Nobody decides about their own."""
    story = door.held(session, story_id)
    if actor_id == story.author_id:
        raise Forbidden("Another facilitator has to decide about your own story.")
    version = _known(session, story, form)
    if story.state is StoryState.SUBMITTED:
        version = door.move(session, story_id, StoryState.IN_REVIEW, actor_id=actor_id, at=at, version=version)
    return story, version


def _known(session: Session, story: Any, form: Mapping[str, str]) -> int:
    """The version that the page showed; ``Changed`` where the story has another by now."""
    shown = form.get("story_version") or str(story.version)
    if shown != str(story.version):
        raise door.changed(session, story)
    return int(story.version)


def _as_read(session: Session, story: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of the last round; ``Changed`` where the text is not what was sent: nothing is published that nobody read."""
    read = rounds.of(session, story.id)
    now = rounds.safe(rounds.with_files(fields, publishing.files_of(session, story.id)))
    if not read or read[-1].revision_n != story.draft_n or _without_why(read[-1].fields) != _without_why(now):
        raise door.changed(session, story)
    return now


def _without_why(fields: dict[str, Any]) -> dict[str, Any]:
    """Publishing forgets why something was no patient's; what readers get is compared."""
    return {name: value for name, value in fields.items() if name != rounds.BECAUSE}


def _all_checked(fields: dict[str, Any], form: Mapping[str, str]) -> None:
    points = checklist.points(fields, (), ())
    missing = [point for point in points if form.get(CHECK + point.key) != "y"]
    if missing:
        said = f"Tick what you have checked, or ask for changes. Not ticked: {', '.join(point.label.lower() for point in missing)}"
        raise Wrong([(f"check-{missing[0].key}", said)])


def _settle_held(session: Session, story: Any, fields: dict[str, Any], form: Mapping[str, str]) -> None:
    """Of what the detector holds the facilitator says whether it stays masked, or may be shown as it was typed."""
    if not rounds.held(rounds.with_files(fields, publishing.files_of(session, story.id))):
        return
    if form.get("held") not in (MASK, SHOW):
        raise Wrong([("held", "Choose whether what was masked stays masked, or is shown as the author typed it")])
    if form["held"] == MASK:
        scrubbing.held(session, story)


def _reason(form: Mapping[str, str]) -> str:
    return (form.get("words") or "").strip()
