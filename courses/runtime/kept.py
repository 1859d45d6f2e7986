"""A state as it is kept: JSON, compressed.

Measured on CPython 3.11 with 64,000 characters of suspend_data: see tests/bench; level 1 is taken, as higher levels take longer
than the rest of a commit and save little.
"""

import json
import zlib
from typing import Any

LEVEL = 1


def pack(state: dict[str, Any]) -> tuple[bytes, int]:
    """The state to keep, and its bytes before compression."""
    text = json.dumps(state, separators=(",", ":")).encode()
    return zlib.compress(text, LEVEL), len(text)


def unpack(kept: bytes) -> dict[str, Any]:
    """The state that was kept; nothing yet is an empty one."""
    if not kept:
        return {}
    state: dict[str, Any] = json.loads(zlib.decompress(kept))
    return state
