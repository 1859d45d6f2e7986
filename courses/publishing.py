"""From an upload to what learners study: import as a draft version, publish, retire. Nothing here commits."""

import hashlib
import re
import secrets
import tomllib
import zipfile
from base64 import b32encode
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from courses.catalogue import Module, ModulePrerequisite, ModuleVersion, Origin, Theme, Unit, VersionState
from courses.errors import CourseError
from courses.learning import completion
from courses.packages import detect, module_files, pages
from courses.packages.archive import Files, Folder, open_archive
from courses.packages.module_files import UnitContent
from courses.packages.report import Report
from courses.questions.models import Question
from courses.storage import Storage


class CannotPublish(CourseError):
    """The version is not a draft that could be published."""

    code = "cannot_publish"


def import_folder(session: Session, storage: Storage, folder: Path, **wanted: Any) -> Report:
    """Import a folder that this project ships; see ``import_files``."""
    return import_files(session, storage, Folder(folder), Report(), **wanted)


def import_zip(session: Session, storage: Storage, path: Path, **wanted: Any) -> Report:
    """Import an uploaded file; whatever it is, the report says so in words, and a refused one leaves nothing behind."""
    report = Report()
    if path.is_file() and not zipfile.is_zipfile(path):
        report.format = detect.of_single_file(path)
        if report.format != "unknown":
            report.error("not_yet", detect.LATER[report.format])
            return report
    files = open_archive(path, report)
    if files is None:
        return report
    with files.file:
        return import_files(session, storage, files, report, fallback=path.stem, **wanted)


def import_files(
    session: Session, storage: Storage, files: Files, report: Report, *, origin: Origin, now: datetime,
    slug: str | None = None, title: str | None = None, theme: str | None = None, fallback: str = "Module",
) -> Report:  # fmt: skip
    """Make a draft version of a module from files; the same content twice makes none, and finds the one that is there.

    ``slug``, ``title`` and ``theme`` win over the package's own ``module.toml``.
    """
    report.format = detect.of_files(files)
    if report.format not in ("markdown", "web"):
        report.error("not_yet", detect.LATER[report.format])
        return report
    about = _about(files, report)
    report.title = title or about.get("title") or _words(fallback)
    report.slug = slug or _slug(report.title)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", report.slug) or len(report.slug) > 80:
        report.error("slug", "A slug has small letters, numbers and single hyphens, 80 at most.")
    theme_id = _theme(session, theme or about.get("theme"), report)
    units = _units(files, storage, report)
    report.units = [{"title": unit.title, "kind": unit.kind.value} for unit in units]
    report.questions = sum(len(unit.questions) for unit in units)
    required = [_required(session, name, report) for name in about.get("requires", [])]
    if report.has_errors or theme_id is None:
        return report
    summary = str(about.get("summary", ""))
    module_id = _module(session, report, theme_id, summary, origin, now)
    _keep(session, module_id, report, units, summary, _digest(files, report, theme_id), now)
    _requires(session, module_id, [number for number in required if number is not None])
    report.accepted = True
    return report


