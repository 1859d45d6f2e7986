"""Looking words up in PostgreSQL: a vector of all words to match, one of title, summary and tags to weigh.

Weighing by the whole text reads every long vector from where it is stored aside: 600 ms for stories of 600 words. The inner
selects are materialised because the planner, told to stop early, walks the primary key for a rare word (67 ms instead of 2).

Newest first tries the newest entries one by one, where a common word has filled the page at once; a word that some of them have
goes on so, and only for what is left the planner chooses between the walk and the index of words.

Values stand in the statement itself, so that the server plans for these words: what is asked ten times over with parameters is
planned once for any word, which made a rare one walk the newest entries (9 ms instead of 0.4 at a million posts).
"""

from typing import Any

from sqlalchemy import BigInteger, String, TextClause, bindparam, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from learn.search.words import Query

NEAR, WIDE, SOME = 32, 2_000, 2
"Newest entries that are tried in any case; those that are tried where so many of the former were hits."
FEW = 200
"Hits that are looked for at least in the third place, so that the planner takes the index for a rare word."
_ASKED = "websearch_to_tsquery('english', :asked) && to_tsquery('simple', :narrowed)"
_ASKED_ALONE = "websearch_to_tsquery('english', :asked)"
_WALK = "(SELECT entry_id, whole FROM search_vector WHERE entry_id < :before ORDER BY entry_id DESC LIMIT {count}) AS walked"
_NEWEST = f"""
WITH near AS MATERIALIZED (
    SELECT entry_id FROM {_WALK.format(count=NEAR)} WHERE whole @@ ({{asked}}) LIMIT :most
), wide AS MATERIALIZED (
    SELECT entry_id FROM {_WALK.format(count=WIDE)}
    WHERE whole @@ ({{asked}}) AND (SELECT count(*) FROM near) >= {SOME} AND (SELECT count(*) FROM near) < :most LIMIT :most
), far AS MATERIALIZED (
    SELECT entry_id FROM search_vector
    WHERE whole @@ ({{asked}}) AND entry_id < :before AND greatest((SELECT count(*) FROM near), (SELECT count(*) FROM wide)) < :most
    ORDER BY entry_id DESC LIMIT :few
)
SELECT entry_id FROM near UNION SELECT entry_id FROM wide UNION (SELECT entry_id FROM far ORDER BY entry_id DESC LIMIT :most)
ORDER BY entry_id DESC LIMIT :most
"""
_BEST = """
WITH hits AS MATERIALIZED (
    SELECT entry_id, head FROM search_vector WHERE whole @@ ({asked}) ORDER BY entry_id DESC LIMIT :most
)
SELECT entry_id FROM hits ORDER BY ts_rank(head, {words}) DESC, entry_id DESC
"""
_KINDS: dict[str, TypeEngine[Any]] = {
    "asked": String(), "narrowed": String(), "before": BigInteger(), "most": BigInteger(), "few": BigInteger(),
}  # fmt: skip


def _with_values(statement: str) -> TextClause:
    names = [name for name in _KINDS if f":{name}" in statement]
    return text(statement).bindparams(*(bindparam(name, type_=_KINDS[name], literal_execute=True) for name in names))


_STATEMENTS = {
    (name, is_narrowed): _with_values(
        statement.format(asked=_ASKED if is_narrowed else _ASKED_ALONE, words=_ASKED_ALONE)
    )
    for name, statement in {"newest": _NEWEST, "best": _BEST}.items()
    for is_narrowed in (True, False)
}


def newest(session: Session, query: Query, narrowed: list[str], before: int, most: int) -> list[int]:
    """Numbers of entries, the newest first."""
    values = {"before": before, "most": most, "few": max(FEW, most)}
    return _numbers(session, "newest", query, narrowed, values)


def best(session: Session, query: Query, narrowed: list[str], window: int) -> list[int]:
    """Numbers of the newest entries, at most ``window``, the best match first."""
    return _numbers(session, "best", query, narrowed, {"most": window})


def _numbers(session: Session, name: str, query: Query, narrowed: list[str], values: dict[str, int]) -> list[int]:
    asked = " ".join(f'"{phrase}"' for phrase in query.phrases)
    more = {"narrowed": " & ".join(narrowed)} if narrowed else {}
    return list(session.scalars(_STATEMENTS[name, bool(narrowed)], {"asked": asked, **more, **values}))
