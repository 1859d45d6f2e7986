"""What a teacher reads of the learners of one course: who, which module, how far, sent or not; not started too.

A page costs the same however large the course is: learners by a key of name and number, then what was sent for those.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, exists, select, true, tuple_
from sqlalchemy.orm import Session

from courses.catalogue import Course, CourseModule, Module, ModuleVersion
from courses.learning.completion import percent
from courses.learning.models import Enrolment, Status
from learn.accounts.models import User
from learn.components import plural
from learn.lti.members import CourseGroup, Membership, RosterEntry
from learn.lti.models import Context, Deployment, LineItem, PlatformUser, Registration, ResourceLink
from learn.passback import words
from learn.passback.models import Delivery, Score
from learn.passback.words import Sentence

PAGE = 50
MOST = 200
"Links and courses that are listed."
STATES = {
    "not_started": "Not started", "in_progress": "In progress", "completed": "Completed",
    "needs_help": "Could not be sent",
}  # fmt: skip
_SLUG = re.compile(r"^/(module|course)s/([a-z0-9][a-z0-9-]*)")

_TAUGHT = exists().where(
    Membership.context_pk == Context.id, Membership.platform_user_id == PlatformUser.id,
    PlatformUser.user_id == bindparam("of_user"), Membership.is_instructor.is_(True),
)  # fmt: skip
_CONTEXTS = (
    select(
        Context.id, Context.title, Context.label, Context.memberships_url, Context.roster_at, Context.roster_tried_at,
        Context.roster_error, Registration.id.label("registration_id"), Registration.name.label("platform"),
    )
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .join(Registration, Registration.id == Deployment.registration_id)
)  # fmt: skip
_MINE = (
    _CONTEXTS.join(Membership, and_(Membership.context_pk == Context.id, Membership.is_instructor.is_(True)))
    .join(PlatformUser, PlatformUser.id == Membership.platform_user_id)
    .where(PlatformUser.user_id == bindparam("of_user"))
    .order_by(Membership.seen_at.desc(), Context.id)
    .limit(MOST)
)
_ONE = _CONTEXTS.where(Context.id == bindparam("context"))
_ONE_OF_MINE = _ONE.where(_TAUGHT)
_LINKS = (
    select(
        ResourceLink.id, ResourceLink.title, ResourceLink.target, ResourceLink.reports, ResourceLink.pass_mark,
        ResourceLink.wants_progress_item, ResourceLink.lineitem_id,
    )
    .where(ResourceLink.context_pk == bindparam("context"))
    .order_by(ResourceLink.id)
    .limit(MOST)
)  # fmt: skip
_MODULES = (
    select(Module.id, Module.title)
    .where(Module.slug.in_(bindparam("slugs", expanding=True)), Module.current_version_id.is_not(None))
    .order_by(Module.title)
)
_OF_COURSES = (
    select(Module.id, Module.title, Course.id.label("course_id"))
    .join(CourseModule, CourseModule.module_id == Module.id)
    .join(Course, Course.id == CourseModule.course_id)
    .where(Course.slug.in_(bindparam("slugs", expanding=True)), Module.current_version_id.is_not(None))
)
_GROUPS = (
    select(CourseGroup.group_id, CourseGroup.name)
    .where(CourseGroup.context_pk == bindparam("context"))
    .order_by(CourseGroup.name)
    .limit(MOST)
)
_ROWS = (
    select(
        RosterEntry.id, RosterEntry.name, RosterEntry.is_active, PlatformUser.id.label("platform_user_id"),
        User.name.label("own_name"), User.is_test, Module.id.label("module_id"), Module.title.label("module"),
        Enrolment.status, Enrolment.done_count, Enrolment.done_weight, Enrolment.active_at, Enrolment.completed_at,
        Enrolment.best_score, ModuleVersion.unit_count, ModuleVersion.required_weight,
    )
    .select_from(RosterEntry)
    .join(Module, true())
    .outerjoin(
        PlatformUser,
        and_(PlatformUser.registration_id == bindparam("registration"), PlatformUser.sub == RosterEntry.sub),
    )
    .outerjoin(User, User.id == PlatformUser.user_id)
    .outerjoin(Enrolment, and_(Enrolment.learner_id == User.learner_id, Enrolment.module_id == Module.id))
    .outerjoin(ModuleVersion, ModuleVersion.id == Enrolment.version_id)
    .where(
        RosterEntry.context_pk == bindparam("context"), RosterEntry.is_learner.is_(True),
        Module.id.in_(bindparam("modules", expanding=True)),
    )
    .order_by(RosterEntry.name, RosterEntry.id, Module.id)
    .limit(bindparam("most"))
)  # fmt: skip
_SCORES_HERE = and_(
    Score.line_item_id == LineItem.id, LineItem.resource_link_pk == ResourceLink.id,
    ResourceLink.context_pk == bindparam("context"),
)  # fmt: skip
_SENT = (
    select(
        Score.id, Score.platform_user_id, Score.module_id, Score.course_id, Score.state, Score.accepted,
        Score.accepted_at, Score.last_error,
    )
    .select_from(Score)
    .join(LineItem, LineItem.id == Score.line_item_id)
    .join(ResourceLink, ResourceLink.id == LineItem.resource_link_pk)
    .where(
        ResourceLink.context_pk == bindparam("context"),
        Score.platform_user_id.in_(bindparam("people", expanding=True)),
    )
    .order_by(Score.id)
)  # fmt: skip
_IN_TROUBLE = exists().where(
    _SCORES_HERE, Score.platform_user_id == PlatformUser.id, Score.state == Delivery.NEEDS_HELP,
    (Score.module_id == Module.id) | Score.course_id.in_(
        select(CourseModule.course_id).where(CourseModule.module_id == Module.id)
    ),
)  # fmt: skip
_FILTERS: dict[str, Any] = {
    "not_started": Enrolment.id.is_(None),
    "in_progress": Enrolment.status == Status.STARTED,
    "completed": Enrolment.status == Status.COMPLETED,
    "needs_help": _IN_TROUBLE,
}


@dataclass(frozen=True)
class Wanted:
    """What a teacher asked to see; ``after`` is the key of the last row of the page before."""

    module: int | None = None
    state: str = ""
    group: str = ""
    has_left: bool = False
    after: tuple[str, int, int] | None = None


@dataclass(frozen=True)
class Line:
    """One learner in one module, in words. ``key`` leads to what comes after it."""

    name: str
    platform_user_id: int | None
    is_test: bool
    is_active: bool
    module: str
    state: str
    words: str
    percent: int
    best_score: int | None
    active_at: datetime | None
    sent: Sentence | None
    score_id: int | None
    key: tuple[str, int, int]


def mine(session: Session, user_id: int) -> list[Any]:
    """The courses that somebody teaches, the last opened first."""
    return list(session.execute(_MINE, {"of_user": user_id}))


def one(session: Session, number: int, user_id: int, *, is_administrator: bool) -> Any:
    """A course that somebody teaches, or any for an administrator; None when there is none of them."""
    return session.execute(_ONE if is_administrator else _ONE_OF_MINE, {"context": number, "of_user": user_id}).first()


def links(session: Session, number: int) -> list[Any]:
    """The links of a course."""
    return list(session.execute(_LINKS, {"context": number}))


def modules(session: Session, found: list[Any]) -> tuple[dict[int, str], dict[int, set[int]]]:
    """What a course's links open: titles by module, and for each module the courses of ours that bring it."""
    slugs: dict[str, set[str]] = {"module": set(), "course": set()}
    for link in found:
        if match := _SLUG.match(link.target):
            slugs[match[1]].add(match[2])
    titles = {row.id: row.title for row in session.execute(_MODULES, {"slugs": sorted(slugs["module"])})}
    brought: dict[int, set[int]] = {}
    if slugs["course"]:
        for row in session.execute(_OF_COURSES, {"slugs": sorted(slugs["course"])}):
            titles[row.id] = row.title
            brought.setdefault(row.id, set()).add(row.course_id)
    return dict(sorted(titles.items(), key=lambda each: each[1])), brought