def _about(files: Files, report: Report) -> dict[str, Any]:
    if "module.toml" not in files.names():
        return {}
    try:
        return tomllib.loads(files.read("module.toml").decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        report.error("module_toml", f"module.toml is not TOML: {error}.", "module.toml")
        return {}


def _units(files: Files, storage: Storage, report: Report) -> list[UnitContent]:
    place = pages.Place("", report.slug or "", files, storage, report)
    names = module_files.page_names(place)
    place.positions = {name: position for position, name in enumerate(names, 1)}
    units: list[UnitContent] = []
    for name in names:
        place.name = name
        unit = module_files.read_unit(place)
        if unit is not None:
            unit.key = _unused(unit.key, {each.key for each in units})
            units.append(unit)
    if units and not any(unit.is_required for unit in units):
        report.error("nothing_required", "At least one unit has to be required, or nobody could complete the module.")
    return units


def _unused(key: str, taken: set[str]) -> str:
    numbered = (f"{key[:76]}-{n}" for n in range(2, len(taken) + 3))
    return key if key not in taken else next(each for each in numbered if each not in taken)


def _theme(session: Session, slug: str | None, report: Report) -> int | None:
    if slug is None:
        first = session.execute(select(Theme.id, Theme.slug).order_by(Theme.position).limit(1)).first()
        if first is None:
            report.error("no_themes", "There are no themes yet: run `frontline community load` first.")
            return None
        report.note("theme", f"No theme was named, so the module is under {first.slug}.")
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


def _digest(files: Files, report: Report, theme_id: int) -> str:
    digest = hashlib.sha256(f"{report.title}\0{report.slug}\0{theme_id}".encode())
    for name in files.names():
        digest.update(f"\0{name}\0".encode() + hashlib.sha256(files.read(name)).digest())
    return digest.hexdigest()


def _module(session: Session, report: Report, theme_id: int, summary: str, origin: Origin, now: datetime) -> int:
    found = session.execute(select(Module.id, Module.origin, Module.theme_id).where(Module.slug == report.slug)).first()
    if found is not None:
        if (found.origin, found.theme_id) != (origin, theme_id):
            session.execute(update(Module).where(Module.id == found.id).values(origin=origin, theme_id=theme_id))
        return int(found.id)
    last = session.scalar(select(func.max(Module.position))) or 0
    made = session.execute(insert(Module).returning(Module.id), {
        "slug": report.slug, "theme_id": theme_id, "title": report.title, "summary": summary, "minutes": 0, "unit_count": 0,
        "position": last + 1, "origin": origin, "current_version_id": None, "created_at": now,
    })  # fmt: skip
    return int(made.scalar_one())


def _keep(
    session: Session, module_id: int, report: Report, units: list[UnitContent], summary: str, digest: str, now: datetime
) -> None:
    """The version with its units and questions, unless the same content is there already."""
    same = select(ModuleVersion.n).where(ModuleVersion.module_id == module_id, ModuleVersion.content_hash == digest)
    report.version = session.scalar(same.order_by(ModuleVersion.n.desc()))
    if report.version is not None:
        report.note("same_content", f"This content is here already, as version {report.version}.")
        return
    report.version = (
        session.scalar(select(func.max(ModuleVersion.n)).where(ModuleVersion.module_id == module_id)) or 0
    ) + 1
    version_id = session.execute(insert(ModuleVersion).returning(ModuleVersion.id), {
        "module_id": module_id, "n": report.version, "state": VersionState.DRAFT, "content_hash": digest,
        "origin_label": b32encode(secrets.token_bytes(16)).decode().lower().rstrip("="), "title": report.title, "summary": summary,
        "minutes": sum(unit.minutes for unit in units), "unit_count": len(units), **_totals(units),
        "created_at": now, "published_at": None,
    }).scalar_one()  # fmt: skip
    for position, unit in enumerate(units, 1):
        _put_unit(session, version_id, position, unit)


def _totals(units: list[UnitContent]) -> dict[str, Any]:
    required = [(position, unit) for position, unit in enumerate(units, 1) if unit.is_required]
    mask = b""
    for position, _ in required:
        mask = completion.set_bit(mask, position)
    return {
        "required_count": len(required),
        "required_weight": sum(unit.weight for _, unit in required),
        "required_mask": mask,
    }


def _put_unit(session: Session, version_id: int, position: int, unit: UnitContent) -> None:
    unit_id = session.execute(insert(Unit).returning(Unit.id), {
        "version_id": version_id, "position": position, "stable_key": unit.key, "kind": unit.kind, "title": unit.title,
        "minutes": unit.minutes, "is_required": unit.is_required, "weight": unit.weight, "rule": unit.rule,
        "threshold": unit.threshold, "max_attempts": unit.max_attempts, "body_html": unit.body_html, "prompt": unit.prompt,
        "url": unit.url, "media": unit.media,
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


def publish(session: Session, version_id: int, now: datetime) -> None:
    """Make a draft the version that new learners get. Learners in progress stay on theirs; CannotPublish for anything else."""
    version = session.execute(
        select(
            ModuleVersion.module_id, ModuleVersion.state, ModuleVersion.title, ModuleVersion.summary, ModuleVersion.minutes,
            ModuleVersion.unit_count,
        )
        .where(ModuleVersion.id == version_id)
    ).first()  # fmt: skip
    if version is None or version.state is not VersionState.DRAFT:
        raise CannotPublish("Only a draft can be published.")
    change = {"state": VersionState.PUBLISHED, "published_at": now}
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(**change))
    session.execute(
        update(Module).where(Module.id == version.module_id)
        .values(current_version_id=version_id, title=version.title, summary=version.summary, minutes=version.minutes, unit_count=version.unit_count)
    )  # fmt: skip


def retire(session: Session, version_id: int) -> None:
    """Take a version out of use: nobody new gets it, and whoever is on it finishes it."""
    session.execute(update(ModuleVersion).where(ModuleVersion.id == version_id).values(state=VersionState.RETIRED))
    session.execute(update(Module).where(Module.current_version_id == version_id).values(current_version_id=None))


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80].strip("-") or "module"


def _words(name: str) -> str:
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:] or "Module"
