"""From an upload to what learners study: import as a draft version, publish, retire. Nothing here commits."""

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses import readiness
from courses.catalogue import Module, ModulePrerequisite, ModuleVersion, Origin, Switch, Theme, Unit, VersionState
from courses.errors import CourseError
from courses.learning import portable
from courses.packages import reading
from courses.packages.archive import Files, Folder
from courses.packages.content import Content, UnitContent
from courses.packages.models import Package
from courses.packages.report import Report
from courses.questions.models import Question
from courses.storage import Storage
from courses.totals import totals

STARTER = "There is a module of this name in the starter content. Give the file another title, or take that module over on its page first."
NEXT = "A module of this name was here already, so this is the next version of it. Give the file another title to make a module of its own."
_NEW_PACKAGE = portable.both(lambda insert: insert(Package).on_conflict_do_nothing(index_elements=["sha256"]))


_STANDING = select(
    ModuleVersion.module_id, ModuleVersion.state, ModuleVersion.title, ModuleVersion.summary, ModuleVersion.minutes,
    ModuleVersion.unit_count,
).where(ModuleVersion.id == bindparam("version"))  # fmt: skip
_COUNTED = (
    select(Unit.minutes, Unit.is_required, Unit.weight)
    .where(Unit.version_id == bindparam("version"))
    .order_by(Unit.position)
)


class CannotPublish(CourseError):
    """The version is not a draft that could be published."""

    code = "cannot_publish"


def import_folder(
    session: Session, storage: Storage, folder: Path, *, slug: str, origin: Origin, now: datetime
) -> Report:
    """Import a folder that this project ships as a draft version."""
    return import_files(session, storage, Folder(folder), Report(), slug=slug, origin=origin, now=now)


def import_files(
    session: Session, storage: Storage, files: Files, report: Report, *, origin: Origin, now: datetime, **wanted: Any
) -> Report:
    """Make a draft version from files that are trusted to be files; ``wanted`` as in ``reading.read_files``."""
    content = reading.read_files(files, storage, report, **wanted)
    if content is None:
        _check_theme(session, wanted.get("theme"), report)
    else:
        keep(session, content, report, origin=origin, now=now)
    return report


def import_file(
    session: Session, storage: Storage, path: Path, *, name: str = "", captions: Path | None = None, transcript: Path | None = None,
    plays_h5p: bool = True, slug: str | None = None, title: str | None = None, theme: str | None = None, origin: Origin, now: datetime,
) -> Report:  # fmt: skip
    """Make a draft version of a module from an uploaded file; whatever it is, the report says so in words, and a refused one
    leaves nothing behind."""
    report, content = examine(
        session, storage, path, name=name, slug=slug, title=title, theme=theme, captions=captions, transcript=transcript,
        plays_h5p=plays_h5p,
    )  # fmt: skip
    if content is not None:
        keep(session, content, report, origin=origin, now=now)
    return report


def examine(
    session: Session, storage: Storage, path: Path, *, theme: str | None = None, **wanted: Any
) -> tuple[Report, Content | None]:
    """Read a file, without writing to the database; ``wanted`` as in ``reading.read``. A theme that is not here is an error
    beside all others, and then the storage is left alone."""
    checked = Report()
    _check_theme(session, theme, checked)
    with TemporaryDirectory() as aside:
        place = Storage(Path(aside)) if checked.has_errors else storage
        report, content = reading.read(path, place, theme=theme, check=partial(_check_here, session), **wanted)
    report.problems = checked.problems + report.problems
    return report, None if report.has_errors else content


def keep(session: Session, content: Content, report: Report, *, origin: Origin, now: datetime) -> None:
    """Write what was read as a draft version; the same content twice makes none, and finds the one that is there.

    Nothing is written when the theme or a module that comes first is not here; the report says so.
    """
    kept = session.scalar(select(Module.theme_id).where(Module.slug == content.slug)) if content.theme is None else None
    theme_id = kept or _theme(session, content.theme, report)
    required = [_required(session, slug, report) for slug in content.requires]
    if report.has_errors or theme_id is None:
        return
    report.slug, report.title = content.slug, content.title
    module_id = _module(session, content, theme_id, origin, now)
    _keep_version(session, module_id, theme_id, content, report, now)
    _requires(session, module_id, [number for number in required if number is not None])
    report.accepted = True


