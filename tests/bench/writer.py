"""One process of the progress benchmark: two threads that write, through the engine or through the bare driver."""

import pickle
import sqlite3
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from learn.app import create_app
from learn.extensions import PRAGMAS, db
from tests.bench import events


def through_the_engine(work: dict[str, Any], app: Any, note: Any) -> None:
    with app.app_context():
        for unit_id in work["units"]:
            note(lambda unit_id=unit_id: events.act(work["learner_id"], unit_id))
        db.session.remove()


def through_sqlite(work: dict[str, Any], url: str, note: Any) -> None:
    connection = sqlite3.connect(make_url(url).database or "", isolation_level=None)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")

    def one(statements: list[Any]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters in statements:
            connection.execute(statement, parameters).fetchall()
        connection.execute("COMMIT")

    for statements in work["stream"]:
        note(lambda statements=statements: one(statements))
    connection.close()


def through_psycopg(work: dict[str, Any], url: str, note: Any) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:

        def one(statements: list[Any]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                for statement, parameters in statements:
                    cursor.execute(statement, parameters)

        for statements in work["stream"]:
            note(lambda statements=statements: one(statements))


def main() -> None:
    told = pickle.loads(Path(sys.argv[1]).read_bytes())
    url = told["environ"]["FRONTLINE_DATABASE_URL"]
    app = create_app(told["environ"]) if told["mode"] == "engine" else None
    waits: list[float] = []
    errors: list[str] = []

    def note(act: Any) -> None:
        before = time.perf_counter()
        try:
            act()
        except Exception as error:
            errors.append(type(error).__name__)
        waits.append((time.perf_counter() - before) * 1000)

    def begin(work: dict[str, Any]) -> None:
        if app is not None:
            through_the_engine(work, app, note)
        elif url.startswith("sqlite"):
            through_sqlite(work, url, note)
        else:
            through_psycopg(work, url, note)

    threads = [threading.Thread(target=begin, args=(work,)) for work in told["work"]]
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = {"began": began, "ended": time.time(), "waits": waits, "errors": len(errors)}
    sys.stdout.buffer.write(pickle.dumps(result))


if __name__ == "__main__":
    main()
