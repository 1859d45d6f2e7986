"""The audit trail: who did what and when, without personal data."""

from typing import Any

from sqlalchemy import Index, String, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from courses.db import Base, BigKey, intpk, json_object, moment, now


class AuditEntry(Base):
    """One line of the trail. Append-only."""

    __tablename__ = "audit"

    id: Mapped[intpk]
    at: Mapped[moment] = mapped_column(index=True)
    "When."
    action: Mapped[str] = mapped_column(String(60), index=True)
    "What, as object.verb: launch.refused, platform.added."
    actor_id: Mapped[int | None] = mapped_column(BigKey)
    "The user's number; null for nobody signed in. Not a foreign key: the trail outlives the person."
    user_id: Mapped[int | None] = mapped_column(BigKey)
    "Whom it is about, by number, where it is about somebody: what the details hold as user. Not a foreign key either."
    reference: Mapped[str] = mapped_column(String(20), index=True)
    "Reference code shown to whoever met it, or empty."
    details: Mapped[json_object]
    "Codes and numbers only; never a name, an address, a token or what somebody typed."

    __table_args__ = (Index("ix_audit_actor", "actor_id", "id"), Index("ix_audit_user", "user_id", "id"))


_INSERT = insert(AuditEntry)


def note(session: Session, action: str, *, actor_id: int | None = None, reference: str = "", **details: Any) -> None:
    """Add one line to the trail in the caller's transaction."""
    session.execute(_INSERT, {
        "at": now(), "action": action, "actor_id": actor_id, "user_id": details.get("user"), "reference": reference,
        "details": details,
    })  # fmt: skip
