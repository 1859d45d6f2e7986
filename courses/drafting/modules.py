"""A module from nothing: its first draft, without a unit. Nothing here commits."""

import secrets
from base64 import b32encode
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from courses import slugs
from courses.catalogue import Module, ModuleVersion, Origin, VersionState
from courses.totals import totals


def create(session: Session, theme_id: int, title: str, summary: str, now: datetime) -> str:
    """A module with an empty draft as version 1; its slug, made of the title and never one that was used."""

    def is_taken(wanted: str) -> bool:
        return session.scalar(select(Module.id).where(Module.slug == wanted)) is not None

    slug = slugs.unused(slugs.from_title(title, "module"), is_taken)
    last = session.scalar(select(func.max(Module.position))) or 0
    module_id = session.execute(insert(Module).returning(Module.id), {
        "slug": slug, "theme_id": theme_id, "title": title, "summary": summary, "minutes": 0, "unit_count": 0,
        "position": last + 1, "origin": Origin.AUTHOR, "current_version_id": None, "created_at": now,
    }).scalar_one()  # fmt: skip
    session.execute(insert(ModuleVersion), {
        "module_id": module_id, "n": 1, "state": VersionState.DRAFT, "content_hash": secrets.token_hex(32),
        "origin_label": b32encode(secrets.token_bytes(16)).decode().lower().rstrip("="), "title": title, "summary": summary,
        **totals([]), "created_at": now, "published_at": None,
    })  # fmt: skip
    return slug
