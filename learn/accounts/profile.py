"""Who somebody is to others: the name they chose, what they work as, where, in which part of the country.

REGIONS are the twelve Regional Research Delivery Networks of England (NIHR Research Delivery Network, contracts from
1 October 2024: https://www.nihr.ac.uk/news/department-health-and-social-care-announces-new-nihr-research-delivery-network)
and the other nations of the UK, which have research delivery networks of their own. SETTINGS are those that a story is
asked for too.

Everything here is typed by people and read by others: it is cleaned on the way in, and escaped on the way out as all is.
"""

import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from courses.db import table_of
from learn.accounts.by_email import domains
from learn.accounts.models import User

REGIONS = {
    "east-midlands": "East Midlands",
    "east-of-england": "East of England",
    "north-east-north-cumbria": "North East and North Cumbria",
    "north-london": "North London",
    "north-west": "North West",
    "south-central": "South Central",
    "south-east": "South East",
    "south-london": "South London",
    "south-west-central": "South West Central",
    "south-west-peninsula": "South West Peninsula",
    "west-midlands": "West Midlands",
    "yorkshire-humber": "Yorkshire and Humber",
    "northern-ireland": "Northern Ireland",
    "scotland": "Scotland",
    "wales": "Wales",
    "several": "More than one, or the whole UK",
    "elsewhere": "Outside the UK",
}
SETTINGS = {
    "acute": "Acute hospital",
    "community": "Community services",
    "primary-care": "Primary care",
    "mental-health": "Mental health",
    "ambulance": "Ambulance service",
    "care-home": "Care home or social care",
    "hospice": "Hospice",
    "university": "University",
    "network": "Research network or office",
    "several": "More than one of these",
    "other": "Somewhere else",
}
LONGEST = {"display_name": 80, "profession": 80, "organisation": 120}
"Letters that each may have."
NAMELESS = "A member"
"Whom others see where there is no name."
SUGGESTED = 200
"Organisations suggested at most."
AMONG = 2000
"People who came last, among whom organisations are looked for: a bounded read, however many there are."
UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"Letters and signs that show nothing."
MARKS = 2
"Accents that may stand on one letter; more are only there to spill over other lines."

_T: Any = table_of(User)
COLUMNS = (_T.c.name, _T.c.display_name, _T.c.profession, _T.c.organisation, _T.c.region, _T.c.setting, _T.c.profile_at)
_OF = select(*COLUMNS).where(_T.c.id == bindparam("user"))
_SAVE = update(_T).where(_T.c.id == bindparam("user"))
_PUT_OFF = _SAVE.where(_T.c.profile_at.is_(None)).values(profile_at=bindparam("at"))
_LAST = select(_T.c.organisation).order_by(_T.c.id.desc()).limit(AMONG).subquery()
_SAID = (
    select(_LAST.c.organisation)
    .where(_LAST.c.organisation != "")
    .distinct()
    .order_by(_LAST.c.organisation)
    .limit(SUGGESTED)
)


def of(session: Session, user_id: int) -> Any:
    """The columns of a person's profile, and ``name``, which is shown while they chose none."""
    return session.execute(_OF, {"user": user_id}).one()


def save(session: Session, user_id: int, told: dict[str, str], at: datetime) -> None:
    """Save display_name, profession, organisation, region and setting, cleaned and cut."""
    row = {field: clean(told[field])[:most].rstrip() for field, most in LONGEST.items()}
    row["region"] = told["region"] if told["region"] in REGIONS else ""
    row["setting"] = told["setting"] if told["setting"] in SETTINGS else ""
    session.execute(_SAVE.values(**row, profile_at=at), {"user": user_id})


def put_off(session: Session, user_id: int, at: datetime) -> None:
    """Note that the person does not want to be asked now; one who was asked before stays as they were."""
    session.execute(_PUT_OFF, {"user": user_id, "at": at})


def needs_asking(person: Any) -> bool:
    """Whether somebody with an account was never asked who they are: true until they save their profile or put it off."""
    return person.id is not None and person.profile_at is None


def suggestions(session: Session) -> list[str]:
    """Organisations to choose from: those of the rules on who may come in, and those that people named."""
    welcome = domains.welcome(session)
    said: dict[str, str] = {}
    for name in (*welcome.at_once, *welcome.after_review, *session.scalars(_SAID)):
        said.setdefault(name.casefold(), name)
    return sorted(list(said.values())[:SUGGESTED], key=str.casefold)


def byline(name: str, profession: str = "", organisation: str = "") -> str:
    """One line for under a story or a post: "Sam Reed, research nurse, Example Hospital"; empty parts are left out."""
    return ", ".join(part for part in (name or NAMELESS, profession, organisation) if part)


def clean(text: str) -> str:
    """One line of plain text: no control characters, nothing that turns the direction or hides, no towers of accents."""
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if letter.isspace() or letter in UNSEEN or kind == "Cc":
            kept.append(" ")
        elif kind not in ("Cf", "Cs", "Co", "Cn") and marks <= MARKS:
            kept.append(letter)
    return " ".join("".join(kept).split())
