"""How long things are kept, in words made of the very periods by which the nightly run removes them."""

from datetime import timedelta

from flask import current_app

from learn.accounts import sessions, tickets
from learn.accounts.by_email import codes, limits
from learn.accounts.models import TicketKind
from learn.components import minutes, plural
from learn.lti.launching import login
from learn.notifications import mail
from learn.notifications import personal as notices
from learn.people.coming_in import joining
from learn.people.own_data import requests as own_data


def rules() -> list[tuple[str, str]]:
    """What, and how long; what is over goes in the next nightly run."""
    return [
        ("Your sessions", f"{period(sessions.KEPT)} after their last use"),
        ("Codes that were sent to your address", f"{period(codes.KEPT)} after they became too old"),
        (
            "How often codes were asked for and typed wrong, by address and network, in a form that cannot be read back",
            f"{period(limits.DAY)} after they were counted",
        ),
        ("A request to come in", f"{period(joining.KEPT)} after it was decided, or was left without a decision"),
        (
            "One-time addresses that nobody used",
            f"{period(tickets.LIVES[TicketKind.SIGN_IN])} for one that signs you in",
        ),
        ("A launch from your platform that was begun and not finished", period(login.LASTS)),
        ("A notice that you read", f"{period(notices.READ_KEPT)} after you read it"),
        ("A notice that you did not read", f"{period(notices.KEPT)} after it was given"),
        ("That an email was sent to you, without its words", f"{period(mail.KEPT)} after it was sent or given up"),
        ("A file of your data that you asked for", f"{period(own_data.LIVES)} after it was ready"),
        ("That you asked for such a file", f"{period(own_data.KEPT)} after it was removed or could not be made"),
        *((what, f"{period(length)} {after}") for what, length, after in current_app.extensions["frontline_kept"]),
    ]


def period(length: timedelta) -> str:
    """As in "1 year", "30 days", "1 day" or "15 minutes"."""
    if length >= timedelta(days=365) and length.days % 365 == 0:
        return plural(length.days // 365, "year")
    if length >= timedelta(days=1):
        return plural(length.days, "day")
    return minutes(round(length.total_seconds() / 60))
