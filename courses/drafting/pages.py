"""A page written by hand: Markdown in, the safe page out, every problem in words, and the pictures that it shows.

Nothing here commits. Decoding a picture and putting it into the storage is done before anything is written.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from markdown_it.token import Token
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses import slugs
from courses.catalogue import Course, Module, Unit
from courses.drafting import drafts
from courses.drafting.drafts import Gone
from courses.drafting.seen import check
from courses.packages import pages
from courses.packages.images import redrawn
from courses.packages.module_files import WORDS_A_MINUTE, key_from
from courses.packages.pages import Place
from courses.packages.report import Report
from courses.questions.models import Question
from courses.storage import Storage

DECORATIVE = "decorative"
"""What stands after a picture's address in Markdown when it needs no description: ``![](line.png "decorative")``. An empty
description alone may have been forgotten."""
MOST_PICTURES = 100
_UNITS = select(Unit.position, Unit.stable_key, Unit.title).where(Unit.version_id == bindparam("version_id"))
_ASKED = select(Question.prompt_html, Question.explanation_html, Question.options).where(
    Question.unit_id == bindparam("unit_id")
)
_MODULES = select(Module.slug).where(Module.slug.in_(bindparam("slugs", expanding=True)))
_COURSES = select(Course.slug).where(Course.slug.in_(bindparam("slugs", expanding=True)))
_HERE = re.compile(r'href="/(modules|courses)/([a-z0-9-]+)(?:/units/(\d+))?')
_NOWHERE = re.compile(r"<a(?![^>]*\shref=)[^>]*>(.*?)</a>", re.DOTALL)


@dataclass
class Drawn:
    """A page as it would be shown, with what is wrong with it."""

    body_html: str
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Positions(dict[str, int]):
    """Positions of units by stable key, asked for by file name: ``02-how.md`` and ``how.md`` are the unit ``how``."""

    def __contains__(self, name: object) -> bool:
        return str(name).endswith(pages.PAGE_ENDINGS) and super().__contains__(key_from(str(name)))

    def __getitem__(self, name: str) -> int:
        return super().__getitem__(key_from(name))


class _Nothing:
    """No files beside the pictures that are here already."""

    def names(self) -> list[str]:
        return []

    def read(self, name: str) -> bytes:
        raise KeyError(name)


def draw(session: Session, storage: Storage, unit: Any, source: str) -> Drawn:
    """The page that the Markdown makes. ``unit`` has slug, version_id and media."""
    report = Report()
    place = Place("", unit.slug, _Nothing(), storage, report)  # type: ignore[arg-type]
    units = session.execute(_UNITS, {"version_id": unit.version_id}).all()
    place.positions = Positions({row.stable_key: row.position for row in units})
    for kept in unit.media.get("images", []):
        place.images[kept.get("address", kept["name"])] = kept
        place.images[f"/modules/{unit.slug}/files/{kept['sha256']}.{kept['name'].rsplit('.', 1)[-1]}"] = kept
    _, body_html = pages.safe(pages.from_markdown(source), place)
    problems = [problem.message for problem in report.problems if problem.level != "note"]
    problems += _undescribed(source) + _dead(session, body_html, unit, {row.position for row in units})
    missing = len(_NOWHERE.findall(body_html)) - sum(problem.code == "dead_link" for problem in report.problems)
    if missing > 0:
        problems.append(
            "A link has an address that cannot be followed. It begins with https:// or is the name of a unit."
        )
    notes = [problem.message for problem in report.problems if problem.level == "note"]
    return Drawn(body_html, list(dict.fromkeys(problems)), notes)


def write(
    session: Session, version_id: int, unit_id: int, source: str, drawn: Drawn | None, *, seen: str, **more: Any
) -> None:
    """Keep a page with its Markdown and the pictures that it uses; None leaves both as they are.

    ``more`` are further columns (title, prompt, url). Changed when the unit is not what was ``seen`` (courses.drafting.seen).
    """
    drafts.opened(session, version_id)
    check(session, unit_id, seen)
    media = session.scalar(select(Unit.media).where(Unit.id == unit_id, Unit.version_id == version_id))
    if media is None:
        raise Gone("This unit is not in the draft any more.")
    values = dict(more)
    if drawn is not None:
        media = with_used(session, unit_id, media, drawn.body_html)
        values |= {"source": source, "body_html": drawn.body_html, "media": media}
    session.execute(update(Unit).where(Unit.id == unit_id).values(**values))
    drafts.settle(session, version_id)


def with_used(session: Session, unit_id: int, media: dict[str, Any], body_html: str) -> dict[str, Any]:
    """A unit's media with the pictures that its page or its questions show, and no other."""
    asked = session.execute(_ASKED, {"unit_id": unit_id}).all()
    said = body_html + "".join(f"{row.prompt_html}{row.explanation_html}{json.dumps(row.options)}" for row in asked)
    images = [kept for kept in media.get("images", []) if f"/files/{kept['sha256']}." in said]
    others = {name: value for name, value in media.items() if name != "images"}
    return others | ({"images": images} if images else {})


