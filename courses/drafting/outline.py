"""A draft's outline: units moved, added, removed, and what completes and opens each. Nothing here commits."""

import re
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.catalogue import Unit, UnitKind
from courses.db import rows_met, table_of
from courses.drafting import choices, drafts
from courses.drafting.choices import Settings
from courses.drafting.drafts import Gone
from courses.drafting.seen import check
from courses.learning.models import Play
from courses.questions.models import Question

MOST_UNITS = 500
"Units of one draft: more can be uploaded as a package, but not put together by hand."

_PLACES = select(Unit.id, Unit.position).where(Unit.version_id == bindparam("version_id")).order_by(Unit.position)
_LINKING = select(Unit.id, Unit.body_html, Unit.media).where(
    Unit.version_id == bindparam("version_id"),
    or_(Unit.body_html.contains(bindparam("link")), Unit.kind == UnitKind.VIDEO),
)
_UNIT = table_of(Unit)
_PLACE = update(_UNIT).where(_UNIT.c.id == bindparam("unit")).values(position=bindparam("place"))
_SAY = update(_UNIT).where(_UNIT.c.id == bindparam("unit")).values(body_html=bindparam("html"), media=bindparam("kept"))
_KEYS = select(Unit.stable_key).where(Unit.version_id == bindparam("version_id"))


def move(session: Session, version_id: int, unit_id: int, by: int) -> int:
    """Move a unit up (-1) or down (1); at the end of the list it stays. Its position afterwards."""
    draft = drafts.opened(session, version_id)
    order = [row.id for row in session.execute(_PLACES, {"version_id": version_id})]
    at = _index(order, unit_id)
    to = min(max(at + by, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    _put_in_order(session, draft, order)
    drafts.settle(session, version_id)
    return to + 1


def remove(session: Session, version_id: int, unit_id: int) -> None:
    """Take a unit out of the draft. Previews of it end; in no draft has anybody learned anything."""
    draft = drafts.opened(session, version_id)
    order = [row.id for row in session.execute(_PLACES, {"version_id": version_id})]
    order.pop(_index(order, unit_id))
    session.execute(delete(Play).where(Play.unit_id == unit_id))
    session.execute(delete(Question).where(Question.unit_id == unit_id))
    _put_in_order(session, draft, order, without=unit_id)
    drafts.settle(session, version_id)


def add(session: Session, version_id: int, kind: UnitKind, title: str) -> int:
    """An empty unit at the end; its position. NotADraft, or Gone when the draft is full."""
    drafts.opened(session, version_id)
    keys = set(session.scalars(_KEYS, {"version_id": version_id}))
    if len(keys) >= MOST_UNITS:
        raise Gone(f"A module has at most {MOST_UNITS} units.")
    rule = choices.RULES[kind][0]
    last = session.scalar(select(func.max(Unit.position)).where(Unit.version_id == version_id)) or 0
    session.execute(insert(Unit), {
        "version_id": version_id, "position": last + 1, "stable_key": slugs.unused(slugs.from_title(title, kind.value), keys.__contains__),
        "kind": kind, "title": title, "minutes": 5 if kind is UnitKind.REFLECTION else 1, "is_required": kind is not UnitKind.LINK,
        "weight": 1, "rule": rule, "threshold": choices.WITH_THRESHOLD.get(rule, 0), "max_attempts": None, "body_html": "",
        "prompt": "Your reflection" if kind is UnitKind.REFLECTION else "", "url": "", "media": {},
    })  # fmt: skip
    drafts.settle(session, version_id)
    return last + 1


def change(session: Session, version_id: int, unit_id: int, chosen: Settings, *, seen: str) -> None:
    """Write what was chosen for a unit; numbers that its rule has no use for are left out. Changed: see ``seen.check``."""
    drafts.opened(session, version_id)
    check(session, unit_id, seen)
    values = {
        "title": chosen.title, "minutes": chosen.minutes, "is_required": chosen.is_required, "weight": chosen.weight,
        "rule": chosen.rule, "threshold": chosen.threshold if chosen.rule in choices.WITH_THRESHOLD else 0,
        "max_attempts": chosen.max_attempts, "score_policy": chosen.score_policy, "release": chosen.release,
    }  # fmt: skip
    here = (Unit.id == unit_id, Unit.version_id == version_id)
    if not rows_met(session, update(Unit).where(*here).values(**values)):
        raise Gone("This unit is not in the draft any more.")
    drafts.settle(session, version_id)


def require_package(session: Session, version_id: int, package_id: int) -> int:
    """Every unit of one package has to be completed; how many there are."""
    drafts.opened(session, version_id)
    here = (Unit.version_id == version_id, Unit.package_id == package_id)
    met = rows_met(session, update(Unit).where(*here).values(is_required=True))
    drafts.settle(session, version_id)
    return met


def _index(order: list[int], unit_id: int) -> int:
    if unit_id not in order:
        raise Gone("This unit is not in the draft any more.")
    return order.index(unit_id)


def _put_in_order(session: Session, draft: Any, order: list[int], *, without: int | None = None) -> None:
    """Give units the positions of this order, and lead links between them to where the units went."""
    before = {row.id: row.position for row in session.execute(_PLACES, {"version_id": draft.id})}
    if without is not None:
        session.execute(delete(Unit).where(Unit.id == without))
    moved = [(unit_id, place) for place, unit_id in enumerate(order, 1) if before[unit_id] != place]
    if moved:
        # Through negative numbers: no two units may have one position, not even for a moment.
        session.connection().execute(_PLACE, [{"unit": unit_id, "place": -place} for unit_id, place in moved])
        session.connection().execute(_PLACE, [{"unit": unit_id, "place": place} for unit_id, place in moved])
    after = {unit_id: place for place, unit_id in enumerate(order, 1)}
    went = {place: after.get(unit_id) for unit_id, place in before.items()}
    _lead(session, draft, {old: new for old, new in went.items() if old != new})


def _lead(session: Session, draft: Any, went: dict[int, int | None]) -> None:
    """Rewrite addresses of units that moved; what led to a removed one leads to the module."""
    link = f"/modules/{draft.slug}/units/"
    if not went:
        return

    def follow(match: re.Match[str]) -> str:
        old = int(match[1])
        if old not in went:
            return match[0]
        return f'href="/modules/{draft.slug}"' if went[old] is None else f'href="{link}{went[old]}"'

    pattern = re.compile(rf'href="{re.escape(link)}(\d+)"')
    changed = []
    for row in session.execute(_LINKING, {"version_id": draft.id, "link": link}).all():
        html, media = pattern.sub(follow, row.body_html), dict(row.media)
        if "transcript_html" in media:
            media["transcript_html"] = pattern.sub(follow, media["transcript_html"])
        if (html, media) != (row.body_html, row.media):
            changed.append({"unit": row.id, "html": html, "kept": media})
    if changed:
        session.connection().execute(_SAY, changed)
