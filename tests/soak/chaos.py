"""Chaos for the passback: scores rise while workers are killed and the platform fails, hangs, and applies late.

At the end every gradebook entry has to be the last score that was wanted: nothing lost, nothing wrong.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, func, insert, select, update

from courses.db import now
from courses.learning.models import Learner
from learn.accounts.models import User
from learn.lti import keys
from learn.lti.models import Deployment, LineItem, PlatformUser, Registration, ResourceLink
from learn.lti.services import ags
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from learn.passback import send
from learn.passback.models import Delivery, Score
from learn.web import writing
from tests.lms.platform import Lms

ROOT = Path(__file__).parents[2]
TOKEN_SECONDS = 3
REVOKED = 20
"How often all tokens are revoked."


@dataclass(frozen=True)
class Plan:
    """How much of it: learners, rises of their scores, workers at a time, how many are killed, in about how many seconds."""

    learners: int
    rises: int
    workers: int
    kills: int
    seconds: float
    patience: float
    seed: int = 20261124


SMALL = Plan(learners=60, rises=180, workers=2, kills=3, seconds=5, patience=40)
LONG = Plan(learners=2000, rises=6000, workers=3, kills=20, seconds=80, patience=240)


@dataclass
class Result:
    """What is left: learners whose grade is wrong, whose row says something else, and items that still wait."""

    wrong: list[Any] = field(default_factory=list)
    untold: list[Any] = field(default_factory=list)
    waiting: int = 0
    kills: int = 0
    posts: int = 0
    accepted: int = 0
    refused_late: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.posts} scores posted, {self.accepted} accepted, {self.refused_late} refused with 409; "
            f"{len(self.wrong)} wrong, {len(self.untold)} untold, {self.waiting} waiting; {self.seconds:.0f} s"
        )


def break_everything(lms: Lms) -> None:
    """About 15 % of the scores go wrong, and a tenth of the tokens; tokens live 3 s, and are revoked now and then.

    No 401 by chance: tokens are revoked instead, often enough that some are revoked between two calls.
    """
    fail = lms.switches.fail
    fail("score", "500", 0.05)
    fail("score", "409", 0.03)
    fail("score", "503", 0.02, after=True)  # taken, and the answer lost
    fail("score", "429", 0.02, retry_after="1")
    fail("score", "drop", 0.02)
    fail("score", "html", 0.005)
    fail("score", "hang", 0.01, seconds=2.0)
    fail("score", "late", 0.01, seconds=1.5)  # taken when the worker has given up waiting
    fail("token", "500", 0.1)
    lms.switches.token_life = TOKEN_SECONDS


def run(app: Flask, lms: Lms, plan: Plan) -> Result:
    """Do it all, within an application context; the caller checks the result."""
    began = time.monotonic()
    wanted = _fill(lms, plan)
    break_everything(lms)
    herd = _Herd(plan, app)
    try:
        _raise_scores(lms, wanted, plan)
        herd.killing.join()
        _wait_until_empty(plan.patience)
    finally:
        herd.stop()
    result = _compare(lms, wanted)
    result.kills, result.seconds = herd.kills, time.monotonic() - began
    return result


@dataclass
class Wanted:
    """One learner's score: its row, who it is in the platform, and the last value asked for."""

    score_id: int
    person_id: str
    line_item_id: str
    given: int = 0


def _fill(lms: Lms, plan: Plan) -> list[Wanted]:
    at = now()
    activity = lms.add_activity("A module")
    item = lms.state.line_items[activity.line_item_id or ""]
    people = [lms.add_learner(lms.course) for _ in range(plan.learners)]
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
            LineItem, registration_id=registration, url_hash="0" * 64, url=lms.line_item_url(item), resource_link_pk=link,
            scopes=[ags.SCORE, ags.RESULT_READ], created_at=at,
        )  # fmt: skip
        made = []
        for n, person in enumerate(people):
            learner = add(Learner, key=f"{n:032x}", created_at=at)
            user = add(
                User, learner_id=learner, name="", given_name="", email=None, is_test=False, created_at=at, seen_at=at
            )
            known = add(PlatformUser, registration_id=registration, sub=person.id, user_id=user, created_at=at)
            score = add(
                Score, line_item_id=line_item, platform_user_id=known, learner_id=learner, module_id=None, course_id=None,
                given=None, reached_at=None, state=Delivery.NOTHING_YET, accepted=None, accepted_at=None, sent_as=None,
                attempts=0, last_status=None, last_error="",
            )  # fmt: skip
            made.append(Wanted(score, person.id, item.id))
    return made


