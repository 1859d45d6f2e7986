"""The mail to whoever reported something without an account, and left an address for the answer."""

from sqlalchemy.orm import Session

from learn.config import settings
from learn.moderation import flags, items
from learn.moderation.models import FlagState
from learn.notifications.letters import Letter, Render

WHY = "You get this because you reported something, and left this address for the answer. Nothing else is sent to it."


def settled(session: Session, about: str, user_id: int | None) -> Letter | None:
    """What came of a report; None when it waits again, or its address is forgotten."""
    found = flags.one(session, int(about))
    if found is None or not found.reporter_email or found.state is FlagState.OPEN:
        return None
    chosen, label = settings(), items.called(session, found.kind, found.target_id)
    names = {
        "site": chosen.site_name, "label": label, "reason": flags.REASONS[found.reason],
        "is_upheld": found.state is FlagState.UPHELD, "contact": chosen.contact,
    }  # fmt: skip
    return Letter(found.reporter_email, f"{chosen.site_name}: what came of your report", "report_settled", WHY, names)


LETTERS: dict[str, Render] = {flags.MAIL: settled}
