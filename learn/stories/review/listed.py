"""What lists, counters and the search keep of a published story: worked out of a revision's fields, in one place."""

import math
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses import slugs
from courses.catalogue import Theme
from courses.db import table_of
from learn.stories import fields as template

WORDS_A_MINUTE = 200
LONGEST = {"title": 150, "summary": 400, "byline": 255, "tag": 40}
"Characters that the columns have room for."
MARKS = str.maketrans("", "", "#*_>`[]")
"What Markdown is made of, for a text without it."

_THEME = table_of(Theme)
_THEME_ID = select(_THEME.c.id).where(_THEME.c.slug == bindparam("theme_slug"))
_THEME_SLUG = select(_THEME.c.slug).where(_THEME.c.id == bindparam("theme"))


def theme_id(session: Session, slug: str) -> int | None:
    """The number of a theme; None for a slug that is none."""
    return session.scalar(_THEME_ID, {"theme_slug": slug})


def theme_slug(session: Session, number: int | None) -> str:
    """The slug of a theme; empty for none."""
    return session.scalar(_THEME_SLUG, {"theme": number}) or ""


def columns(session: Session, fields: dict[str, Any]) -> dict[str, Any]:
    """The columns of ``Story`` that come from what was typed."""
    title = str(fields.get("title") or "")[: LONGEST["title"]]
    return {
        "title": title,
        "summary": str(fields.get("summary") or "")[: LONGEST["summary"]],
        "slug": slugs.from_title(title, "story"),
        "byline": byline(fields),
        "minutes": minutes(fields),
        "theme_id": theme_id(session, str(fields.get("theme") or "")),
        **{name: str(fields.get(name) or "") for name in ("setting", "region", "profession")},
    }


def byline(fields: dict[str, Any]) -> str:
    """As in "Sam Reed, research nurse and Ann Lee, midwife"; empty where the names are withheld."""
    if fields.get("name_withheld"):
        return ""
    rows = fields.get("authors") or []
    people = [", ".join(part for part in (row.get("name"), row.get("role")) if part) for row in rows]
    people = [person for person in people if person]
    for shown in range(len(people), 0, -1):
        left = len(people) - shown
        names = people[:shown] + ([f"{left} more"] if left else [])
        line = " and ".join(part for part in ("; ".join(names[:-1]), names[-1]) if part)
        if len(line) <= LONGEST["byline"]:
            return line
    return ""


def minutes(fields: dict[str, Any]) -> int:
    """Minutes that reading takes, one at least."""
    return max(1, math.ceil(word_count(fields) / WORDS_A_MINUTE))


def word_count(fields: dict[str, Any]) -> int:
    """Words of all that was typed."""
    return sum(len(text.split()) for text in template.texts(fields).values())


def tags(fields: dict[str, Any]) -> list[str]:
    """Tags in small letters, each once, in the order of the alphabet."""
    said = {" ".join(str(tag).lower().split())[: LONGEST["tag"]].strip() for tag in fields.get("tags") or []}
    return sorted(said - {""})


def body(fields: dict[str, Any]) -> str:
    """All that was typed as plain text, for the search to match."""
    names = {"title", "summary", "tags", "authors"}
    kept = [text for where, text in template.texts(fields).items() if where.split(".")[0] not in names]
    return "\n".join(kept).translate(MARKS)
