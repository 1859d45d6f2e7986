"""Whom a worker calls upon, lane by lane, so that one who does not answer holds up nobody else.

A lane takes no more calls at a time than its share. When several in a row were not answered it rests, longer each time,
and is then tried with a single call until one is answered.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = 5
"Calls in a row that are not answered before a lane rests."
LONGEST_REST = timedelta(minutes=2)


@dataclass
class Lane:
    """What a worker knows of one lane: calls in the air, calls unanswered in a row, and until when it rests."""

    in_the_air: int = 0
    unanswered: int = 0
    rests: int = 0
    until: datetime | None = None


class Lanes:
    """All lanes of one worker process; ``share`` is how many calls each may have in the air."""

    def __init__(self, share: int, first_rest: timedelta, longest_rest: timedelta = LONGEST_REST) -> None:
        self.share = share
        self.first_rest = first_rest
        self.longest_rest = longest_rest
        self._lanes: dict[str, Lane] = {}

    def closed(self, at: datetime) -> list[str]:
        """The lanes that nothing may be taken from at this moment."""
        return [name for name in self._lanes if self.room(name, at) <= 0]

    def room(self, name: str, at: datetime) -> int:
        """How many calls more a lane may have in the air."""
        lane = self._lanes.get(name)
        if lane is None or not name:
            return self.share
        if lane.until is not None and at < lane.until:
            return 0
        return (1 if lane.rests else self.share) - lane.in_the_air

    def leaves(self, name: str) -> None:
        """A call goes out."""
        self._lanes.setdefault(name, Lane()).in_the_air += 1

    def returns(self, name: str) -> None:
        """A call is back, whatever came of it."""
        self._lanes[name].in_the_air -= 1

    def answered(self, name: str) -> None:
        """Somebody is there."""
        lane = self._lanes[name]
        lane.unanswered, lane.rests, lane.until = 0, 0, None

    def unanswered(self, name: str, at: datetime) -> datetime | None:
        """Nobody answered; returns until when the lane rests, if this was once too often."""
        lane = self._lanes[name]
        lane.unanswered += 1
        is_resting = lane.until is not None and at < lane.until  # this call went out before
        if is_resting or (lane.unanswered < PATIENCE and not lane.rests):
            return None
        lane.until = at + min(self.first_rest * 2**lane.rests, self.longest_rest)
        lane.rests = min(lane.rests + 1, 10)
        return lane.until
