"""The worker: one thread does all the database work, a pool of threads does nothing but calls to elsewhere.

So no call is ever made inside a transaction, writers never wait for each other in this process, and what comes back at
about the same time is settled, row by row, in one commit.
"""

import random
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Protocol

import structlog
from flask import Flask
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from courses.db import now
from learn.outbox import pruning, queue
from learn.outbox.lanes import LONGEST_REST, Lanes
from learn.outbox.queue import Taken
from learn.web import writing

log = structlog.get_logger("frontline.worker")

DATABASE_AWAY = (OperationalError, InterfaceError)
AFTER_TROUBLE = 1.0
"Seconds to wait after the database refused."


@dataclass(frozen=True)
class Pace:
    """How fast and how patiently a worker works, in seconds. A lease is at least three time-outs long."""

    concurrency: int = 8
    timeout: float = 10.0
    lease: float = 60.0
    idle: float = 0.25
    first_backoff: float = 10.0
    longest_backoff: float = 6 * 3600.0
    give_up_after: float = 3 * 86400.0

    @property
    def threads(self) -> int:
        """Calls in all: a platform that hangs in all of its own leaves as many for the others."""
        return 2 * self.concurrency

    def backoff(self, attempts: int) -> timedelta:
        """How long to wait after so many tries: doubling, with jitter, so that not all comes back at one time."""
        doubled = self.first_backoff * 2 ** min(attempts - 1, 20)
        return timedelta(seconds=min(doubled, self.longest_backoff) * random.uniform(0.8, 1.2))


@dataclass(frozen=True)
class Settled:
    """When to try again, or None when this is over; ``was_answered`` is false when nobody was there."""

    again_at: datetime | None = None
    was_answered: bool = True


class Handler(Protocol):
    """How one kind of item is done: read what it means, call without a database, write what came of it."""

    def prepare(self, session: Session, taken: Taken, at: datetime, pace: Pace) -> Any:
        """What the call needs; a moment when there is nothing to call before then, None when there never will be."""

    def call(self, job: Any) -> Any:
        """Do it, in a thread that has no database; what it returns is the outcome."""

    def settle(self, session: Session, taken: Taken, job: Any, outcome: Any, at: datetime, pace: Pace) -> Settled:
        """Write what came of it, in the transaction that settles the item."""


@dataclass(frozen=True)
class Back:
    """A call that is back: with an outcome, or with the failure that kept it from having one."""

    taken: Taken
    job: Any
    outcome: Any = None
    failure: Exception | None = None


def init_app(
    app: Flask, handlers: dict[str, Callable[[], Handler]], prune: list[pruning.Prune], daily: tuple[str, ...] = ()
) -> None:
    """Tell the worker what the features can do, as makers of handlers by kind; the outbox itself knows no feature.

    An item of each ``daily`` kind is seeded when a worker starts; its handler puts it back.
    """
    app.extensions["frontline_outbox"] = {**handlers, pruning.KIND: lambda: pruning.Pruning(prune)}
    app.extensions["frontline_daily"] = (pruning.KIND, *daily)