_RISE = (
    update(Score.__table__)
    .where(Score.__table__.c.id == bindparam("score"))
    .values(given=bindparam("to"), reached_at=bindparam("at"), state=Delivery.QUEUED, attempts=0, last_error="")
)


def _raise_scores(lms: Lms, wanted: list[Wanted], plan: Plan) -> None:
    """Let scores rise, everybody's at least once, spread over the time; each with its item in one commit."""
    chance = random.Random(plan.seed)
    began = time.monotonic()
    for n in range(plan.rises):
        each = wanted[n] if n < len(wanted) else chance.choice(wanted)
        each.given = min(100, each.given + chance.randint(1, 30))
        with writing() as session:
            session.execute(_RISE, {"score": each.score_id, "to": each.given, "at": now()})
            queue.put(session, send.KIND, str(each.score_id), now(), lane="platform:1")
        if n % (plan.rises // REVOKED) == 0:
            lms.revoke_tokens()
        if n == plan.rises // 2:
            _rotate(lms)
        time.sleep(max(0.0, began + plan.seconds * n / plan.rises - time.monotonic()))


def _rotate(lms: Lms) -> None:
    """Midway our key is replaced at once, as when somebody else may know it."""
    with writing() as session:
        keys.rotate(session, now(), at_once=True)
        lms.key_set_of_tool = keys.public_key_set(session)


def _wait_until_empty(patience: float) -> None:
    until = time.monotonic() + patience
    while _count() and time.monotonic() < until:
        time.sleep(0.1)


def _count() -> int:
    with writing() as session:
        return session.scalar(select(func.count()).where(OutboxItem.kind == send.KIND)) or 0


def _compare(lms: Lms, wanted: list[Wanted]) -> Result:
    result = Result(waiting=_count())
    with writing() as session:
        rows = {row.id: row for row in session.execute(select(Score.id, Score.given, Score.accepted, Score.state))}
    for each in wanted:
        held = lms.state.grades.get((each.line_item_id, each.person_id))
        if held is None or round(held.score or 0, 6) != each.given:
            result.wrong.append((each, held))
            for post in lms.recorder.of("score"):
                if post.json.get("userId") == each.person_id:
                    print(post.at, post.status, post.reason, post.json["scoreGiven"], post.json["timestamp"])
        row = rows[each.score_id]
        if (row.given, row.accepted, row.state) != (each.given, each.given, Delivery.SENT):
            result.untold.append((each, row))
    posts = lms.recorder.of("score")
    result.posts, result.accepted = len(posts), sum(post.status == 200 for post in posts)
    result.refused_late = sum(post.status == 409 for post in posts)
    return result


class _Herd:
    """The worker processes, one of which is killed now and then and at once replaced."""

    def __init__(self, plan: Plan, app: Flask) -> None:
        settings = app.config["FRONTLINE"]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTLINE_")},
            "FRONTLINE_DATA_DIR": str(settings.folder), "FRONTLINE_DATABASE_URL": settings.database,
            "FRONTLINE_SECRET_KEY": settings.secret_key, "FRONTLINE_BASE_URL": settings.base_url,
        }  # fmt: skip
        self.plan, self.kills = plan, 0
        self.processes = [self._start() for _ in range(plan.workers)]
        self.killing = threading.Thread(target=self._kill_some)
        self.killing.start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.soak.worker"]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL)

    def _kill_some(self) -> None:
        chance = random.Random(self.plan.seed)
        for _ in range(self.plan.kills):
            time.sleep(self.plan.seconds / self.plan.kills * chance.uniform(0.8, 1.2))
            which = chance.randrange(len(self.processes))
            self.processes[which].send_signal(signal.SIGKILL)
            self.processes[which].wait()
            self.kills += 1
            self.processes[which] = self._start()

    def stop(self) -> None:
        """End them kindly, as a service manager does."""
        self.killing.join()
        for process in self.processes:
            process.terminate()
        ends = [process.wait(timeout=20) for process in self.processes]
        # One that was started a moment ago, after the last kill, may not listen yet: it has taken nothing.
        assert set(ends) <= {0, -signal.SIGTERM}, f"the workers ended with {ends}"
