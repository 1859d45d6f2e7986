"""Whether a draft can be published: what is not finished, all at once, each with what to do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from courses.catalogue import Unit, UnitKind
from courses.drafting import choices
from courses.drafting.pages import undescribed
from courses.questions.models import Question, QuestionKind

_ASKED = (
    select(func.count())
    .where(Question.unit_id == Unit.id, Question.kind != QuestionKind.DESCRIPTION)
    .correlate(Unit)
    .scalar_subquery()
)
_UNITS = (
    select(
        Unit.position, Unit.stable_key, Unit.title, Unit.kind, Unit.is_required, Unit.body_html, Unit.media, Unit.url,
        Unit.package_id, Unit.release, Unit.source, Unit.prompt, Unit.rule,
        Unit.threshold, _ASKED.label("questions"),
    )
    .where(Unit.version_id == bindparam("version"))
    .order_by(Unit.position)
)  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """One thing that has to be done first; ``position`` is the unit's, 0 for the module's own."""

    position: int
    title: str
    words: str


def missing(session: Session, version_id: int) -> list[Missing]:
    """What keeps a version from being published; empty when nothing does."""
    units = session.execute(_UNITS, {"version": version_id}).all()
    if not units:
        return [Missing(0, "", "The module has no unit yet. Add at least one.")]
    found: list[Missing] = []
    if not any(unit.is_required for unit in units):
        found.append(
            Missing(0, "", "No unit is required, so nobody could complete the module. Make at least one required.")
        )
    by_key = {unit.stable_key: unit for unit in units}
    for unit in units:
        found += [Missing(unit.position, unit.title, words) for words in (*_of_unit(unit), *waits(unit, by_key))]
    return found


def waits(unit: Any, by_key: Mapping[str, Any]) -> list[str]:
    """What is wrong with when a unit opens; units have position, kind, stable_key, title and release."""
    key = unit.release.get("after")
    if not key:
        return []
    earlier = by_key.get(key)
    if earlier is None or earlier.position >= unit.position:
        return ["It opens after a unit that is not in front of it. Choose another, or move it."]
    if unit.release.get("min_score") and earlier.kind not in choices.SCORED:
        return [
            f"It asks for a score in \u201c{earlier.title}\u201d, which gives none. Choose another unit, or ask for no score."
        ]
    return []


def has_packages(session: Session, version_id: int) -> bool:
    """Whether a version has units for which a package keeps something of the learner."""
    asked = select(Unit.id).where(Unit.version_id == version_id, Unit.package_id.is_not(None)).limit(1)
    return session.scalar(asked) is not None


def _of_unit(unit: Any) -> Iterator[str]:
    yield from _CONTENT.get(unit.kind, _played)(unit)
    for address in undescribed(unit.source):
        yield f"The picture {address} has no description. Write one, or say that it is decorative."
    if unit.rule not in choices.RULES[unit.kind]:
        yield "It has a rule that cannot complete it. Choose what completes it in its settings."
    elif unit.rule in choices.WITH_THRESHOLD and not 0 < unit.threshold <= 100:
        yield "The per cent that completes it is missing. Choose it in its settings."


def _page(unit: Any) -> Iterator[str]:
    if not unit.body_html.strip():
        yield "The page is empty. Write it, or remove it."


def _video(unit: Any) -> Iterator[str]:
    """Accessibility Regulations 2018; WCAG 2.2, 1.2.1 to 1.2.3."""
    if "video" not in unit.media:
        yield "The video is missing. Upload it."
    if "captions" not in unit.media:
        yield "The video has no captions, so not everybody could follow it. Upload it together with its captions (WebVTT)."
    if not unit.media.get("transcript_html", "").strip():
        yield "The video has no transcript. Upload it together with its transcript, as a text file."


def _quiz(unit: Any) -> Iterator[str]:
    if not unit.questions:
        yield "The quiz has no question yet. Add at least one."


def _link(unit: Any) -> Iterator[str]:
    if not unit.url:
        yield "The link has no address. Enter it."


def _file(unit: Any) -> Iterator[str]:
    if "file" not in unit.media:
        yield "The file to download is missing. Upload it."


def _reflection(unit: Any) -> Iterator[str]:
    if not unit.prompt.strip():
        yield "Learners are asked nothing. Write what they are asked."


def _played(unit: Any) -> Iterator[str]:
    if unit.package_id is None:
        yield "Its package is missing. Upload it again."


_CONTENT = {
    UnitKind.PAGE: _page, UnitKind.VIDEO: _video, UnitKind.QUIZ: _quiz, UnitKind.LINK: _link, UnitKind.FILE: _file,
    UnitKind.REFLECTION: _reflection,
}  # fmt: skip