def groups(session: Session, number: int) -> list[Any]:
    """A course's groups."""
    return list(session.execute(_GROUPS, {"context": number}))


def lines(
    session: Session, context: Any, chosen: list[int], brought: dict[int, set[int]], wanted: Wanted, most: int = PAGE
) -> list[Line]:
    """The next rows, one more than ``most`` where there are more."""
    given = {"context": context.id, "registration": context.registration_id, "modules": chosen, "most": most + 1}
    rows = session.execute(_narrowed(wanted), given).all() if chosen else []
    people = sorted({row.platform_user_id for row in rows if row.platform_user_id is not None})
    sent: dict[tuple[int, str, int], Any] = {}
    for score in session.execute(_SENT, {"context": context.id, "people": people}) if people else ():
        kind, number = ("module", score.module_id) if score.module_id is not None else ("course", score.course_id)
        sent[score.platform_user_id, kind, number] = score
    return [_line(row, _sent(row, sent, brought), context.platform) for row in rows]


def everything(
    session: Session, context: Any, chosen: list[int], brought: dict[int, set[int]], wanted: Wanted
) -> Iterator[Line]:
    """All rows, page by page, for a file."""
    while True:
        found = lines(session, context, chosen, brought, wanted, most=500)
        yield from found[:500]
        if len(found) <= 500:
            return
        wanted = Wanted(wanted.module, wanted.state, wanted.group, wanted.has_left, found[499].key)


def _narrowed(wanted: Wanted) -> Any:
    asked = _ROWS
    if wanted.state in _FILTERS:
        asked = asked.where(_FILTERS[wanted.state])
    if not wanted.has_left:
        asked = asked.where(RosterEntry.is_active.is_(True))
    if wanted.group:
        inside = json.dumps(wanted.group).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        asked = asked.where(cast(RosterEntry.groups, String).like(f"%{inside}%", escape="\\"))
    if wanted.after:
        asked = asked.where(tuple_(RosterEntry.name, RosterEntry.id, Module.id) > tuple_(*wanted.after))
    return asked


def _sent(row: Any, sent: dict[tuple[int, str, int], Any], brought: dict[int, set[int]]) -> Any:
    """The score of the module itself, else of the course that brings it."""
    own = sent.get((row.platform_user_id, "module", row.module_id))
    courses = (sent.get((row.platform_user_id, "course", each)) for each in brought.get(row.module_id, ()))
    return own or next((each for each in courses if each is not None), None)


def _line(row: Any, score: Any, platform: str) -> Line:
    if row.status is None:
        state, said, share = "not_started", "Not started", 0
    elif row.status == Status.COMPLETED:
        state, said, share = "completed", "Completed", 100
    else:
        share = percent(row.done_weight, row.required_weight)
        state, said = "in_progress", f"{row.done_count} of {plural(row.unit_count, 'unit')}"
    return Line(
        row.own_name or row.name or "Name not shared", row.platform_user_id, bool(row.is_test), row.is_active, row.module, state, said, share,
        row.best_score, row.active_at, words.for_staff(score, platform) if score is not None else None,
        score.id if score is not None else None, (row.name, row.id, row.module_id),
    )  # fmt: skip