class Worker:
    """One worker process's loop."""

    def __init__(self, app: Flask, pace: Pace) -> None:
        self.app = app
        self.pace = pace
        with app.app_context():  # handlers may read the settings
            self.handlers: dict[str, Handler] = {
                kind: make() for kind, make in app.extensions["frontline_outbox"].items()
            }
        self.stopping = threading.Event()
        self.lanes = Lanes(
            pace.concurrency,
            timedelta(seconds=pace.first_backoff),
            min(LONGEST_REST, timedelta(seconds=pace.longest_backoff)),
        )
        self.in_the_air = 0
        self.look_past_at = now()
        self.landed: SimpleQueue[Back] = SimpleQueue()

    def run(self, *, once: bool = False) -> int:
        """Work until stopped, or with ``once`` until nothing is due; returns how many calls were settled."""
        settled = 0
        with self.app.app_context(), ThreadPoolExecutor(self.pace.threads, thread_name_prefix="call") as pool:
            with writing() as session:
                for kind in self.app.extensions["frontline_daily"]:
                    queue.seed(session, kind, "daily", now())
            patience = 0.0
            while not self.stopping.is_set() or self.in_the_air:
                back = self._gather(patience)
                # The next calls go out before the last are written down, which is done while they are in the air.
                is_more = not self.stopping.is_set() and self._take(pool)
                self._settle(back)
                settled += len(back)
                if once and not is_more and not self.in_the_air and not back:
                    break
                patience = 0.0 if is_more or (once and back) else self.pace.idle
        return settled

    def stop(self, *_: object) -> None:
        """Take nothing more; finish what is in the air."""
        self.stopping.set()

    def _gather(self, patience: float) -> list[Back]:
        """What came back meanwhile; wait a little for the first."""
        found: list[Back] = []
        try:
            found.append(self.landed.get(timeout=patience) if patience else self.landed.get_nowait())
            while True:
                found.append(self.landed.get_nowait())
        except Empty:
            pass
        self.in_the_air -= len(found)
        for each in found:
            self.lanes.returns(each.taken.lane)
        return found

    def _settle(self, back: list[Back]) -> None:
        """Write what came of the calls that are back, in one commit; where that fails, each alone."""
        if not back:
            return
        at = now()
        try:
            with writing() as session:
                answers = [self._settle_one(session, each, at) for each in back]
        except Exception as problem:
            log.warning("worker.settling_apart", error=type(problem).__name__)
            answers = [self._settle_alone(each, at) for each in back]
        for each, answer in zip(back, answers, strict=True):
            if answer.was_answered:
                self.lanes.answered(each.taken.lane)
            else:
                self._rest(each.taken.lane, at)

    def _settle_one(self, session: Session, back: Back, at: datetime) -> Settled:
        taken = back.taken
        version = queue.holds(session, taken)
        if version is None:
            return Settled()  # the lease ran out and somebody else has it: what they find decides
        if back.failure is None:
            answer = self.handlers[taken.kind].settle(session, taken, back.job, back.outcome, at, self.pace)
        else:
            answer = self._later(taken, back.failure, at)
        queue.settle(session, taken, version, answer.again_at)
        return answer

    def _settle_alone(self, back: Back, at: datetime) -> Settled:
        """Try until the database takes it; what cannot be written is left to its lease, and done again after that."""
        while True:
            try:
                with writing() as session:
                    return self._settle_one(session, back, at)
            except DATABASE_AWAY as problem:
                log.warning("worker.database_away", error=type(problem).__name__)
                if self.stopping.wait(AFTER_TROUBLE):
                    return Settled()
            except Exception as problem:
                log.error("worker.not_settled", kind=back.taken.kind, item=back.taken.id, error=type(problem).__name__)
                return Settled()

    def _take(self, pool: ThreadPoolExecutor) -> bool:
        """Claim as many items as there are free threads, read what they mean, and send the calls off after the commit.

        Returns whether there may be more that could be taken at once.
        """
        room = self.pace.threads - self.in_the_air
        if room <= 0:
            return False
        try:
            with writing() as session:
                jobs, is_more = self._prepare(session, room, now())
        except DATABASE_AWAY as problem:
            log.warning("worker.database_away", error=type(problem).__name__)
            self.stopping.wait(AFTER_TROUBLE)
            return True
        for taken, job in jobs:
            self.in_the_air += 1
            self.lanes.leaves(taken.lane)
            pool.submit(self._call, taken, job)
        return is_more

    def _prepare(self, session: Session, room: int, at: datetime) -> tuple[list[tuple[Taken, Any]], bool]:
        lease = timedelta(seconds=self.pace.lease)
        closed, lane_room = self.lanes.closed(at), partial(self.lanes.room, at=at)
        taken, seen = queue.claim(session, list(self.handlers), room, lease, at, closed=closed, room=lane_room)
        jobs: list[tuple[Taken, Any]] = []
        for each in taken:
            job = self._prepare_one(session, each, at)
            if job is None or isinstance(job, datetime):
                queue.settle(session, each, each.version, job)
            else:
                jobs.append((each, job))
        if len(jobs) < len(taken):
            return jobs, True  # what was done without a call may have put items that are due at once
        return jobs, seen == room and len(jobs) < room and self._may_look_past(len(taken) < seen, at)

    def _may_look_past(self, is_lane_full: bool, at: datetime) -> bool:
        """Others' items may lie behind those of a full lane; looking past a long row costs, so not at every turn."""
        if is_lane_full and at < self.look_past_at:
            return False
        self.look_past_at = at + timedelta(seconds=self.pace.idle)
        return True

    def _prepare_one(self, session: Session, taken: Taken, at: datetime) -> Any:
        try:
            return self.handlers[taken.kind].prepare(session, taken, at, self.pace)
        except SQLAlchemyError:
            raise  # the transaction is spoilt: nothing is taken this time
        except Exception as problem:
            return self._later(taken, problem, at).again_at

    def _later(self, taken: Taken, problem: Exception, at: datetime) -> Settled:
        # Only the kind of failure: its text could hold what a platform said.
        log.error("worker.failed", kind=taken.kind, item=taken.id, error=type(problem).__name__)
        return Settled(at + self.pace.backoff(taken.attempts))

    def _rest(self, lane: str, at: datetime) -> None:
        until = self.lanes.unanswered(lane, at)
        if until is None:
            return
        log.warning("worker.lane_rests", lane=lane, seconds=round((until - at).total_seconds()))
        try:
            with writing() as session:
                queue.rest(session, lane, until)
        except DATABASE_AWAY as problem:  # this worker keeps to it all the same
            log.warning("worker.database_away", error=type(problem).__name__)

    def _call(self, taken: Taken, job: Any) -> None:
        try:
            self.landed.put(Back(taken, job, outcome=self.handlers[taken.kind].call(job)))
        except Exception as problem:
            self.landed.put(Back(taken, job, failure=problem))


def run(app: Flask, pace: Pace, *, once: bool = False) -> int:
    """Run a worker in this process until SIGTERM or SIGINT; what is in the air is finished first."""
    worker = Worker(app, pace)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, worker.stop)
        signal.signal(signal.SIGINT, worker.stop)
    return worker.run(once=once)
