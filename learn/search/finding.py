"""Looking things up: one way to ask, whatever the database.

Newest first goes by the order in which things were first put, and ends where nothing is left. Best match weighs title,
summary and tags of the newest 2,000 hits: weighing every hit of a common word took 196 to 2,184 ms at a million posts, this
window 4 to 37 (research notes of this project, forum 4.2).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.search import postgres, sqlite, words
from learn.search.index import PUBLIC
from learn.search.models import SearchEntry
from learn.search.words import Query

PAGE = 20
WINDOW = 2_000
"Newest hits among which the best are looked for."
AROUND = 200
"Characters of an excerpt."
_BACKENDS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgres}

_T = table_of(SearchEntry)
_ROWS = select(
    _T.c.id, _T.c.kind, _T.c.target_id, _T.c.path, _T.c.title, _T.c.summary, _T.c.body, _T.c.at, _T.c.facet
).where(_T.c.id.in_(bindparam("numbers", expanding=True)))  # fmt: skip
_SPLIT = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Hit:
    """One thing that was found."""

    kind: str
    target_id: int
    path: str
    title: str
    excerpt: tuple[tuple[str, bool], ...]
    "Pieces of text, and whether each is a word that was looked for."
    at: datetime


@dataclass(frozen=True)
class Found:
    """A page of what was found."""

    hits: list[Hit]
    next: str
    "Key of the next page; empty at the end."
    is_capped: bool = False
    "Whether only the newest 2,000 hits were weighed."


def find(
    session: Session, typed: str, *, kind: str = "", theme: str = "", facets: Iterable[tuple[str, str]] = (),
    order: str = "newest", after: str = "", members: bool = True,
) -> Found:  # fmt: skip
    """Look for what was typed, newest or best first; ``after`` is the ``next`` of the page before.

    Without anything to look for nothing is found; with ``members=False`` only what anyone may read.
    """
    query = words.read(typed)
    if not query.phrases:
        return Found([], "")
    narrowed = narrowing(kind, theme, facets, members)
    numbers, following, is_capped = numbered(session, query, narrowed, order, after)
    return Found(_hits(session, numbers, query, narrowed), following, is_capped)


def narrowing(kind: str, theme: str, facets: Iterable[tuple[str, str]], members: bool) -> list[str]:
    """The made-up words that have to be there."""
    wanted = [*([("kind", kind)] if kind else []), *([("theme", theme)] if theme else []), *facets]
    return [words.token(*each) for each in [*wanted, *([] if members else [PUBLIC])]]


def numbered(
    session: Session, query: Query, narrowed: list[str], order: str, after: str, page: int = PAGE
) -> tuple[list[int], str, bool]:  # fmt: skip
    """Numbers of the entries of one page, the key of the next, and whether the weighing was bounded."""
    backend = _BACKENDS[session.get_bind().dialect.name]
    key = int(after) if after.isdecimal() and len(after) < 19 else 0
    if order != "best":
        found = backend.newest(session, query, narrowed, key or 2**62, page + 1)
        return found[:page], str(found[page - 1]) if len(found) > page else "", False
    ranked = backend.best(session, query, narrowed, WINDOW)
    shown = ranked[key : key + page]
    return shown, str(key + page) if len(ranked) > key + page else "", len(ranked) >= WINDOW


def _hits(session: Session, numbers: list[int], query: Query, narrowed: list[str]) -> list[Hit]:
    """The entries that the site itself narrowed so: PostgreSQL's index also has the made-up words that somebody wrote in a text."""
    found = session.execute(_ROWS, {"numbers": numbers}) if numbers else ()
    rows = {row.id: row for row in found if set(narrowed) <= set(row.facet.split())}
    return [
        Hit(row.kind, row.target_id, row.path, row.title, excerpt(row.summary, row.body, query), row.at)
        for row in (rows[number] for number in numbers if number in rows)
    ]


def excerpt(summary: str, body: str, query: Query) -> tuple[tuple[str, bool], ...]:
    """The summary where it has a word that was looked for, else the first place of the text that has, else how it begins."""
    text = next((each for each in (summary, body) if _first(each, query) is not None), summary or body)
    at = _first(text, query) or 0
    start = max(0, text.rfind(" ", 0, max(0, at - AROUND // 3)) + 1) if at > AROUND // 2 else 0
    piece = text[start : start + AROUND]
    if start + AROUND < len(text):
        piece = f"{piece.rsplit(' ', 1)[0]} \u2026"
    return tuple(_marked(f"\u2026 {piece}" if start else piece, query))


def _first(text: str, query: Query) -> int | None:
    return next((each.start() for each in _SPLIT.finditer(text) if _is_one(each[0], query)), None)


def _is_one(word: str, query: Query) -> bool:
    """Alike enough to be marked: the databases look for stems, which begin alike."""
    low = words.plain(word)
    return any(low == each or (len(each) > 4 and low.startswith(each[: max(4, len(each) - 3)])) for each in query.words)


def _marked(text: str, query: Query) -> Iterator[tuple[str, bool]]:
    at = 0
    for each in _SPLIT.finditer(text):
        if _is_one(each[0], query):
            if each.start() > at:
                yield text[at : each.start()], False
            yield each[0], True
            at = each.end()
    if at < len(text):
        yield text[at:], False
