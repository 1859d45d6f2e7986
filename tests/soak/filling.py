"""Learners whose scores are to travel: a platform with one activity, registered here as a launch would leave it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import insert

from courses.db import now
from courses.learning.models import Learner
from learn.accounts.models import User
from learn.lti import keys
from learn.lti.models import Deployment, LineItem, PlatformUser, Registration, ResourceLink
from learn.lti.services import ags
from learn.passback.models import Delivery, Score
from learn.web import writing
from tests.lms.platform import Lms


@dataclass
class Wanted:
    """One learner's score: the platform it goes to, its row, who it is there, and the last value asked for."""

    lms: Lms
    lane: str
    score_id: int
    person_id: str
    line_item_id: str
    given: int = 0


def fill(lms: Lms, learners: int) -> list[Wanted]:
    """Register a platform here, with an activity and its learners, none of whom has a score yet."""
    at = now()
    activity = lms.add_activity("A module")
    item = lms.state.line_items[activity.line_item_id or ""]
    people = [lms.add_learner(lms.course) for _ in range(learners)]
    with writing() as session:
        keys.ensure_tool_key(session)
        lms.key_set_of_tool = keys.public_key_set(session)
        told = lms.registration()

        def add(model: Any, **row: Any) -> int:
            return int(session.execute(insert(model).returning(model.id), row).scalar_one())

        registration = add(
            Registration, name=told["name"], issuer=told["issuer"], client_id=told["client_id"], auth_url=told["auth_url"],
            token_url=told["token_url"], jwks_url=told["jwks_url"], token_audience=None, frame_origins=[],
            is_active=True, takes_new_deployments=False, version=1, created_at=at,
        )  # fmt: skip
        deployment = add(Deployment, registration_id=registration, deployment_id="1", created_at=at)
        link = add(
            ResourceLink, deployment_pk=deployment, context_pk=None, resource_link_id=activity.id, title="", target="/",
            lineitem_id=None, created_at=at,
        )  # fmt: skip
        line_item = add(
            LineItem, registration_id=registration, url_hash=uuid4().hex * 2, url=lms.line_item_url(item), resource_link_pk=link,
            scopes=[ags.SCORE, ags.RESULT_READ], created_at=at,
        )  # fmt: skip
        made = []
        for person in people:
            learner = add(Learner, key=uuid4().hex, created_at=at)
            user = add(
                User, learner_id=learner, name="", given_name="", email=None, is_test=False, created_at=at, seen_at=at
            )
            known = add(PlatformUser, registration_id=registration, sub=person.id, user_id=user, created_at=at)
            score = add(
                Score, line_item_id=line_item, platform_user_id=known, learner_id=learner, module_id=None, course_id=None,
                given=None, reached_at=None, state=Delivery.NOTHING_YET, accepted=None, accepted_at=None, sent_as=None,
                attempts=0, last_status=None, last_error="",
            )  # fmt: skip
            made.append(Wanted(lms, f"platform:{registration}", score, person.id, item.id))
    return made
