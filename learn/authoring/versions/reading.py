"""What the pages of modules and versions read: prebuilt selects of columns."""

from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Origin, Theme, Unit, VersionState
from courses.db import table_of
from courses.learning.models import Enrolment, Status
from learn.authoring import showing
from learn.authoring.models import Upload
from learn.errors import NotFound

MOST = 10_000
"Learners that are counted; where there are more, the page says so."
VERSIONS = 200
"Newest versions that a module's page lists."

_MODULE = (
    select(
        Module.id, Module.slug, Module.title, Module.summary, Module.origin, Module.current_version_id,
        Theme.title.label("theme"), Theme.slug.label("theme_slug"),
    )
    .join(Theme, Theme.id == Module.theme_id)
    .where(Module.slug == bindparam("slug"))
)  # fmt: skip
_VERSION_COLUMNS = (
    ModuleVersion.id, ModuleVersion.n, ModuleVersion.state, ModuleVersion.title, ModuleVersion.summary, ModuleVersion.minutes,
    ModuleVersion.unit_count, ModuleVersion.format, ModuleVersion.created_at, ModuleVersion.published_at, ModuleVersion.switch,
    ModuleVersion.is_compatible,
)  # fmt: skip
_VERSIONS = (
    select(*_VERSION_COLUMNS)
    .where(ModuleVersion.module_id == bindparam("module"))
    .order_by(ModuleVersion.n.desc())
    .limit(VERSIONS)
)
_VERSION = select(*_VERSION_COLUMNS).where(
    ModuleVersion.module_id == bindparam("module"), ModuleVersion.n == bindparam("n")
)
_SOME = select(Enrolment.version_id, Enrolment.status).where(Enrolment.module_id == bindparam("module")).limit(MOST + 1)
_PART = _SOME.subquery()
_COUNTS = select(_PART.c.version_id, func.count().label("learners")).group_by(_PART.c.version_id)
_IN_PROGRESS = (
    select(Enrolment.id)
    .where(
        Enrolment.module_id == bindparam("module"), Enrolment.version_id == bindparam("version"), Enrolment.status == Status.STARTED
    )
    .limit(MOST + 1)
)  # fmt: skip
_STARTED = select(func.count()).select_from(_IN_PROGRESS.subquery())
_UNITS = (
    select(
        Unit.id, Unit.position, Unit.stable_key, Unit.title, Unit.kind, Unit.minutes, Unit.is_required, Unit.rule, Unit.threshold,
        Unit.package_id,
    )
    .where(Unit.version_id == bindparam("version"))
    .order_by(Unit.position)
)  # fmt: skip
_U = table_of(Upload)
_REPORT = (
    select(_U.c.report, _U.c.checked_at)
    .where(_U.c.version_id == bindparam("version"))
    .order_by(_U.c.id.desc())
    .limit(1)
)

STATES = {
    "draft": ("Draft", "Only authors see it.", ""),
    "current": ("Published", "New learners get it.", "is-good"),
    "replaced": ("Replaced", "Learners who began with it stay on it.", ""),
    "retired": ("Retired", "Nobody new gets it. Learners who began with it finish it.", ""),
}
"What a version's state means: tag, sentence, colour."
RULES = {
    "viewed": "when it was opened", "marked": "when the learner marks it as complete", "quiz_passed": "when {threshold}% is reached",
    "watched": "when {threshold}% was watched, or the transcript was read", "written": "when something was written",
    "status": "when the package says so", "score": "when {threshold}% is scored", "seen": "when {threshold}% of the pages were seen",
}  # fmt: skip


def module(session: Session, slug: str) -> Any:
    """A module by its slug; NotFound."""
    found = session.execute(_MODULE, {"slug": slug}).first()
    if found is None:
        raise NotFound(f"There is no module {slug}.")
    return found


def version(session: Session, found: Any, n: int) -> Any:
    """One version of a module; NotFound."""
    row = session.execute(_VERSION, {"module": found.id, "n": n}).first()
    if row is None:
        raise NotFound(f"{found.title} has no version {n}.")
    return row


def versions(session: Session, found: Any) -> list[dict[str, Any]]:
    """A module's versions, the newest first, each with its state in words and how many learners are on it."""
    rows = session.execute(_VERSIONS, {"module": found.id}).all()
    counts: dict[int, int] = {row.version_id: row.learners for row in session.execute(_COUNTS, {"module": found.id})}
    is_part = sum(counts.values()) > MOST
    return [{"row": row, "learners": people(counts.get(row.id, 0), is_part), **standing(found, row)} for row in rows]


def standing(found: Any, row: Any) -> dict[str, Any]:
    """Where a version stands: a code, its tag, what that means, and the tag's colour."""
    code = row.state.value
    if row.state is VersionState.PUBLISHED:
        code = "current" if row.id == found.current_version_id else "replaced"
    tag, meaning, colour = STATES[code]
    return {
        "code": code, "tag": tag, "meaning": meaning, "colour": colour,
        "format": showing.format_of(row.format),
    }  # fmt: skip


def people(count: int, is_part: bool) -> str:
    """How many learners, in words."""
    return f"more than {count:,}" if is_part and count else f"{count:,}"


def in_progress(session: Session, found: Any, version_id: int) -> str:
    """How many learners are on a version and have not completed it, in words."""
    count = session.scalar(_STARTED, {"module": found.id, "version": version_id}) or 0
    return people(min(count, MOST), count > MOST)


def units(session: Session, version_id: int) -> list[dict[str, Any]]:
    """The units of a version with what completes each."""
    return [
        {
            "position": row.position, "title": row.title, "kind": showing.KINDS[row.kind.value], "minutes": row.minutes,
            "is_required": row.is_required, "rule": RULES[row.rule.value].format(threshold=row.threshold),
        }
        for row in session.execute(_UNITS, {"version": version_id})
    ]  # fmt: skip


def report(session: Session, version_id: int) -> dict[str, Any]:
    """The report of the upload that a version came of; empty where it was written here or is too old."""
    row = session.execute(_REPORT, {"version": version_id}).first()
    return dict(row.report) if row else {}


def is_starter(found: Any) -> bool:
    """Whether a module came with the site, and an update of the site may change it."""
    return bool(found.origin is Origin.STARTER)