def keep_brought(
    session: Session, content: Content, report: Report, *, now: datetime, is_chosen: bool, may_take_over: bool = False
) -> None:
    """Keep what an author brought. A module of the starter content is not changed by it, unless whoever runs the site names that
    module, and so takes it over. What meets a module by its title alone says that it became the next version."""
    there = session.scalar(select(Module.origin).where(Module.slug == content.slug))
    if there is Origin.STARTER and not (may_take_over and is_chosen):
        report.error("starter", STARTER)
        return
    keep(session, content, report, origin=Origin.AUTHOR, now=now)
    if there is not None and not is_chosen and report.accepted:
        report.note("next_version", NEXT)


def _check_theme(session: Session, slug: str | None, report: Report) -> None:
    if slug is not None:
        _theme(session, slug, report)


def _check_here(session: Session, content: Content, report: Report) -> None:
    """What a module of pages names itself: its theme, and what comes first."""
    _check_theme(session, content.theme, report)
    for slug in content.requires:
        _required(session, slug, report)


def _theme(session: Session, slug: str | None, report: Report) -> int | None:
    if slug is None:
        first = session.execute(select(Theme.id, Theme.title).order_by(Theme.position).limit(1)).first()
        if first is None:
            report.error("no_themes", "There are no themes yet: run `frontline community load` first.")
            return None
        report.note("theme", f"No theme was named, so the module is under “{first.title}”.")
        return int(first.id)
    found = session.scalar(select(Theme.id).where(Theme.slug == slug))
    if found is None:
        known = ", ".join(session.scalars(select(Theme.slug).order_by(Theme.position)))
        report.error("theme", f"There is no theme {slug}. The themes are: {known}.")
    return found


def _required(session: Session, slug: str, report: Report) -> int | None:
    found = session.scalar(select(Module.id).where(Module.slug == slug))
    if found is None:
        report.error("requires", f"The module {slug}, which has to come first, is not here.", "module.toml")
    return found


def _module(session: Session, content: Content, theme_id: int, origin: Origin, now: datetime) -> int:
    here = Module.slug == content.slug
    found = session.execute(select(Module.id, Module.origin, Module.theme_id).where(here)).first()
    if found is not None:
        if (found.origin, found.theme_id) != (origin, theme_id):
            session.execute(update(Module).where(Module.id == found.id).values(origin=origin, theme_id=theme_id))
        return int(found.id)
    last = session.scalar(select(func.max(Module.position))) or 0
    made = session.execute(insert(Module).returning(Module.id), {
        "slug": content.slug, "theme_id": theme_id, "title": content.title, "summary": content.summary, "minutes": 0,
        "unit_count": 0, "position": last + 1, "origin": origin, "current_version_id": None, "created_at": now,
    })  # fmt: skip
    return int(made.scalar_one())


def _keep_version(
    session: Session, module_id: int, theme_id: int, content: Content, report: Report, now: datetime
) -> None:
    """The version with its units and questions, unless the same content is there already."""
    told = f"{content.title}\0{content.slug}\0{theme_id}\0{content.digest}"
    digest = hashlib.sha256(told.encode()).hexdigest()
    same = select(ModuleVersion.n).where(ModuleVersion.module_id == module_id, ModuleVersion.content_hash == digest)
    report.version = session.scalar(same.order_by(ModuleVersion.n.desc()))
    if report.version is not None:
        report.note("same_content", f"This content is here already, as version {report.version}.")
        return
    last = session.scalar(select(func.max(ModuleVersion.n)).where(ModuleVersion.module_id == module_id))
    report.version = (last or 0) + 1
    version_id = session.execute(insert(ModuleVersion).returning(ModuleVersion.id), {
        "module_id": module_id, "n": report.version, "state": VersionState.DRAFT, "content_hash": digest,
        "origin_label": b32encode(secrets.token_bytes(16)).decode().lower().rstrip("="), "title": content.title,
        "summary": content.summary, **totals(content.units), "created_at": now, "published_at": None, "format": content.format,
    }).scalar_one()  # fmt: skip
    packages = _packages(session, content.units, now)
    for position, unit in enumerate(content.units, 1):
        _put_unit(session, version_id, position, unit, packages)


