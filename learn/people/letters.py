"""What the mails of this room say, looked up when they are sent: codes, and answers to whoever asked to come in."""

from sqlalchemy.orm import Session

from courses.db import now
from learn.accounts.by_email import codes
from learn.accounts.by_email.codes import Answer
from learn.accounts.by_email.models import Purpose, Standing
from learn.components import clock
from learn.config import settings
from learn.notifications.letters import Letter, Render
from learn.people.coming_in import code_page, joining

PATHS = {Purpose.SIGN_IN: "/sign-in/code", Purpose.LINK: "/me/link/code", Purpose.CONFIRM: "/me/addresses/code"}
"The page of each purpose; with the code in its address it only fills it in."
SUBJECTS = {
    Purpose.SIGN_IN: "Your code to sign in to {site}",
    Purpose.LINK: "Your code to link your accounts in {site}",
    Purpose.CONFIRM: "Your code to confirm this address in {site}",
}
WHYS = {
    Purpose.SIGN_IN: "You get this because somebody, most likely you, entered this address to sign in.",
    Purpose.LINK: "You get this because somebody, most likely you, asked to link an account with this address.",
    Purpose.CONFIRM: "You get this because somebody, most likely you, asked to use this address.",
}


def code(session: Session, about: str, user_id: int | None) -> Letter | None:
    """The six digits; None when they are used, replaced or too old."""
    row = codes.by_number(session, int(about))
    if row is None or codes.standing(row, now()) is not Answer.LIVE:
        return None
    site, digits = settings().site_name, codes.digits(row.id, row.salt)
    address = f"{settings().base_url}{PATHS[row.purpose]}?code={digits}"
    names = {"site": site, "code": digits, "address": address, "until": clock(row.expires_at)}
    subject, why = SUBJECTS[row.purpose].format(site=site), WHYS[row.purpose]
    return Letter(row.address, subject, "sign_in_code", why, names)


def join_approved(session: Session, about: str, user_id: int | None) -> Letter | None:
    """An administrator let them in."""
    return _answered(session, about, Standing.APPROVED, "You can come in to {site}", joining.APPROVED)


def join_refused(session: Session, about: str, user_id: int | None) -> Letter | None:
    """An administrator did not, and says why."""
    return _answered(session, about, Standing.REFUSED, "Your request to come in to {site}", joining.REFUSED)


def _answered(session: Session, about: str, standing: Standing, subject: str, template: str) -> Letter | None:
    row = joining.one(session, int(about))
    if row is None or row.standing is not standing:
        return None  # decided otherwise since, or gone
    chosen = settings()
    names = {
        "site": chosen.site_name, "name": row.name, "answer": row.answer, "contact": chosen.contact,
        "address": f"{chosen.base_url}/sign-in",
    }  # fmt: skip
    why = "You get this because you asked to come in, after you proved that this address is yours."
    return Letter(row.address, subject.format(site=chosen.site_name), template, why, names)


LETTERS: dict[str, Render] = {
    code_page.MAIL: code,
    joining.APPROVED: join_approved,
    joining.REFUSED: join_refused,
}
