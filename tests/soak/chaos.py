"""Chaos for the passback: scores rise while workers are killed, one platform fails and applies late, and another hangs.

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
from sqlalchemy import bindparam, func, select, update

from courses.db import now
from learn.lti import keys
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from learn.passback import send
from learn.passback.models import Delivery, Score
from learn.web import writing
from tests.lms.platform import Lms
from tests.lms.switches import SERVICES
from tests.soak.filling import Wanted, fill

ROOT = Path(__file__).parents[2]
TOKEN_SECONDS = 3
REVOKED = 20
"How often all tokens are revoked."


@dataclass(frozen=True)
class Plan:
    """How much of it: learners there and at the platform that hangs, rises of their scores, workers at a time, how many
    are killed, in about how many seconds; ``patience``: seconds that the rest may take when all faults are over."""

    learners: int
    hung: int
    rises: int
    workers: int
    kills: int
    seconds: float
    patience: float
    seed: int = 20261124


SMALL = Plan(learners=60, hung=12, rises=200, workers=2, kills=3, seconds=5, patience=40)
LONG = Plan(learners=2000, hung=200, rises=6600, workers=3, kills=20, seconds=80, patience=30)


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
    raised: float = 0.0
    "Seconds in which scores rose and workers were killed."
    drained: float = 0.0
    "Seconds from the end of that until nothing waited."

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.posts} scores posted, {self.accepted} accepted, {self.refused_late} refused with 409; "
            f"{len(self.wrong)} wrong, {len(self.untold)} untold, {self.waiting} waiting; "
            f"raised for {self.raised:.0f} s, drained in {self.drained:.1f} s"
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


def hang(lms: Lms) -> None:
    """Nothing this platform is asked comes back before the caller has given up."""
    for service in SERVICES:
        lms.switches.fail(service, "hang", 1.0)


def run(app: Flask, lms: Lms, hanging: Lms, plan: Plan) -> Result:
    """Do it all, within an application context; the caller checks the result."""
    wanted = fill(lms, plan.learners) + fill(hanging, plan.hung)
    random.Random(plan.seed).shuffle(wanted)
    break_everything(lms)
    hang(hanging)
    herd = Herd(plan.workers, app)
    began = time.monotonic()
    try:
        killing = herd.kill_some(plan)
        _raise_scores((lms, hanging), wanted, plan)
        killing.join()
        _wait_until_wrong(lms, plan.patience)
        faults_ended = time.monotonic()
        hanging.switches.reset()
        lms.switches.reset()
        _wait_until_empty(plan.patience)
        ended = time.monotonic()
    finally:
        herd.stop()
    result = _compare((lms, hanging), wanted)
    result.kills, result.raised, result.drained = herd.kills, faults_ended - began, ended - faults_ended
    return result


_RISE = (
    update(Score.__table__)
    .where(Score.__table__.c.id == bindparam("score"))
    .values(given=bindparam("to"), reached_at=bindparam("at"), state=Delivery.QUEUED, attempts=0, last_error="")
)


def ask(each: Wanted) -> None:
    """What one learner now has is to be sent."""
    with writing() as session:
        session.execute(_RISE, {"score": each.score_id, "to": each.given, "at": now()})
        queue.put(session, send.KIND, str(each.score_id), now(), lane=each.lane)


def _raise_scores(platforms: tuple[Lms, ...], wanted: list[Wanted], plan: Plan) -> None:
    """Let scores rise, everybody's at least once, spread over the time; each with its item in one commit."""
    chance = random.Random(plan.seed)
    began = time.monotonic()
    for n in range(plan.rises):
        each = wanted[n] if n < len(wanted) else chance.choice(wanted)
        each.given = min(100, each.given + chance.randint(1, 30))
        ask(each)
        if n % (plan.rises // REVOKED) == 0:
            for lms in platforms:
                lms.revoke_tokens()
        if n == plan.rises // 2:
            _rotate(platforms)
        time.sleep(max(0.0, began + plan.seconds * n / plan.rises - time.monotonic()))


def _rotate(platforms: tuple[Lms, ...]) -> None:
    """Midway our key is replaced at once, as when somebody else may know it."""
    with writing() as session:
        keys.rotate(session, now(), at_once=True)
        for lms in platforms:
            lms.key_set_of_tool = keys.public_key_set(session)


def _wait_until_empty(patience: float) -> None:
    until = time.monotonic() + patience
    while waiting() and time.monotonic() < until:
        time.sleep(0.1)


def _wait_until_wrong(lms: Lms, patience: float) -> None:
    """On a busy machine the workers may still be starting when all scores are raised: faults stay until one was met."""
    until = time.monotonic() + patience
    while all(post.status == 200 for post in lms.recorder.of("score")) and waiting() and time.monotonic() < until:
        time.sleep(0.1)


def waiting() -> int:
    """How many scores are still to be sent."""
    with writing() as session:
        return session.scalar(select(func.count()).where(OutboxItem.kind == send.KIND)) or 0


def _compare(platforms: tuple[Lms, ...], wanted: list[Wanted]) -> Result:
    result = Result(waiting=waiting())
    with writing() as session:
        rows = {row.id: row for row in session.execute(select(Score.id, Score.given, Score.accepted, Score.state))}
    for each in wanted:
        held = each.lms.state.grades.get((each.line_item_id, each.person_id))
        if held is None or round(held.score or 0, 6) != each.given:
            result.wrong.append((each, held))
            for post in each.lms.recorder.of("score"):
                if post.json.get("userId") == each.person_id:
                    print(post.at, post.status, post.reason, post.json["scoreGiven"], post.json["timestamp"])
        row = rows[each.score_id]
        if (row.given, row.accepted, row.state) != (each.given, each.given, Delivery.SENT):
            result.untold.append((each, row))
    posts = [post for lms in platforms for post in lms.recorder.of("score")]
    result.posts, result.accepted = len(posts), sum(post.status == 200 for post in posts)
    result.refused_late = sum(post.status == 409 for post in posts)
    return result


class Herd:
    """The worker processes, one of which is killed now and then and at once replaced."""

    def __init__(self, workers: int, app: Flask) -> None:
        settings = app.config["FRONTLINE"]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FRONTLINE_")},
            "FRONTLINE_DATA_DIR": str(settings.folder), "FRONTLINE_DATABASE_URL": settings.database,
            "FRONTLINE_SECRET_KEY": settings.secret_key, "FRONTLINE_BASE_URL": settings.base_url,
        }  # fmt: skip
        self.said = settings.folder / "workers.log"
        self.kills = 0
        self.processes = [self._start() for _ in range(workers)]

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.soak.worker"]
        with self.said.open("ab") as said:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=said)

    def kill_some(self, plan: Plan) -> threading.Thread:
        """Begin to kill, by the plan; the thread ends with the last kill."""
        killing = threading.Thread(target=self._kill, args=[plan])
        killing.start()
        return killing

    def _kill(self, plan: Plan) -> None:
        chance = random.Random(plan.seed)
        for _ in range(plan.kills):
            time.sleep(plan.seconds / plan.kills * chance.uniform(0.8, 1.2))
            which = chance.randrange(len(self.processes))
            self.processes[which].send_signal(signal.SIGKILL)
            self.processes[which].wait()
            self.kills += 1
            self.processes[which] = self._start()

    def stop(self) -> None:
        """End them kindly, as a service manager does."""
        for process in self.processes:
            process.terminate()
        ends = [process.wait(timeout=20) for process in self.processes]
        # One that was started a moment ago, after the last kill, may not listen yet: it has taken nothing.
        assert set(ends) <= {0, -signal.SIGTERM}, f"the workers ended with {ends}: {self.said.read_text()[-2000:]}"