def _packages(session: Session, units: list[UnitContent], now: datetime) -> dict[str, int]:
    """The row of each package by its hash, made where it is not there yet."""
    brought = {unit.package.sha256: unit.package for unit in units if unit.package}
    if not brought:
        return {}
    rows = [
        {
            "sha256": each.sha256, "is_zip": each.is_zip, "size": each.size, "entry_count": each.entry_count,
            "index": each.index, "created_at": now,
        }
        for each in brought.values()
    ]  # fmt: skip
    session.execute(portable.here(session, _NEW_PACKAGE), rows)
    found = session.execute(select(Package.sha256, Package.id).where(Package.sha256.in_(brought)))
    return {row.sha256: row.id for row in found}


def _put_unit(session: Session, version_id: int, position: int, unit: UnitContent, packages: dict[str, int]) -> None:
    unit_id = session.execute(insert(Unit).returning(Unit.id), {
        "version_id": version_id, "position": position, "stable_key": unit.key, "kind": unit.kind, "title": unit.title,
        "minutes": unit.minutes, "is_required": unit.is_required, "weight": unit.weight, "rule": unit.rule,
        "threshold": unit.threshold, "max_attempts": unit.max_attempts, "body_html": unit.body_html, "source": unit.source,
        "prompt": unit.prompt, "url": unit.url, "media": unit.media,
        "package_id": packages[unit.package.sha256] if unit.package else None, "play": unit.play,
        "score_policy": unit.score_policy, "release": unit.release,
    }).scalar_one()  # fmt: skip
    if unit.questions:
        rows = [{"unit_id": unit_id, "position": n, **question} for n, question in enumerate(unit.questions, 1)]
        session.execute(insert(Question), rows)


def _requires(session: Session, module_id: int, wanted: list[int]) -> None:
    here = ModulePrerequisite.module_id == module_id
    there = set(session.scalars(select(ModulePrerequisite.requires_id).where(here)))
    if there - set(wanted):
        session.execute(delete(ModulePrerequisite).where(here, ModulePrerequisite.requires_id.in_(there - set(wanted))))
    if set(wanted) - there:
        rows = [{"module_id": module_id, "requires_id": number} for number in set(wanted) - there]
        session.execute(insert(ModulePrerequisite), rows)


def publish(
    session: Session, version_id: int, now: datetime, *, switch: Switch = Switch.STAY, is_compatible: bool = False
) -> None:
    """Make a draft the version that new learners get; CannotPublish for anything else, and for a draft that is not finished.

    ``switch`` says what it means for learners on an earlier version, ``is_compatible`` whether what a package kept for them
    can be read by this one. The totals are counted here, once: nothing of it changes any more.
    """
    version = session.execute(_STANDING, {"version": version_id}).first()
    if version is None or version.state is not VersionState.DRAFT:
        raise CannotPublish("Only a draft can be published.")
    unfinished = readiness.missing(session, version_id)
    if unfinished:
        raise CannotPublish(" ".join(dict.fromkeys(each.words for each in unfinished)))
    rows = session.execute(_COUNTED, {"version": version_id}).all()
    change = {
        "state": VersionState.PUBLISHED, "published_at": now, "switch": switch, "is_compatible": is_compatible,
        **totals(rows),
    }  # fmt: skip
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(**change))
    _make_current(session, version_id)


def retire(session: Session, version_id: int) -> None:
    """Take a version out of use: nobody new gets it, and whoever is on it finishes it."""
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(state=VersionState.RETIRED))
    session.execute(update(Module).where(Module.current_version_id == version_id).values(current_version_id=None))


def restore(session: Session, version_id: int, now: datetime) -> None:
    """Make a version that was published before the one that new learners get again; nobody has to switch to it.

    CannotPublish for a draft.
    """
    version = session.execute(_STANDING, {"version": version_id}).first()
    if version is None or version.state is VersionState.DRAFT:
        raise CannotPublish("Only a version that was published before can be restored.")
    change = {"state": VersionState.PUBLISHED, "switch": Switch.STAY, "published_at": now}
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(**change))
    _make_current(session, version_id)


def _make_current(session: Session, version_id: int) -> None:
    """Lists show the module as its current version says."""
    version = session.execute(_STANDING, {"version": version_id}).one()
    session.execute(
        update(Module).where(Module.id == version.module_id)
        .values(current_version_id=version_id, title=version.title, summary=version.summary, minutes=version.minutes, unit_count=version.unit_count)
    )  # fmt: skip
