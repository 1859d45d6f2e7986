"""What the LMS knows: people, courses, activities, line items, grades; in memory behind a lock, in a file if asked."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

LEARNER = "Learner"
INSTRUCTOR = "Instructor"


@dataclass
class Person:
    """Somebody with an account in the LMS; ``id`` is what a launch says in ``sub``."""

    id: str
    username: str
    given_name: str
    family_name: str
    email: str
    sourced_id: str = ""
    is_administrator: bool = False
    site_role: str = ""
    "What the demo's site lets this person do beyond what a launch says: author or administrator."

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


@dataclass
class Course:
    """A course of the LMS (a context, to the tool). ``roles``: person id -> Learner or Instructor."""

    id: str
    label: str
    title: str
    roles: dict[str, str] = field(default_factory=dict)
    suspended: list[str] = field(default_factory=list)
    copied_from: list[str] = field(default_factory=list)
    "Courses that it was copied from, the last first."


@dataclass
class Activity:
    """A link to the tool in a course. ``cmid`` is the number in the LMS's own addresses, ``id`` the resource link's."""

    id: str
    cmid: int
    course_id: str
    title: str
    description: str
    target_link_uri: str
    custom: dict[str, Any]
    opens: str = "iframe"
    line_item_id: str | None = None
    pass_grade: float | None = None
    copied_from: list[str] = field(default_factory=list)
    "Activities that it was copied from, the last first."
    resource_key: str = ""
    "An activity's own consumer key: where it is set, it takes the client id's place in ``aud``."


@dataclass
class LineItem:
    """A column of the gradebook: coupled to an activity, or standing alone because the tool made it."""

    id: str
    course_id: str
    label: str
    maximum: float
    resource_id: str = ""
    tag: str = ""
    link_id: str | None = None
    is_coupled: bool = False


@dataclass
class Grade:
    """What the gradebook holds for one person in one column.

    ``stored_at``: the whole second that a later score's timestamp must pass, or none. ``completion``: 0 not, 1 done,
    2 done and passed, 3 done and not passed. ``received_at``: when the last accepted score arrived.
    """

    line_item_id: str
    person_id: str
    score: float | None
    comment: str | None
    stored_at: int | None
    completion: int
    received_at: float


class State:
    """The LMS's memory. Hold ``changing()`` around every write; reads of one value need no lock."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.lock = RLock()
        self.people: dict[str, Person] = {}
        self.courses: dict[str, Course] = {}
        self.activities: dict[str, Activity] = {}
        self.line_items: dict[str, LineItem] = {}
        self.grades: dict[tuple[str, str], Grade] = {}
        self.last: dict[str, int] = {"person": 1, "course": 1, "activity": 0, "line_item": 15, "cmid": 31}
        if path and path.exists():
            self._load(json.loads(path.read_text(encoding="utf-8")))

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Write under the lock; keep what was written, where there is a file to keep it in."""
        with self.lock:
            yield
            self._save()

    def number(self, kind: str, wanted: str | None = None) -> str:
        """The next number of a kind, or the one that is wanted; none is given twice."""
        given = int(wanted) if wanted else self.last[kind] + 1
        self.last[kind] = max(self.last[kind], given)
        return str(given)

    def activity_of(self, cmid: int) -> Activity | None:
        return next((each for each in self.activities.values() if each.cmid == cmid), None)

    def is_gradable(self, course_id: str, person_id: Any) -> bool:
        """Only somebody enrolled as a learner has grades; a suspended one still has."""
        return isinstance(person_id, str) and self.courses[course_id].roles.get(person_id) == LEARNER

    def _save(self) -> None:
        if not self.path:
            return
        kept = {name: [asdict(each) for each in getattr(self, name).values()] for name in KEPT} | {"last": self.last}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(fresh, self.path)

    def _load(self, kept: dict[str, Any]) -> None:
        for name, kind in KEPT.items():
            rows = [kind(**row) for row in kept[name]]
            setattr(self, name, {(row.line_item_id, row.person_id) if kind is Grade else row.id: row for row in rows})
        self.last = kept["last"]


KEPT: dict[str, Any] = {
    "people": Person,
    "courses": Course,
    "activities": Activity,
    "line_items": LineItem,
    "grades": Grade,
}
"What the file holds besides the last numbers given."