def picture(storage: Storage, content: bytes, name: str, taken: set[str]) -> dict[str, Any] | None:
    """A picture redrawn and put into the storage, under an address that the page has not used; None when it cannot be read."""
    drawn = redrawn(content)
    if drawn is None:
        return None
    stem = slugs.from_title(name.rsplit("/", 1)[-1].rsplit("\\", 1)[-1].rsplit(".", 1)[0], "picture")
    stem = slugs.unused(stem, lambda wanted: f"{wanted}.{drawn.ending}" in taken)
    return {
        "sha256": storage.put(drawn.content), "media_type": drawn.media_type, "bytes": len(drawn.content),
        "address": f"{stem}.{drawn.ending}", "name": f"{stem}.{drawn.ending}", "width": drawn.width, "height": drawn.height,
    }  # fmt: skip


def keep_picture(session: Session, version_id: int, unit_id: int, kept: dict[str, Any]) -> None:
    """Let the page use a picture; it stays when the page that is saved next shows it."""
    drafts.opened(session, version_id)
    media = session.scalar(select(Unit.media).where(Unit.id == unit_id, Unit.version_id == version_id))
    if media is None or len(media.get("images", [])) >= MOST_PICTURES:
        raise Gone("This page takes no further picture.")
    changed = {**media, "images": [*media.get("images", []), kept]}
    session.execute(update(Unit).where(Unit.id == unit_id).values(media=changed))


def markup(kept: dict[str, Any], description: str) -> str:
    """The Markdown that shows a picture."""
    plain = re.sub(r"([\\\[\]])", r"\\\1", " ".join(description.split()))
    return f"![{plain}]({kept['address']})" if plain else f'![]({kept["address"]} "{DECORATIVE}")'


def minutes_of(body_html: str) -> int:
    """Minutes that a page takes to read."""
    return max(1, round(pages.words_in(body_html) / WORDS_A_MINUTE))


def undescribed(source: str) -> list[str]:
    """Addresses of pictures that have no description and are not said to be decorative."""
    found: list[str] = []
    for token in _all(pages.tokens(source)):
        if token.type == "image" and not token.content.strip() and token.attrGet("title") != DECORATIVE:
            found.append(str(token.attrGet("src") or ""))
    return found


def _all(tokens: list[Token]) -> list[Token]:
    return [each for token in tokens for each in [token, *(token.children or [])]]


def _undescribed(source: str) -> list[str]:
    return [
        f"The picture {address} has no description. Write what it shows between [ and ], "
        f'or put "{DECORATIVE}" after its address if it shows nothing that a reader needs.'
        for address in undescribed(source)
    ]


def _dead(session: Session, body_html: str, unit: Any, positions: set[int]) -> list[str]:
    """Links within the site that lead to no module, course or unit."""
    found = set(_HERE.findall(body_html))
    modules = {slug for kind, slug, _ in found if kind == "modules"}
    courses = {slug for kind, slug, _ in found if kind == "courses"}
    there = set(session.scalars(_MODULES, {"slugs": sorted(modules)})) if modules - {unit.slug} else {unit.slug}
    dead = [f"/modules/{slug}" for slug in sorted(modules - there)]
    if courses:
        dead += [
            f"/courses/{slug}" for slug in sorted(courses - set(session.scalars(_COURSES, {"slugs": sorted(courses)})))
        ]
    dead += [
        f"/modules/{slug}/units/{number}" for kind, slug, number in sorted(found)
        if kind == "modules" and slug == unit.slug and number and int(number) not in positions
    ]  # fmt: skip
    return [f"A link leads to {address}, which is not here." for address in dead]
