"""A draft that is changed: found and locked, and brought to order after each change. Nothing here commits."""

import secrets
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Unit, VersionState
from courses.errors import CourseError
from courses.totals import totals


class NotADraft(CourseError):
    """Only a draft can be changed: what learners study stays as it is."""

    code = "not_a_draft"


class Gone(CourseError):
    """The unit or question is not in the draft any more."""

    code = "gone"


class Changed(CourseError):
    """Somebody else changed the same thing since it was opened."""

    code = "changed"


_DRAFT = (
    select(ModuleVersion.id, ModuleVersion.module_id, ModuleVersion.n, ModuleVersion.state, Module.slug)
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(ModuleVersion.id == bindparam("version_id"))
    .with_for_update(of=ModuleVersion)
)
_COUNTED = (
    select(Unit.minutes, Unit.is_required, Unit.weight)
    .where(Unit.version_id == bindparam("version_id"))
    .order_by(Unit.position)
)


def opened(session: Session, version_id: int) -> Any:
    """The draft's row (id, module_id, n, slug), locked against publishing meanwhile; NotADraft for anything else."""
    row = session.execute(_DRAFT, {"version_id": version_id}).first()
    if row is None or row.state is not VersionState.DRAFT:
        raise NotADraft(
            "Only a draft can be changed. What is published stays as it is for those who study it: copy it into a new draft."
        )
    return row


def settle(session: Session, version_id: int) -> None:
    """After a change: the totals anew, and another content hash, so that it is not taken for what was uploaded once."""
    units = session.execute(_COUNTED, {"version_id": version_id}).all()
    values = {**totals(units), "content_hash": secrets.token_hex(32)}
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(**values))


def rename(session: Session, version_id: int, title: str, summary: str) -> None:
    """Another title and summary; lists show them once the draft is published."""
    draft = opened(session, version_id)
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(title=title, summary=summary))
    session.execute(
        update(Module).where(Module.id == draft.module_id, Module.current_version_id.is_(None))
        .values(title=title, summary=summary)
    )  # fmt: skip
    settle(session, version_id)
