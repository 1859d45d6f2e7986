"""Plays whose files were asked for a moment ago: a page of a package asks for a hundred files within a second or two.

Only files are served from here: pages of players and messages always read the row. A play that is closed meanwhile serves
its files for two seconds more, and nothing else.
"""

import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from courses.learning import plays

SECONDS = 2.0
REMEMBERED = 1_000

_found: OrderedDict[str, tuple[float, Any]] = OrderedDict()
_lock = threading.Lock()


def find(engine: Engine, token: str, at: datetime) -> Any:
    """The play of a token, as ``plays.find`` gives it, read at most two seconds ago."""
    with _lock:
        until, play = _found.get(token, (0.0, None))
    if time.monotonic() < until and play.expires_at > at:
        return play
    play = find_now(engine, token, at)
    with _lock:
        _found.pop(token, None)
        if play is not None:
            _found[token] = (time.monotonic() + SECONDS, play)
        while len(_found) > REMEMBERED:
            _found.popitem(last=False)
    return play


def find_now(engine: Engine, token: str, at: datetime) -> Any:
    """The play of a token, as ``plays.find`` gives it, read now: beside the session, which so begins with what is written."""
    with engine.connect() as connection:
        return plays.find(connection, token, at)


def forget() -> None:
    """Read every row anew: tests change what they have just asked for."""
    with _lock:
        _found.clear()
