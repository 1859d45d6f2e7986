"""References of stories, FRL-2026-0001: given once, never used again."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from courses.db import table_of
from courses.learning import portable
from learn.components import local
from learn.stories.around import StoryNumber

_T = table_of(StoryNumber)
_BEGIN = portable.both(lambda insert_: insert_(_T).on_conflict_do_nothing(index_elements=["year"]))
_NEXT: Any = update(_T).where(_T.c.year == bindparam("of_year")).values(last=_T.c.last + 1).returning(_T.c.last)
"The row stays locked until the transaction ends: a number that is rolled back was nobody's."


def take(session: Session, at: datetime) -> str:
    """The next reference of the year that it is on the site's clock."""
    year = local(at).year
    session.execute(portable.here(session, _BEGIN), {"year": year, "last": 0})
    return f"FRL-{year}-{session.scalar(_NEXT, {'of_year': year}):04d}"
