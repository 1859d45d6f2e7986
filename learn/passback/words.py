"""What was sent, to whom and when, in the learner's words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.components import moment_words
from learn.lti.models import LineItem, Registration
from learn.passback.models import Delivery, Score

_COLUMNS = (
    Score.module_id, Score.course_id, Score.state, Score.accepted, Score.accepted_at, Score.last_error,
    Registration.name,
)  # fmt: skip
_ALL = (
    select(*_COLUMNS)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .join(Registration, Registration.id == LineItem.registration_id)
    .where(Score.learner_id == bindparam("learner_id"), Score.state != Delivery.SUPERSEDED)
    .order_by(Registration.name, Score.id)
)
_OF_MODULE = _ALL.where(Score.module_id == bindparam("module_id"))
_OF_COURSE = _ALL.where(Score.course_id == bindparam("course_id"))

ASK = "Tell the person who runs your course."
REASONS = {
    "not_allowed": f"{{name}} has not allowed Frontline to send grades. {ASK}",
    "gone": "the activity was removed or made anew in {name}. Open it again from there, and your result is sent.",
    "not_gradable": f"{{name}} takes no grade for you in this activity; you may not be enrolled as a learner. {ASK}",
    "newer": f"{{name}} holds a later entry that Frontline did not make. {ASK}",
    "bad_address": "the address that {name} gave cannot be used. Open the activity again from there.",
    "gave_up": "{name} did not take it for 3 days. Open the activity again from there, and your result is sent.",
    "cleared": f"{{name}} accepted it, and it was removed there since. {ASK}",
    "refused": f"{{name}} refused it. {ASK}",
}
"Why a score could not be sent, by code; every code that ``send`` can end with has its words."

TROUBLES = {
    "timeout": "{name} did not answer in time.",
    "unreachable": "{name} could not be reached.",
    "busy": "{name} is busy.",
    "newer": "{name} did not take it the first time.",
    "no_token": "{name} did not let Frontline in.",
    "not_allowed": "{name} did not let Frontline in.",
    "gone": "The activity\u2019s place in the gradebook of {name} is gone, and is looked for.",
}


@dataclass(frozen=True)
class Sentence:
    """A state and what it means for the learner."""

    state: str
    words: str


STAFF_REASONS = {
    "not_allowed": "{name} has not allowed Frontline to send grades. Ask its administrator to allow it for this tool.",
    "gone": "the gradebook column was removed or made anew. It is found when the activity is opened from {name} again.",
    "not_gradable": "{name} takes no grade for this person, who may not be enrolled as a learner.",
    "newer": "{name} holds a later entry that Frontline did not make.",
    "bad_address": "the address that {name} gave cannot be used.",
    "gave_up": "{name} did not take it for 3 days.",
    "cleared": "it was accepted, then removed from the gradebook of {name} more than once.",
    "refused": "{name} refused it.",
}
"Why a score could not be sent, for whoever teaches the course or runs the site."


def for_staff(row: Any, platform: str) -> Sentence:
    """Where one learner's score stands, for whoever teaches the course."""
    match row.state:
        case Delivery.SENT:
            told = f"{row.accepted} out of 100, on {moment_words(row.accepted_at)}"
        case Delivery.NEEDS_HELP:
            why = STAFF_REASONS.get(row.last_error, STAFF_REASONS["refused"]).format(name=platform)
            told = f"Could not be sent: {why}"
        case Delivery.QUEUED | Delivery.SENDING | Delivery.WAITING:
            trouble = TROUBLES.get(row.last_error, "").format(name=platform)
            told = f"Waiting to be sent. {trouble}".strip()
        case _:
            told = "Nothing to send before it is complete"
    return Sentence(row.state.value, told)


def for_module(session: Session, learner_id: int | None, module_id: int) -> list[Sentence]:
    """What is to be said on a module's page, a sentence a link."""
    return _said(session.execute(_OF_MODULE, {"learner_id": learner_id, "module_id": module_id}))


def for_course(session: Session, learner_id: int | None, course_id: int) -> list[Sentence]:
    """What is to be said on a course's page, a sentence a link."""
    return _said(session.execute(_OF_COURSE, {"learner_id": learner_id, "course_id": course_id}))


def by_module(session: Session, learner_id: int | None) -> dict[int, list[Sentence]]:
    """What is to be said on my progress, for every module at once."""
    rows: dict[int, list[Any]] = {}
    for row in session.execute(_ALL, {"learner_id": learner_id}):
        if row.module_id is not None:
            rows.setdefault(row.module_id, []).append(row)
    return {module_id: _said(found) for module_id, found in rows.items()}


def _said(found: Iterable[Any]) -> list[Sentence]:
    """Each sentence once: several links of one platform in the same state say the same.

    Of an activity that was made anew, the old column's failure is not told beside the new one's state.
    """
    rows = list(found)
    alive = {row.name for row in rows if row.last_error != "gone"}
    return list(dict.fromkeys(_sentence(row) for row in rows if row.last_error != "gone" or row.name not in alive))


def _sentence(row: Any) -> Sentence:
    thing = "module" if row.module_id is not None else "course"
    match row.state:
        case Delivery.SENT:
            told = f"Sent to {row.name} on {moment_words(row.accepted_at)}: {row.accepted} out of 100."
        case Delivery.NEEDS_HELP:
            why = REASONS.get(row.last_error, REASONS["refused"]).format(name=row.name)
            told = f"Could not be sent to {row.name}: {why}"
        case Delivery.QUEUED | Delivery.SENDING | Delivery.WAITING:
            trouble = TROUBLES.get(row.last_error, "").format(name=row.name)
            again = f"{trouble} Frontline tries again by itself." if trouble else "This takes a minute or two."
            told = f"Waiting to send your result to {row.name}. {again}"
        case _:
            told = f"Your result goes to {row.name} when you complete this {thing}."
    return Sentence(row.state.value, told)
