"""Who is the demo site's author and who its administrator.

On a real site an administrator grants both to a person who is there (``frontline user grant``), and no launch does. The
demo's two are there before they first launch: each has an account, is granted the role, and is known by their number on
the demo LMS, which is all that a launch goes by.
"""

from sqlalchemy import select

from courses.db import now
from learn.accounts import people
from learn.accounts.models import Role
from learn.lti.models import PlatformUser, Registration
from learn.people import granting
from learn.web import writing
from tests.lms import demo


def add(issuer: str, client_id: str) -> None:
    """Add them, as far as they are not there from last time."""
    with writing() as session:
        platform = select(Registration.id).where(Registration.issuer == issuer, Registration.client_id == client_id)
        registration_id = session.scalars(platform).one()
        for role, (number, given_name, family_name, email) in demo.STAFF.items():
            user_id = people.add(session, email, f"{given_name} {family_name}", now())
            granting.grant(session, user_id, Role(role), now(), reason="The demo's own")
            known = {"registration_id": registration_id, "sub": number}
            if session.scalar(select(PlatformUser.id).filter_by(**known)) is None:
                session.add(PlatformUser(**known, user_id=user_id, created_at=now()))
