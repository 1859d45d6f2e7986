"""What facilitators do about a story that is out: keep, hide, restore, retract, take a passage out, erase all of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from learn.errors import Forbidden
from learn.moderation.decisions import Wrong
from learn.moderation.items import Done
from learn.stories.models import StoryState
from learn.stories.review import door, publishing, scrubbing, withdrawing
from learn.stories.review.deciding import WAITING

SHORTEST = 3
"Characters of a passage, so that a stray letter does not empty a story."


def keep(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Leave it as it is; what the site hid after a report is visible again."""
    return Done({"was_hidden": withdrawing.show(session, story_id, actor_id, at, _reason(form))})


def hide(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Take it out of sight for the time being."""
    withdrawing.hide(session, story_id, actor_id, at, _reason(form))
    return Done({})


def restore(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Bring back what was hidden or retracted."""
    story = _not_own(session, story_id, actor_id)
    if story.state is StoryState.RETRACTED:
        door.move(
            session,
            story_id,
            StoryState.PUBLISHED,
            actor_id=actor_id,
            at=at,
            reason=_reason(form),
            version=story.version,
        )
    was_hidden = withdrawing.show(session, story_id, actor_id, at, _reason(form))
    publishing.bring_back(session, story_id, at)
    return Done({"state": story.state.value, "was_hidden": was_hidden})


def remove(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Retract it: out of every list, with the reason at its link."""
    story = _not_own(session, story_id, actor_id)
    if not _reason(form):
        raise Wrong([("words", "Say why: readers see it at the link of the story")])
    withdrawing.retract(session, story_id, actor_id, at, story.version, _reason(form))
    return Done({"state": story.state.value})


def mask(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Take a passage, or without one what the detector holds, out of it wherever it is kept; readers find the rest."""
    story = _not_own(session, story_id, actor_id)
    words = (form.get("passage") or "").strip()
    if words and len(words) < SHORTEST:
        raise Wrong([("passage", f"Copy the passage that has to go, with {SHORTEST} characters at least")])
    found = scrubbing.passage(session, story_id, words, at) if words else scrubbing.found(session, story_id, at)
    if not found and words:
        raise Wrong([("passage", "Copy the passage exactly as it is written in the story: this one is not in it")])
    if not found:
        raise Wrong(
            [("passage", "Copy the passage that has to go: the check for patient information finds nothing by itself")]
        )
    door.note(session, story, "masked", actor_id=actor_id, at=at, reason=_reason(form))
    withdrawing.show(session, story_id, actor_id, at)
    return Done({}, can_undo=False)


def redact(session: Session, story_id: int, actor_id: int | None, at: datetime, form: Mapping[str, str]) -> Done:
    """Erase all that was typed, in every version; one that was published leaves a notice at its link."""
    story = _not_own(session, story_id, actor_id)
    scrubbing.everything(session, story_id, at)
    to = _after_redacting(story)
    version = story.version
    if story.state in WAITING and to is StoryState.REJECTED:
        version = _into_review(session, story, actor_id, at)
    if to is not None:  # without the reason, which the public reads at the link: it may say again what had to go
        door.move(session, story_id, to, actor_id=actor_id, at=at, version=version)
    door.note(session, door.held(session, story_id), "redacted", actor_id=actor_id, at=at, reason=_reason(form))
    return Done({}, can_undo=False)


def undo_keep(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Hide again what ``keep`` made visible."""
    if before.get("was_hidden"):
        withdrawing.hide(session, story_id, None, at)


def undo_restore(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Take it out of sight again."""
    if before["state"] == StoryState.RETRACTED.value:
        undo_move(session, story_id, StoryState.RETRACTED, at)
        publishing.take_back(session, story_id, at)
    undo_keep(session, story_id, before, at)


def undo_remove(session: Session, story_id: int, before: Mapping[str, Any], at: datetime) -> None:
    """Put it back where it was."""
    undo_move(session, story_id, StoryState(before["state"]), at)
    publishing.bring_back(session, story_id, at)


def undo_move(session: Session, story_id: int, to: StoryState, at: datetime) -> None:
    """Go through the door the other way."""
    version = door.held(session, story_id).version
    door.move(session, story_id, to, actor_id=None, at=at, version=version, is_undo=True)


def _after_redacting(story: Any) -> StoryState | None:
    if story.state in publishing.GONE or story.state is StoryState.APPROVED:
        return None
    if story.published_n is not None:
        return StoryState.RETRACTED
    return StoryState.REJECTED if story.state in WAITING else None


def _into_review(session: Session, story: Any, actor_id: int | None, at: datetime) -> int:
    if story.state is StoryState.IN_REVIEW:
        return int(story.version)
    return door.move(session, story.id, StoryState.IN_REVIEW, actor_id=actor_id, at=at, version=story.version)


def _not_own(session: Session, story_id: int, actor_id: int | None) -> Any:
    """The story; nobody decides about their own."""
    story = door.held(session, story_id)
    if actor_id is not None and actor_id == story.author_id:
        raise Forbidden("Another facilitator has to decide about your own story.")
    return story


def _reason(form: Mapping[str, str]) -> str:
    return (form.get("words") or "").strip()
