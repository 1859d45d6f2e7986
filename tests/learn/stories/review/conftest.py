"""An author, two facilitators, and a story in whatever state a test needs."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from courses.db import now
from learn.accounts.models import Role
from learn.stories.models import StoryState
from learn.stories.review import deciding, revising, sending, withdrawing
from learn.stories.review.checklist import CHECKS
from tests.learn.stories.review.making import make_draft, row
from tests.people import make_user

CHECKED = {f"check.{key}": "y" for key in CHECKS}
APPROVAL = {**CHECKED, "words": "Clear and useful, thank you.", "reason": "fine"}


@pytest.fixture
def author(session: Session) -> Any:
    return make_user(session, "Sam Reed", profession="Research nurse")


@pytest.fixture
def facilitator(session: Session) -> Any:
    return make_user(session, "Helen Marsh", roles=(Role.FACILITATOR,))


@pytest.fixture
def other(session: Session) -> Any:
    """A member who has no part in the story."""
    return make_user(session, "Ann Lee")


@pytest.fixture
def story_in(session: Session, author: Any, facilitator: Any) -> Callable[..., int]:
    """Make a story and bring it, by the acts of those who may, into a state."""

    def bring(state: StoryState, fields: dict[str, Any] | None = None, *, published: bool = False) -> int:
        number = make_draft(session, author.id, fields)
        if published:
            _to(session, number, StoryState.PUBLISHED, author.id, facilitator.id)
            if state is not StoryState.PUBLISHED:
                _again(session, number, state, author.id, facilitator.id)
        else:
            _to(session, number, state, author.id, facilitator.id)
        session.commit()
        return number

    return bring


def _to(session: Session, number: int, state: StoryState, author: int, facilitator: int) -> None:
    at = now()
    if state is StoryState.DRAFT:
        return
    sending.send(session, number, author, at, row(session, number).version)
    if state is StoryState.WITHDRAWN:
        withdrawing.withdraw(session, number, author, at, row(session, number).version)
    elif state is StoryState.IN_REVIEW:
        deciding._reading(session, number, facilitator, at, {})
    elif state is StoryState.CHANGES_REQUESTED:
        deciding.ask(
            session, number, facilitator, at, {"words": "Say how many.", "remark.problem": "How many studies?"}
        )
    elif state is StoryState.REJECTED:
        deciding.reject(session, number, facilitator, at, {"words": "It is an advert."})
    elif state is not StoryState.SUBMITTED:
        deciding.approve(session, number, facilitator, at, APPROVAL)


def _again(session: Session, number: int, state: StoryState, author: int, facilitator: int) -> None:
    at, version = now(), row(session, number).version
    if state is StoryState.RETRACTED:
        withdrawing.retract(session, number, facilitator, at, version, "It was wrong.")
    elif state is StoryState.ARCHIVED:
        withdrawing.archive(session, number, None, at, version, "Nobody answered.")
    elif state is StoryState.WITHDRAWN:
        withdrawing.withdraw(session, number, author, at, version)
    else:
        revising.begin(session, number, author, at, version)
        _to(session, number, state, author, facilitator)


@pytest.fixture
def nhs_number() -> str:
    """A number of the test range that passes the check."""
    return "999 000 0018"
