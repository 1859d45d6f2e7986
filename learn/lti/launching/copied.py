"""A copied course finds its settings again: what staff chose for a link comes along, no learner's data does.

Platforms tell the history of a course and of a link, newest first, by variables that a custom parameter asks for
(LTI Core 1.3 appendix D). Moodle knows that of the course only, so a link is also found by what it opens.
"""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from learn.lti.launching.claims import Launch
from learn.lti.models import Context, Deployment, ResourceLink

CONTEXT_HISTORY, LINK_HISTORY = "context_history", "link_history"
"Custom parameters that ask for the history; a platform that does not know a variable leaves it as it is."
MOST = 50
SETTINGS = ("reports", "wants_progress_item", "pass_mark")

_HERE = Deployment.registration_id == bindparam("registration")
_CONTEXTS = (
    select(Context.id, Context.context_id)
    .join(Deployment, Deployment.id == Context.deployment_pk)
    .where(_HERE, Context.context_id.in_(bindparam("named", expanding=True)))
)
_LINKS = select(
    ResourceLink.id, ResourceLink.resource_link_id, ResourceLink.title,
    *(getattr(ResourceLink, name) for name in SETTINGS),
)  # fmt: skip
_LINKS_NAMED = _LINKS.join(Deployment, Deployment.id == ResourceLink.deployment_pk).where(
    _HERE, ResourceLink.resource_link_id.in_(bindparam("named", expanding=True))
)
_ALIKE = (
    _LINKS.join(Context, Context.copied_from_pk == ResourceLink.context_pk)
    .where(Context.id == bindparam("context"), ResourceLink.target == bindparam("opens"))
    .limit(20)
)


def context_of(session: Session, launch: Launch) -> int | None:
    """The context that this new one was copied from, the nearest that we know; None when there is none."""
    named = _ids(launch.custom.get(CONTEXT_HISTORY, ""))
    if not named:
        return None
    rows = session.execute(_CONTEXTS, {"registration": launch.platform.id, "named": named})
    found = {row.context_id: row.id for row in rows}
    return next((found[each] for each in named if each in found), None)


def link_settings(session: Session, launch: Launch, context_pk: int | None) -> dict[str, Any]:
    """Settings for a link that is new here, with the link that they come from; empty when it is no copy."""
    row = _by_history(session, launch) or _alike(session, launch, context_pk)
    return {**{name: getattr(row, name) for name in SETTINGS}, "copied_from_pk": row.id} if row is not None else {}


def _by_history(session: Session, launch: Launch) -> Any:
    named = _ids(launch.custom.get(LINK_HISTORY, ""))
    if not named:
        return None
    rows = session.execute(_LINKS_NAMED, {"registration": launch.platform.id, "named": named})
    found = {row.resource_link_id: row for row in rows}
    return next((found[each] for each in named if each in found), None)


def _alike(session: Session, launch: Launch, context_pk: int | None) -> Any:
    """The one link of the copied course that opens the same; where several do, the one of the same title."""
    if context_pk is None or launch.link is None:
        return None
    rows = session.execute(_ALIKE, {"context": context_pk, "opens": launch.target.path}).all()
    same = [row for row in rows if row.title == launch.link.title] if len(rows) > 1 else rows
    return same[0] if len(same) == 1 else None


def _ids(history: str) -> list[str]:
    return [part for each in history.split(",")[:MOST] if 0 < len(part := each.strip()) <= 255]
