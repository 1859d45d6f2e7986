"""What can be found: one row for each thing that readers see, with the words of it.

Beside it each database keeps its own index, by triggers (migration 0008): SQLite ``search_fts``, PostgreSQL ``search_vector``.
"""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, BigKey, intpk, long, moment


class SearchEntry(Base):
    """One thing that is found. Whatever is hidden, removed or taken back has no row."""

    __tablename__ = "search_entry"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(12))
    "module, story or topic."
    target_id: Mapped[int] = mapped_column(BigKey)
    "Its number."
    path: Mapped[str] = mapped_column(String(200))
    "Its page."
    title: Mapped[str] = mapped_column(String(255))
    "One line."
    summary: Mapped[str] = mapped_column(String(600))
    "Shown under the title, and weighed as the title is half."
    tags: Mapped[str] = mapped_column(String(600))
    "Words that were chosen for it and other forms of words in it, with spaces between; never shown."
    body: Mapped[long]
    "The text without markup, for matching alone."
    facet: Mapped[long]
    "What a search is narrowed by, as made-up words that nobody types: see ``learn.search.words``."
    at: Mapped[moment]
    "When it was published or begun, as it is shown."

    __table_args__ = (UniqueConstraint("kind", "target_id"),)
