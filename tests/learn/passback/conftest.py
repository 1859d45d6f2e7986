"""A running LMS, a learner who came in by one of its links, and a worker that goes at a test's pace."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from courses.db import now
from learn.lti import keys
from learn.lti.models import Context, Deployment, LineItem, PlatformUser, Registration, ResourceLink
from learn.lti.services import ags
from learn.outbox.worker import Pace, Worker
from learn.passback import report
from learn.passback.models import Score
from tests.lms import serving
from tests.lms.platform import Lms
from tests.people import make_user

FAST = Pace(
    concurrency=4, timeout=1.0, lease=3.0, idle=0.01, first_backoff=0.0, longest_backoff=0.0, give_up_after=60.0
)


@pytest.fixture
def lms(app: Flask, session: Session) -> Iterator[Lms]:
    """An LMS that answers on loopback and knows our key."""
    keys.ensure_tool_key(session)
    session.commit()
    with serving.running(app.config["FRONTLINE"].base_url) as running:
        running.key_set_of_tool = keys.public_key_set(session)
        session.rollback()
        yield running


@dataclass
class Linked:
    """A learner in an activity of the LMS, as a launch leaves it here."""

    lms: Lms
    session: Session
    person: Any
    activity: Any
    registration_id: int
    line_item_id: int
    platform_user_id: int
    learner_id: int

    @property
    def score(self) -> Any:
        self.session.rollback()
        return self.session.execute(select(Score.__table__).where(Score.line_item_id == self.line_item_id)).one()

    @property
    def grade(self) -> float | None:
        held = self.lms.grade(self.person, self.activity)
        return held.score if held else None

    def want(self, module: Any) -> None:
        """The learner completed what the link opens."""
        report.link_opened(
            self.session, line_item_id=self.line_item_id, platform_user_id=self.platform_user_id,
            learner_id=self.learner_id, module_id=module.id, now=now(),
        )  # fmt: skip
        self.session.commit()


def put(session: Session, model: Any, **row: Any) -> int:
    return int(session.execute(insert(model).returning(model.id), row).scalar_one())


@pytest.fixture
def link(lms: Lms, session: Session) -> Callable[..., Linked]:
    """Make a person in an activity; ``target`` is what the activity opens."""
    at = now()
    told = lms.registration()
    registration_id = put(
        session, Registration, name="NIHR Learn", issuer=told["issuer"], client_id=told["client_id"],
        auth_url=told["auth_url"], token_url=told["token_url"], jwks_url=told["jwks_url"], token_audience=None,
        frame_origins=[], is_active=True, takes_new_deployments=False, version=1, created_at=at,
    )  # fmt: skip
    deployment = put(session, Deployment, registration_id=registration_id, deployment_id="1", created_at=at)
    context = put(session, Context, deployment_pk=deployment, context_id="2", title="", label="", memberships_url=None,
                  lineitems_url=None, created_at=at)  # fmt: skip
    session.commit()

    def make(
        target: str = "/modules/a-module", *, learner_id: int | None = None, role: str = "learner",
        scopes: tuple[str, ...] = (ags.SCORE, ags.RESULT_READ),
    ) -> Linked:  # fmt: skip
        person = lms.add_person("Lee", f"Learner{len(lms.state.people)}", role=role)
        activity = lms.add_activity("A module", target)
        item = lms.state.line_items[activity.line_item_id or ""]
        resource_link = put(
            session, ResourceLink, deployment_pk=deployment, context_pk=context, resource_link_id=activity.id,
            title="", target=target, lineitem_id=None, created_at=at,
        )  # fmt: skip
        line_item = put(
            session, LineItem, registration_id=registration_id, url_hash=f"{item.id:0>64}", url=lms.line_item_url(item),
            resource_link_pk=resource_link, scopes=list(scopes), created_at=at,
        )  # fmt: skip
        user = make_user(session)
        platform_user = put(
            session, PlatformUser, registration_id=registration_id, sub=person.id, user_id=user.id, created_at=at
        )
        session.commit()
        return Linked(
            lms, session, person, activity, registration_id, line_item, platform_user, learner_id or user.learner_id
        )

    return make


@pytest.fixture
def worker(app: Flask) -> Callable[..., int]:
    """Run a worker until nothing is due any more; returns how many items it settled."""
    return lambda **pace: Worker(app, Pace(**{**vars(FAST), **pace})).run(once=True)
