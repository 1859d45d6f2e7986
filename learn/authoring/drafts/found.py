"""What the editors' pages are about: a draft and a unit of it by their address, and what is said of them."""

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModuleVersion, Origin, Rule, Unit, UnitKind, VersionState
from courses.drafting.drafts import NotADraft
from learn.components import moment_words
from learn.errors import NotFound

_DRAFT = (
    select(
        ModuleVersion.id, ModuleVersion.module_id, ModuleVersion.n, ModuleVersion.state, ModuleVersion.title,
        ModuleVersion.summary, ModuleVersion.minutes, ModuleVersion.unit_count, ModuleVersion.required_count, Module.slug,
        Module.origin,
    )
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(Module.slug == bindparam("slug"), ModuleVersion.n == bindparam("n"))
)  # fmt: skip
_LINES = (
    select(
        Unit.id, Unit.position, Unit.stable_key, Unit.kind, Unit.title, Unit.minutes, Unit.is_required, Unit.weight, Unit.rule,
        Unit.threshold, Unit.release, Unit.package_id, Unit.play,
    )
    .where(Unit.version_id == bindparam("version_id"))
    .order_by(Unit.position)
)  # fmt: skip
_UNIT = (
    select(
        *Unit.__table__.columns, Module.slug,
        ModuleVersion.n, ModuleVersion.title.label("module_title"),
    )
    .join(ModuleVersion, ModuleVersion.id == Unit.version_id)
    .join(Module, Module.id == ModuleVersion.module_id)
    .where(Unit.version_id == bindparam("version_id"), Unit.position == bindparam("position"))
)  # fmt: skip

KINDS = {
    UnitKind.PAGE: "Page", UnitKind.VIDEO: "Video", UnitKind.QUIZ: "Quiz", UnitKind.REFLECTION: "Reflection",
    UnitKind.LINK: "Link", UnitKind.FILE: "Download", UnitKind.PDF: "PDF", UnitKind.WEB: "Web pages",
    UnitKind.SCORM: "SCORM", UnitKind.H5P: "H5P",
}  # fmt: skip
RULES = {
    Rule.VIEWED: "when it is opened", Rule.MARKED: "when the learner marks it as complete",
    Rule.QUIZ_PASSED: "with {threshold}% or more", Rule.WATCHED: "when {threshold}% is watched",
    Rule.WRITTEN: "when something is written", Rule.STATUS: "when the content says completed or passed",
    Rule.SCORE: "with a score of {threshold}% or more", Rule.SEEN: "when {threshold}% of the pages were seen",
}  # fmt: skip
WRITTEN = (UnitKind.PAGE, UnitKind.QUIZ, UnitKind.REFLECTION, UnitKind.LINK, UnitKind.VIDEO, UnitKind.FILE)
"Kinds whose words are written here; what is played brings its own."


def draft(session: Session, slug: str, n: int) -> Any:
    """The draft at an address; NotFound where there is none, NotADraft for a version that learners have."""
    row = session.execute(_DRAFT, {"slug": slug, "n": n}).first()
    if row is None:
        raise NotFound("There is no such version of a module.")
    if row.origin is Origin.STARTER:
        raise NotADraft(
            "This module came with the site. Take it over, or copy it as a module of your own, to change it."
        )
    if row.state is not VersionState.DRAFT:
        raise NotADraft(
            "This version is published, so it stays as it is for those who study it. Copy it into a new draft to change it."
        )
    return row


def unit(session: Session, slug: str, n: int, position: int) -> Any:
    """A unit of a draft with all its columns, and slug, n and module_title."""
    row = session.execute(_UNIT, {"version_id": draft(session, slug, n).id, "position": position}).first()
    if row is None:
        raise NotFound("There is no such unit in this draft.")
    return row


def lines(session: Session, version_id: int) -> list[Any]:
    """The units of a draft in their order, without what they say."""
    return list(session.execute(_LINES, {"version_id": version_id}))


def rule_words(unit: Any) -> str:
    """What completes a unit, as in "when 90% is watched"."""
    return RULES[unit.rule].format(threshold=unit.threshold)


def release_words(unit: Any, titles: dict[str, str]) -> str:
    """When a unit opens; empty when at once."""
    said, release = [], unit.release
    if release.get("not_before"):
        said.append(f"on {moment_words(moment_of(release))}")
    if release.get("after"):
        title = titles.get(release["after"], "a unit that is not here")
        score = release.get("min_score")
        said.append(f"after \u201c{title}\u201d" + (f" with {score}% or more" if score else " is complete"))
    return "Opens " + " and ".join(said) if said else ""


def moment_of(release: dict[str, Any]) -> datetime:
    """The moment from which a unit is open, in UTC."""
    return datetime.fromisoformat(release["not_before"])


def outline_url(row: Any) -> str:
    """The outline of the draft that a draft's or a unit's row belongs to."""
    return url_for("authoring.outline", slug=row.slug, n=row.n)


def crumbs(row: Any) -> list[tuple[str, str]]:
    """Where an editor's page lies."""
    return [*above(row), ("Outline", outline_url(row))]


def above(row: Any) -> list[tuple[str, str]]:
    """What lies above a draft's outline."""
    title = getattr(row, "module_title", None) or row.title
    return [
        ("Modules", url_for("authoring.home")), (title, url_for("authoring.module", slug=row.slug)),
        (f"Version {row.n}", url_for("authoring.version", slug=row.slug, n=row.n)),
    ]  # fmt: skip
