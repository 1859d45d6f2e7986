"""How often a play may post: a package that commits in a loop slows itself down and nobody else.

Counted in this process alone, which is enough for that: it is no protection of an account.
"""

import threading
import time
from collections import OrderedDict

BURST = 100
PER_SECOND = 5.0
REMEMBERED = 10_000
"Plays that are counted at a time."

_left: OrderedDict[int, tuple[float, float]] = OrderedDict()
_lock = threading.Lock()


def allows(play_id: int) -> bool:
    """Whether the play may post once more now; if so, it counts."""
    at = time.monotonic()
    with _lock:
        left, before = _left.pop(play_id, (float(BURST), at))
        left = min(float(BURST), left + (at - before) * PER_SECOND)
        _left[play_id] = (max(0.0, left - 1), at)
        while len(_left) > REMEMBERED:
            _left.popitem(last=False)
    return left >= 1


def forget() -> None:
    """Count anew: tests use the same numbers for other plays."""
    with _lock:
        _left.clear()
