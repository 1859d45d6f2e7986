"""What can be found is put here when readers come to see it, put anew when it changes, and taken out when they do not any more."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.search import words
from learn.search.models import SearchEntry

PUBLIC = ("seen", "by-anyone")
_T = table_of(SearchEntry)
_WORDS = ("path", "title", "summary", "tags", "body", "facet", "at")
_LONGEST = {"title": 255, "summary": 600, "tags": 600, "path": 200, "body": 60_000}
"Characters; what is further down a text is not found by its words."


def _put_statement(insert_: Any) -> Any:
    new = insert_(_T)
    return new.on_conflict_do_update(
        index_elements=["kind", "target_id"], set_={name: new.excluded[name] for name in _WORDS}
    )


_PUT = portable.both(_put_statement)
_BETWEEN = delete(_T).where(
    _T.c.kind == bindparam("of_kind"), _T.c.target_id > bindparam("after"), _T.c.target_id <= bindparam("until"),
    _T.c.target_id.not_in(bindparam("there", expanding=True)),
)  # fmt: skip
_REMOVE = delete(_T).where(_T.c.kind == bindparam("of_kind"), _T.c.target_id == bindparam("target"))


def put(
    session: Session, kind: str, target_id: int, *, path: str, title: str, at: datetime, summary: str = "", tags: str = "",
    body: str = "", theme: str = "", facets: Iterable[tuple[str, str]] = (), is_public: bool = False,
) -> None:  # fmt: skip
    """Let a thing be found, in the caller's transaction.

    ``kind`` is module, story or topic; ``body`` plain text; ``theme`` a slug; ``facets`` pairs such as ("setting", "acute").
    """
    narrowed = [("kind", kind), ("theme", theme), *facets, *([PUBLIC] if is_public else [])]
    tags = f"{tags} {words.other_forms(f'{title} {summary} {tags} {body}')}".strip()
    told = {"path": path, "title": title, "summary": summary, "tags": tags, "body": body}
    row = {name: text.replace("\0", "")[: _LONGEST[name]] for name, text in told.items()}
    session.execute(
        portable.here(session, _PUT),
        {"kind": kind, "target_id": target_id, "at": at, "facet": words.tokens(narrowed), **row},
    )


def remove(session: Session, kind: str, target_id: int) -> None:
    """Let a thing not be found any more; nothing happens where it was not."""
    session.execute(_REMOVE, {"of_kind": kind, "target": target_id})


def forget_others(session: Session, kind: str, after: int, until: int, there: list[int]) -> None:
    """Of the numbers after one and up to another, let only these be found: the others are of things that are gone."""
    session.execute(_BETWEEN, {"of_kind": kind, "after": after, "until": until, "there": there})
