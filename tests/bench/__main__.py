"""``make bench``: hot paths against floors measured in the same run; exits 1 when a bar is missed."""

import argparse
import contextlib
import importlib
import os
import sys

from tests import postgres
from tests.bench import community, content, events, identifiers, measuring, pages, passback, roster, site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", choices=list(site.SCALES), default="full")
    parser.add_argument(
        "--only",
        default="",
        help="names of parts, by comma: pages, events, content, roster, launch, passback, identifiers, community",
    )
    asked = parser.parse_args()
    only = set(filter(None, asked.only.split(",")))
    learners, modules = site.SCALES[asked.scale]
    print(f"seed {site.SEED}; {learners} learners x {modules} modules", flush=True)
    found: list[measuring.Row] = []
    # The log is written as ever, since it is part of what a request costs, but to nowhere.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
        _measure(asked.scale, only, found)
    print(measuring.table(found))
    sys.exit(0 if all(row.is_met for row in found) else 1)


def _measure(scale: str, only: set[str], found: list[measuring.Row]) -> None:
    if not only or "identifiers" in only:
        found += identifiers.rows()
    if only == {"identifiers"}:
        return
    for is_postgres in (False, True):
        address = postgres.find() if is_postgres else ""
        if is_postgres and not address:
            print("No PostgreSQL server answers: SQLite alone.")
            continue
        os.environ["FRONTLINE_TEST_POSTGRES"] = address
        print(f"measuring on {'PostgreSQL' if is_postgres else 'SQLite'} …", flush=True)
        if not only or "community" in only:
            found += community.rows(scale, is_postgres=is_postgres)
        if only == {"community"}:
            continue
        with site.seeded(scale, is_postgres=is_postgres) as made:
            for name, part in {"pages": pages, "events": events, "content": content}.items():
                if not only or name in only:
                    found += part.rows(made)
            if not only or "roster" in only:
                found += roster.rows(made, site.SCALES[scale][0])
        if not is_postgres:
            if not only or "launch" in only:
                found += importlib.import_module("tests.bench.launch").rows()
            if not only or "passback" in only:
                found += passback.rows(passback.COUNTS[scale])


if __name__ == "__main__":
    main()
