"""Find a PostgreSQL server for the suite and print its address, or nothing: one that answers, else one that can be started."""

import getpass
import os
import shutil
import subprocess

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError


def answers(url: str) -> bool:
    """Whether a server answers there and lets us make databases."""
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            may = connection.exec_driver_sql(
                "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
            ).scalar()
            return bool(may)
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def candidates() -> list[str]:
    """The usual places on this machine."""
    sockets = [f"postgresql+psycopg://{name}@/{database}?host=/var/run/postgresql"
               for name in (getpass.getuser(), "postgres") for database in ("postgres",)]  # fmt: skip
    return [
        *sockets,
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
        "postgresql+psycopg://postgres:postgres@127.0.0.1:5432/postgres",
    ]


def find() -> str:
    """The first address that answers; a cluster that is installed but stopped is started where we are root."""
    for attempt in range(2):
        for url in candidates():
            if answers(url):
                return url
        if attempt == 0 and os.geteuid() == 0 and shutil.which("pg_ctlcluster"):
            listed = subprocess.run(["pg_lsclusters", "-h"], capture_output=True, text=True, check=False).stdout.split()
            if len(listed) < 2:
                return ""
            subprocess.run(["pg_ctlcluster", "--skip-systemctl-redirect", listed[0], listed[1], "start"], check=False)
    return ""


if __name__ == "__main__":
    print(find())
