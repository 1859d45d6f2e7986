"""What can be put into a platform's course. The features that have such things hand them in through create_app."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Linkable:
    """One thing to choose. ``can_score``: it has a result that a gradebook can show."""

    path: str
    kind: str
    title: str
    summary: str
    theme: str = ""
    theme_title: str = ""
    facts: str = ""
    can_score: bool = False

    @property
    def resource_id(self) -> str:
        """Our own name for it in a gradebook, by which its column is found again: ``module:<slug>``."""
        kind, _, slug = self.path.strip("/").partition("/")
        return f"{kind.removesuffix('s')}:{slug}" if slug else kind or "home"


@dataclass(frozen=True)
class Source:
    """How to look for things. ``search(session, words, kind, theme)`` gives the first hundred in their own order,
    ``named(session, paths)`` those that are there of some paths, ``themes(session)`` slug and title of each theme."""

    search: Callable[[Session, str, str, str], list[Linkable]]
    named: Callable[[Session, list[str]], list[Linkable]]
    themes: Callable[[Session], list[tuple[str, str]]]


def source() -> Source:
    """What create_app handed in."""
    found: Source = current_app.extensions["frontline_linkable"]
    return found
