"""A roster of 10,000: from a platform's JSON into the database, against the same JSON and rows by the bare driver."""

import json
import statistics
import time
from typing import Any

from sqlalchemy import insert, update

from courses.db import now
from learn.extensions import db
from learn.lti.members import RosterEntry
from learn.lti.models import Context, Deployment, Registration
from learn.lti.services import nrps
from learn.lti.services.http import Answer
from learn.roster import read
from learn.web import writing
from tests import asked
from tests.bench.measuring import Row
from tests.bench.site import Site

BAR = 4.0
"Times the floor."
ROUNDS = 3
PAGE = 500
URL = "https://lms.example/members"


def rows(site: Site, members: int) -> list[Row]:
    """Reading and keeping a whole roster that is there already, as every night does."""
    with site.app.app_context():
        context = _context()
        pages = _pages(members)

        def get(address: str, scope: str, media_type: str) -> Answer:
            number = int(address.partition("=")[2] or 0)
            more = {"Link": f'<{URL}?p={number + 1}>; rel="next"'} if number + 1 < len(pages) else {}
            return Answer(200, more, pages[number])

        def whole() -> None:
            roster = nrps.members(get, URL, "2")
            with writing() as session:
                read.keep(session, context, roster.members, now())

        whole()
        statements = [each for each in asked.with_values(whole) if each[0].startswith(("INSERT", "UPDATE"))]
        spent = [_cpu(whole) for _ in range(ROUNDS)]
        floor = [_cpu(lambda: _bare(pages, statements)) for _ in range(ROUNDS)]
        measured, least = statistics.median(spent), statistics.median(floor)
        db.session.remove()
    return [
        Row(
            f"roster of {members}", site.database, measured, 0, 0, least, measured / least, f"<= {BAR} x parse and executemany",
            measured <= BAR * least, note=f"{measured * 1000 / members:.1f} us a member",
        )
    ]  # fmt: skip


def _context() -> int:
    with writing() as session:
        at = now()
        registration = session.execute(insert(Registration).returning(Registration.id), {
            "name": "LMS", "issuer": "https://lms.example", "client_id": "c", "auth_url": "", "token_url": "", "jwks_url": "",
            "token_audience": None, "frame_origins": [], "is_active": True, "takes_new_deployments": False, "version": 1,
            "created_at": at,
        }).scalar_one()  # fmt: skip
        told = {"registration_id": registration, "deployment_id": "1", "created_at": at}
        deployment = session.execute(insert(Deployment).returning(Deployment.id), told).scalar_one()
        told = {"deployment_pk": deployment, "context_id": "2", "title": "", "label": "", "memberships_url": URL,
                "lineitems_url": None, "created_at": at}  # fmt: skip
        made = session.execute(insert(Context).returning(Context.id), told).scalar_one()
        session.execute(update(RosterEntry).values(is_active=False))
    return int(made)


def _pages(members: int) -> list[bytes]:
    people = [
        {"status": "Active", "roles": ["Learner"], "user_id": str(n), "name": f"Learner {n}", "given_name": "Learner",
         "family_name": str(n), "email": f"learner{n}@lms.example"} for n in range(members)
    ]  # fmt: skip
    return [
        json.dumps({"id": URL, "context": {"id": "2"}, "members": people[begin : begin + PAGE]}).encode()
        for begin in range(0, members, PAGE)
    ]


def _bare(pages: list[bytes], statements: list[tuple[str, Any]]) -> None:
    for page in pages:
        json.loads(page)
    raw = db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        for statement, parameters in statements:
            (cursor.executemany if isinstance(parameters, list) else cursor.execute)(statement, parameters)
        raw.commit()
    finally:
        raw.close()


def _cpu(call: Any) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000
