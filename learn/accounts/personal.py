"""What every feature owes a person: their own data as a file, gone when they ask, and taken along when two accounts become one.

Each feature names the tables it answers for; a guard test fails when a table that holds a person is named by none.
create_app hands the features' parts to ``learn.people``, which knows no feature.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

Rows = list[dict[str, Any]]
"One file of the export: plain values only (text, numbers, booleans, moments, lists and dicts of them)."


@dataclass(frozen=True)
class Person:
    """Somebody by every number they have here."""

    user_id: int
    learner_ids: tuple[int, ...]
    "Their own first, then those of accounts that were merged into theirs."
    platform_user_ids: tuple[int, ...]
    "As each platform knows them."


@dataclass(frozen=True)
class PersonalData:
    """One feature's part. Everything happens in the caller's transaction."""

    tables: frozenset[str]
    "Tables whose rows hold or point to a person and that this part answers for."
    export: Callable[[Session, Person], dict[str, Rows]]
    "Their data by file name without ending, for example {'profile': [{...}]}; an empty list says that there is none."
    erase: Callable[[Session, Person, datetime], list[str]]
    "Delete or blank it; returns, as whole sentences, what is kept and why."
    move: Callable[[Session, Person, Person, datetime], None]
    "Give what the first person has to the second, who goes on with it."
    words: Mapping[str, str] = field(default_factory=dict)
    "What each file is, by its name, as in 'your name and your address': shown to its person, and written beside the file."
    keeps: tuple[str, ...] = ()
    "What erasing always leaves and why, as whole sentences: said before, and after it with what ``erase`` returns."
