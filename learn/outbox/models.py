"""The durable queue's one table."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from courses.db import Base, intpk, moment


class OutboxItem(Base):
    """Something to be done outside a transaction, put here in the same commit as the fact that asks for it.

    It names a thing by kind and key only; what to do is read from that thing when the time comes, so no personal data
    lies here and an item put twice is done once.
    """

    __tablename__ = "outbox"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(40))
    "Which handler does it."
    key: Mapped[str] = mapped_column(String(80))
    "Which thing it is about; one waiting item per kind and key."
    lane: Mapped[str] = mapped_column(String(40))
    "Whom doing it calls upon, so that one who does not answer holds up nobody else's items; empty for nobody."
    version: Mapped[int]
    "Raised whenever it is put again, so that a worker that took an older one does not remove it."
    not_before: Mapped[moment]
    "Not to be taken earlier."
    lease_until: Mapped[datetime | None]
    "Taken until then; afterwards anybody may take it again."
    lease_token: Mapped[str | None] = mapped_column(String(32))
    "Who took it; only that worker may settle it."
    attempts: Mapped[int]
    "Tries since it was last put anew."
    put_at: Mapped[moment]
    "When it was last put: tries end some days after."

    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_outbox_due", "not_before"))
