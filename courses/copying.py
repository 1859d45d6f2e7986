"""Copies of a version: to go on with as a draft of the same module, or as a module of its own. Nothing here commits."""

import secrets
from base64 import b32encode
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, literal, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModulePrerequisite, ModuleVersion, Origin, Switch, Unit, VersionState
from courses.db import table_of
from courses.errors import CourseError
from courses.questions.models import Question

_VERSION, _UNIT, _QUESTION, _MODULE = (table_of(each) for each in (ModuleVersion, Unit, Question, Module))


class CannotCopy(CourseError):
    """There is no such version, or the slug is taken."""

    code = "cannot_copy"


def _others(table: Table, *named: str) -> list[str]:
    """Every column but the key and those named: a column that comes later is copied too."""
    return [column.name for column in table.columns if column.name not in ("id", *named)]


_FOUND = select(_VERSION).where(_VERSION.c.id == bindparam("version"))
_LAST = select(func.max(_VERSION.c.n)).where(_VERSION.c.module_id == bindparam("module"))
_NEW, _OLD = _UNIT.alias("new_unit"), _UNIT.alias("old_unit")


def copy(session: Session, version_id: int, now: datetime) -> int:
    """A draft with all that the version holds, as the module's next version; returns its id."""
    version = _found(session, version_id)
    last = session.scalar(_LAST, {"module": version["module_id"]}) or 0
    return _copy(session, version, version["module_id"], last + 1, version["title"], now)


def copy_module(session: Session, version_id: int, slug: str, title: str, now: datetime) -> int:
    """A module of its own with the version as its first draft, under the same theme, with what comes first; returns the draft's id.

    CannotCopy when the slug is taken: slugs are never reused.
    """
    version = _found(session, version_id)
    if session.scalar(select(_MODULE.c.id).where(_MODULE.c.slug == slug)) is not None:
        raise CannotCopy(f"There is a module {slug} already. Choose another name for its address.")
    source = session.execute(select(_MODULE).where(_MODULE.c.id == version["module_id"])).mappings().one()
    row = {
        **{name: source[name] for name in _others(_MODULE)}, "slug": slug, "title": title, "origin": Origin.AUTHOR,
        "position": (session.scalar(select(func.max(_MODULE.c.position))) or 0) + 1, "current_version_id": None,
        "minutes": 0, "unit_count": 0, "created_at": now,
    }  # fmt: skip
    module_id = session.execute(insert(_MODULE).returning(_MODULE.c.id), row).scalar_one()
    first = table_of(ModulePrerequisite)
    session.execute(
        insert(first).from_select(
            ["module_id", "requires_id"],
            select(literal(module_id), first.c.requires_id).where(first.c.module_id == source["id"]),
        )
    )
    return _copy(session, version, module_id, 1, title, now)


def _found(session: Session, version_id: int) -> Any:
    version = session.execute(_FOUND, {"version": version_id}).mappings().first()
    if version is None:
        raise CannotCopy("There is no such version.")
    return version


def _copy(session: Session, version: Any, module_id: int, n: int, title: str, now: datetime) -> int:
    # A hash of its own: the copy will be changed, and the same upload must not find it in the original's place.
    row = {
        **{name: version[name] for name in _others(_VERSION)}, "module_id": module_id, "n": n, "title": title,
        "state": VersionState.DRAFT, "content_hash": secrets.token_hex(32), "origin_label": new_label(),
        "created_at": now, "published_at": None, "switch": Switch.STAY, "is_compatible": False,
    }  # fmt: skip
    new_id = int(session.execute(insert(_VERSION).returning(_VERSION.c.id), row).scalar_one())
    units, questions = _others(_UNIT, "version_id"), _others(_QUESTION, "unit_id")
    copied = select(literal(new_id), *(_UNIT.c[name] for name in units)).where(_UNIT.c.version_id == version["id"])
    session.execute(insert(_UNIT).from_select(["version_id", *units], copied))
    asked = (
        select(_NEW.c.id, *(_QUESTION.c[name] for name in questions))
        .join(_OLD, _OLD.c.id == _QUESTION.c.unit_id)
        .join(_NEW, _NEW.c.position == _OLD.c.position)
        .where(_OLD.c.version_id == version["id"], _NEW.c.version_id == new_id)
    )
    session.execute(insert(_QUESTION).from_select(["unit_id", *questions], asked))
    return new_id


def new_label() -> str:
    """A random label for a content origin: letters and digits that a host name may have."""
    return b32encode(secrets.token_bytes(16)).decode().lower().rstrip("=")
