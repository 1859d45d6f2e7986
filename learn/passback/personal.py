"""A person's results in the gradebooks of their platforms, for export, erasure, merging and unlinking."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Course, Module
from courses.db import table_of
from learn.accounts.personal import Person, PersonalData, Rows
from learn.lti.models import LineItem, Registration, Reports, ResourceLink
from learn.passback import followed
from learn.passback.models import Delivery, Score

STAYS = "Results that were sent to a learning platform stay in its gradebook: whoever runs it decides about them."

_T = table_of(Score)
_THEIRS = or_(
    _T.c.learner_id.in_(bindparam("learners", expanding=True)),
    _T.c.platform_user_id.in_(bindparam("people", expanding=True)),
)
_TOLD = (
    select(
        Registration.name.label("platform"), ResourceLink.title.label("link"), Module.title.label("module"),
        Course.title.label("course"), _T.c.given, _T.c.reached_at, _T.c.state, _T.c.accepted, _T.c.accepted_at,
    )
    .select_from(_T)
    .join(LineItem, LineItem.id == _T.c.line_item_id)
    .join(Registration, Registration.id == LineItem.registration_id)
    .join(ResourceLink, ResourceLink.id == LineItem.resource_link_pk)
    .outerjoin(Module, Module.id == _T.c.module_id)
    .outerjoin(Course, Course.id == _T.c.course_id)
    .where(_THEIRS)
    .order_by(_T.c.id)
)  # fmt: skip
_DROP = delete(_T).where(_THEIRS)
_GIVE = update(_T).where(_T.c.learner_id.in_(bindparam("learners", expanding=True))).values(learner_id=bindparam("to"))
_GIVE_ONE = update(_T).where(_T.c.platform_user_id == bindparam("person")).values(learner_id=bindparam("to"))
_OPEN = (
    select(
        _T.c.id, _T.c.learner_id, _T.c.module_id, _T.c.course_id, _T.c.reports, _T.c.pass_mark, _T.c.given,
        LineItem.registration_id,
    )
    .join(LineItem, LineItem.id == _T.c.line_item_id)
    .where(_T.c.learner_id == bindparam("learner"), _T.c.state != Delivery.SUPERSEDED)
    .order_by(_T.c.id)
)  # fmt: skip


def _numbers(person: Person) -> dict[str, Any]:
    return {"learners": list(person.learner_ids), "people": list(person.platform_user_ids)}


def _export(session: Session, person: Person) -> dict[str, Rows]:
    rows = session.execute(_TOLD, _numbers(person)).mappings()
    return {"results_sent": [{**row, "state": row["state"].value} for row in rows]}


def _erase(session: Session, person: Person, at: datetime) -> list[str]:
    session.execute(_DROP, _numbers(person))
    return []


def _move(session: Session, source: Person, into: Person, at: datetime) -> None:
    """What either reached counts for the links of both; the engine's part has moved before."""
    learner_id = into.learner_ids[0]
    session.execute(_GIVE, {"learners": list(source.learner_ids), "to": learner_id})
    for row in session.execute(_OPEN, {"learner": learner_id}).all():
        if row.reports is not Reports.COMPLETION or row.pass_mark is not None:
            followed.follow(session, learner_id, row.module_id, row.course_id)
        followed.bring_up(session, row, at)


def give_to(session: Session, platform_user_id: int, learner_id: int) -> None:
    """Let what a platform's gradebook gets for somebody come from another learner's work from now on.

    What it got stays, and so does what is on its way: a result never falls.
    """
    session.execute(_GIVE_ONE, {"person": platform_user_id, "to": learner_id})


PERSONAL = PersonalData(
    tables=frozenset({Score.__tablename__}),
    export=_export,
    erase=_erase,
    move=_move,
    words={
        "results_sent": "your results that this site sends to the gradebooks of your platforms, and what became of each"
    },
    keeps=(STAYS,),
)
