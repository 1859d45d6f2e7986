"""Learners: one row per person, and nothing about them."""

import secrets
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from courses.learning.models import Learner

_ADD = insert(Learner).returning(Learner.id)


def add(session: Session, now: datetime) -> int:
    """Add a learner and give the number."""
    return int(session.execute(_ADD, {"key": secrets.token_hex(16), "created_at": now}).scalar_one())
