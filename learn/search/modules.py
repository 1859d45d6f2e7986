"""Modules in the search. The engine knows no search, so whoever publishes, retires or restores a version calls ``keep``.

A guard test (tests/guards/test_search.py) finds every function of the site that does the one without the other.
"""

import re
from html import unescape
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Theme, Unit
from courses.db import table_of
from learn.search import index

KIND = "module"
_M, _V, _U, _T = (table_of(each) for each in (Module, ModuleVersion, Unit, Theme))
_STANDING = (
    select(_M.c.id, _M.c.slug, _M.c.title, _M.c.summary, _M.c.current_version_id, _M.c.created_at, _T.c.slug.label("theme"))
    .join(_T, _T.c.id == _M.c.theme_id)
)  # fmt: skip
_ONE = _STANDING.join(_V, _V.c.module_id == _M.c.id).where(_V.c.id == bindparam("version"))
_AFTER = _STANDING.where(_M.c.id > bindparam("after")).order_by(_M.c.id).limit(bindparam("most"))
_UNITS = (
    select(_U.c.title, _U.c.body_html, _U.c.prompt)
    .where(_U.c.version_id == bindparam("version"))
    .order_by(_U.c.position)
)
_TAG = re.compile(r"<[^>]*>")


def keep(session: Session, version_id: int) -> None:
    """Let the module of a version be found as it is now, or not any more where no version of it is published."""
    _keep(session, session.execute(_ONE, {"version": version_id}).one())


def again(session: Session, after: int, most: int) -> list[int]:
    """The same for the next modules after a number; their numbers, none at the end."""
    rows = session.execute(_AFTER, {"after": after, "most": most}).all()
    for row in rows:
        _keep(session, row)
    return [row.id for row in rows]


def _keep(session: Session, row: Any) -> None:
    if row.current_version_id is None:
        index.remove(session, KIND, row.id)
        return
    units = session.execute(_UNITS, {"version": row.current_version_id}).all()
    body = " ".join(f"{unit.title} {_text(unit.body_html)} {unit.prompt}" for unit in units)
    index.put(
        session, KIND, row.id, path=f"/modules/{row.slug}", title=row.title, summary=row.summary, body=body, theme=row.theme,
        at=row.created_at,
    )  # fmt: skip


def _text(html: str) -> str:
    return unescape(_TAG.sub(" ", html))
