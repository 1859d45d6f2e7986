"""A notice as a mail, drawn ten minutes after it was told: not for whoever has read it here, and only where mail arrives.

create_app collects ``frontline_readable``: by kind of notice a callable ``(session, user_id, facts)`` that says whether what it
tells of can still be read, where a title does not say that.
"""

from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from courses.db import now
from learn.accounts import people
from learn.accounts.by_email import mine
from learn.config import settings
from learn.notifications import choices, kinds, notices
from learn.notifications.letters import Letter, Render

WHY = "You get this because you have an account in {site}, and notices of this kind also go by email: {label}."


def notice(session: Session, about: str, user_id: int | None) -> Letter | None:
    """What a notice says when the mail goes out; None when it was read, is not wanted by mail any more, is about something that
    cannot be seen any more, or the person cannot be written to."""
    found = notices.one(session, user_id, int(about)) if user_id is not None else None
    if user_id is None or found is None or found.read_at is not None or found.kind not in kinds.KINDS:
        return None
    if not choices.wants(session, user_id, found.kind) or not _is_here(session, user_id, now()):
        return None
    is_readable = current_app.extensions["frontline_readable"].get(found.kind)
    if is_readable is not None and not is_readable(session, user_id, found.facts):
        return None
    to = mine.main(session, user_id)
    words = kinds.said_by_mail(session, user_id, found)
    if to is None or words is None:
        return None
    chosen, label = settings(), kinds.KINDS[found.kind].label
    names = {"site": chosen.site_name, "words": words, "address": f"{chosen.base_url}/me/notifications"}
    why = WHY.format(site=chosen.site_name, label=label[0].lower() + label[1:])
    return Letter(to, f"{chosen.site_name}: {label}", "notice", why, names, stops=(user_id, found.kind))


def _is_here(session: Session, user_id: int, at: datetime) -> bool:
    row = people.looked_at(session, user_id)
    return row is not None and people.standing(row, at) is people.Standing.IN


LETTERS: dict[str, Render] = {notices.MAIL: notice}
