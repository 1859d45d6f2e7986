"""Looking words up in SQLite's FTS5 index: stems, without accents, every phrase and every made-up word at once."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from learn.search.words import Query

_NEWEST = text(
    "SELECT rowid FROM search_fts WHERE search_fts MATCH :asked AND rowid < :before ORDER BY rowid DESC LIMIT :most"
)
_OLDEST = text("SELECT rowid FROM search_fts WHERE search_fts MATCH :asked ORDER BY rowid DESC LIMIT 1 OFFSET :window")
"The one place where rows are counted off: no more than the window, inside the index."
_BEST = text(
    "SELECT rowid FROM search_fts WHERE search_fts MATCH :asked AND rowid > :oldest ORDER BY rank, rowid DESC LIMIT :most"
)


def newest(session: Session, query: Query, narrowed: list[str], before: int, most: int) -> list[int]:
    """Numbers of entries, the newest first."""
    values = {"asked": _asked(query, narrowed), "before": before, "most": most}
    return list(session.scalars(_NEWEST, values))


def best(session: Session, query: Query, narrowed: list[str], window: int) -> list[int]:
    """Numbers of the newest entries, at most ``window``, the best match first."""
    asked = _asked(query, narrowed)
    oldest = session.scalar(_OLDEST, {"asked": asked, "window": window}) or 0
    return list(session.scalars(_BEST, {"asked": asked, "oldest": oldest, "most": window}))


def _asked(query: Query, narrowed: list[str]) -> str:
    """In FTS5's words. Everything stands in quotes, which a plain word cannot contain, so that nothing is an operator."""
    phrases = " AND ".join(f'"{phrase}"' for phrase in query.phrases)
    asked = f"{{title summary tags body}} : ({phrases})"
    if narrowed:
        asked += " AND facet : ({})".format(" AND ".join(narrowed))
    return asked
