"""What the status page offers: the acts that make sense for a story as it is, for whoever looks at it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from learn.stories.models import StoryState
from learn.stories.review import door, due
from learn.stories.review.door import Who

WRITTEN = (StoryState.DRAFT, StoryState.CHANGES_REQUESTED)


@dataclass(frozen=True)
class Offered:
    """Each is true where its button stands on the page."""

    write: bool
    "Go on writing."
    change: bool
    "Begin to change what was published, or to write on what was not accepted or withdrawn."
    drop: bool
    "Forget the change that was begun; readers keep what they have."
    withdraw: bool
    "Take it back, sent or published."
    confirm: bool
    "Say that it is still right."


def offered(session: Session, story: Any, user_id: int) -> Offered:
    """What somebody may do with a story now."""
    is_author = door.part(session, story, user_id) is Who.AUTHOR

    def may(to: StoryState) -> bool:
        return is_author and door.may(session, story, to, user_id)

    is_changed = story.is_out and story.state is not StoryState.PUBLISHED
    return Offered(
        write=is_author and story.state in WRITTEN,
        change=may(StoryState.DRAFT),
        drop=is_changed and may(StoryState.PUBLISHED),
        withdraw=may(StoryState.WITHDRAWN) and not is_changed,
        confirm=due.can_confirm(session, story, user_id) and story.state in (StoryState.PUBLISHED, StoryState.ARCHIVED),
    )


def next_step(story: Any) -> str:
    """What happens next, as sentences for its author."""
    if story.is_hidden:
        return (
            "Readers do not see it for now. The history says why. Change it and send it, or wait for the facilitator."
        )
    if story.is_out and story.state in _WHILE_OUT:
        return _WHILE_OUT[story.state]
    return _NEXT[StoryState(story.state)]


_WHILE_OUT = {
    StoryState.DRAFT: "You are changing it. Readers see what was published until a facilitator approves your change.",
    StoryState.SUBMITTED: "Your change waits for a facilitator. Readers see what was published until it is approved.",
    StoryState.IN_REVIEW: "A facilitator reads your change. Readers see what was published until it is approved.",
    StoryState.CHANGES_REQUESTED: "Read what is asked for, change it, and send it again. Readers see what was published until then.",
    StoryState.REJECTED: "Your change was not accepted. Readers see what was published before. You can write on, or drop the change.",
}
_NEXT = {
    StoryState.DRAFT: "Only you can see it. Send it when it is ready.",
    StoryState.SUBMITTED: "A facilitator reads it, and then approves it or asks for changes. You get a notice.",
    StoryState.IN_REVIEW: "A facilitator is reading it. You get a notice when they have decided.",
    StoryState.CHANGES_REQUESTED: "Read what is asked for below, answer or change it, and send it again.",
    StoryState.APPROVED: "It is about to be published.",
    StoryState.PUBLISHED: "Readers find it. You can change it at any time; what is published stays until the change is approved.",
    StoryState.ARCHIVED: "Readers do not find it any more. Say that it is still right, and it is back at once.",
    StoryState.REJECTED: "Read why below. Your text is kept: you can change it and send it again.",
    StoryState.WITHDRAWN: "Readers do not find it. Your text is kept: you can write on and send it again.",
    StoryState.RETRACTED: "Readers see a notice at its link. Ask a facilitator if you think that this is wrong.",
}
