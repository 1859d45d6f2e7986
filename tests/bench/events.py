"""Progress events by 8 writers in 4 processes, against the very same statements through the bare driver in the same run."""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from courses.db import now
from courses.learning import enrolments, events, learners
from courses.learning.acts import Marked
from courses.learning.models import Enrolment
from learn.extensions import db
from learn.passback import report
from learn.web import writing
from tests.bench.measuring import Row
from tests.bench.site import Site

PROCESSES, THREADS, EVENTS = 4, 2, 600
"Events are of one writer."
LEAST = 0.5


def rows(site: Site) -> list[Row]:
    """One row: events a second through the engine, and through the driver."""
    with site.app.app_context():
        recorded = _record(site)
        driver = _run(site, "driver", recorded)
        engine = _run(site, "engine", [_fresh(site) for _ in range(PROCESSES * THREADS)])
        lost = _lost(site, engine["learners"])
    ratio = engine["rate"] / driver["rate"]
    is_met = ratio >= LEAST and not engine["errors"] and not driver["errors"] and not lost
    note = f"{engine['errors']} errors, {lost} lost updates, longest wait {engine['longest']:.0f} ms"
    bar = f">= {LEAST} x driver, no error, none lost"
    return [
        Row(
            "progress event",
            site.database,
            engine["rate"],
            engine["p50"],
            engine["p95"],
            driver["rate"],
            ratio,
            bar,
            is_met,
            "/s",
            note,
        )
    ]


def _fresh(site: Site) -> dict[str, Any]:
    """A learner who is enrolled in as many modules as it takes to have one unit for each event."""
    with writing() as session:
        learner_id = learners.add(session, now())
        units = []
        for module in site.modules:
            enrolments.enrol(session, learner_id, module.id, now())
            units += [unit.id for unit in module.units if unit.kind.value == "page"]
    while len(units) < EVENTS:
        units += units
    return {"learner_id": learner_id, "units": units[:EVENTS]}


def _record(site: Site) -> list[dict[str, Any]]:
    """Run the events once, one after the other, and note each event's statements with their parameters."""
    streams = []
    for _ in range(PROCESSES * THREADS):
        work, stream = _fresh(site), []
        one: list[tuple[str, Any]] = []

        def note(
            connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any, one: list[Any] = one
        ) -> None:
            one.append((statement, plain(parameters)))

        event.listen(db.engine, "before_cursor_execute", note)
        for unit_id in work["units"]:
            one.clear()
            act(work["learner_id"], unit_id)
            stream.append([each for each in one if not each[0].startswith("BEGIN")])
        event.remove(db.engine, "before_cursor_execute", note)
        streams.append({"learner_id": work["learner_id"], "stream": stream})
    return streams


def plain(parameters: Any) -> Any:
    """Parameters that can be handed to another process."""
    if isinstance(parameters, dict):
        return {name: plain(value) for name, value in parameters.items()}
    if isinstance(parameters, list | tuple):
        return type(parameters)(plain(value) for value in parameters)
    return bytes(parameters) if isinstance(parameters, memoryview) else parameters


def act(learner_id: int, unit_id: int) -> None:
    """One event as the product does it."""
    at = now()
    with writing() as session:
        recorded = events.record(session, learner_id, unit_id, Marked(), at)
        report.report(session, learner_id, recorded, at)


def _run(site: Site, mode: str, work: list[dict[str, Any]]) -> dict[str, Any]:
    """Start the processes, let them begin together, and add up what they did."""
    environ = {
        "FRONTLINE_DATABASE_URL": site.app.config["SQLALCHEMY_DATABASE_URI"],
        "FRONTLINE_DATA_DIR": site.app.config["FRONTLINE"].data_dir,
    }
    with tempfile.TemporaryDirectory() as folder:
        started = []
        for number in range(PROCESSES):
            place = Path(folder) / f"{number}.pickle"
            place.write_bytes(
                pickle.dumps(
                    {"mode": mode, "environ": environ, "work": work[number * THREADS : (number + 1) * THREADS]}
                )
            )
            command = [sys.executable, "-m", "tests.bench.writer", str(place)]
            started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        for process in started:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        done = [pickle.loads(process.communicate()[0]) for process in started]
    waits = sorted(wait for each in done for wait in each["waits"])
    span = max(each["ended"] for each in done) - min(each["began"] for each in done)
    return {
        "rate": len(waits) / span, "errors": sum(each["errors"] for each in done), "longest": waits[-1],
        "p50": waits[len(waits) // 2], "p95": waits[int(len(waits) * 0.95)], "learners": [each["learner_id"] for each in work],
    }  # fmt: skip


def _lost(site: Site, learner_ids: list[int]) -> int:
    """Completed units that the counters do not show."""
    pages = sum(unit.kind.value == "page" for unit in site.modules[0].units)
    wanted = min(EVENTS, pages * len(site.modules)) * len(learner_ids)
    db.session.rollback()
    counted = db.session.scalar(select(func.sum(Enrolment.done_count)).where(Enrolment.learner_id.in_(learner_ids)))
    return wanted - int(counted or 0)
