"""What a reader makes of an upload: a module as it will be kept, with nothing of the database in it."""

from dataclasses import dataclass, field
from typing import Any

from courses.catalogue import Rule, ScorePolicy, UnitKind


@dataclass(frozen=True)
class PackageContent:
    """A stored object that units are played from."""

    sha256: str
    is_zip: bool
    size: int
    "Bytes of the stored object."
    entry_count: int
    index: bytes
    "Where each member lies: see courses.packages.stored."


@dataclass
class UnitContent:
    """One unit as it was read."""

    key: str
    kind: UnitKind
    title: str
    body_html: str = ""
    minutes: int = 0
    "0 where the author does not say."
    is_required: bool = True
    weight: int = 1
    rule: Rule = Rule.MARKED
    threshold: int = 0
    max_attempts: int | None = None
    prompt: str = ""
    url: str = ""
    source: str = ""
    "The Markdown of the body, where that is what it was."
    media: dict[str, Any] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    package: PackageContent | None = None
    play: dict[str, Any] = field(default_factory=dict)
    "See courses.packages.playing."
    score_policy: ScorePolicy = ScorePolicy.BEST
    release: dict[str, Any] = field(default_factory=dict)


@dataclass
class Content:
    """A module as it was read."""

    format: str
    title: str
    slug: str
    summary: str
    theme: str | None
    "A theme's slug; None is the first theme."
    requires: list[str]
    "Slugs of modules that come first."
    units: list[UnitContent]
    digest: str
    "SHA-256 of what it was read from."
