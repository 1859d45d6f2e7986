"""Modules for tests: small packages as dicts of files, brought in by the product's own road."""

import io
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from courses import publishing
from courses.catalogue import Module, ModuleVersion, Origin, Theme, Unit
from courses.db import now
from courses.packages.report import Report
from courses.storage import Storage

QUIZ = """+++
title = "Check what you know"
kind = "quiz"
pass_mark = 75
[[questions]]
kind = "single"
prompt = "What comes first?"
explanation = "People come first."
[[questions.options]]
text = "The form"
feedback = "The form comes later."
[[questions.options]]
text = "The person"
correct = true
feedback = "Yes: the person."
[[questions]]
kind = "multiple"
prompt = "Who may ask?"
[[questions.options]]
text = "A nurse"
correct = true
feedback = "Yes."
[[questions.options]]
text = "A midwife"
correct = true
feedback = "Yes."
[[questions.options]]
text = "A visitor"
feedback = "No."
[[questions]]
kind = "truefalse"
prompt = "Consent can be withdrawn."
[[questions.options]]
text = "True"
correct = true
feedback = "At any time."
[[questions.options]]
text = "False"
feedback = "It can."
[[questions]]
kind = "shortanswer"
prompt = "How many hours?"
[[questions.options]]
text = "24"
correct = true
feedback = "A day."
+++
Four questions.
"""

REFLECTION = """+++
title = "Think about your ward"
kind = "reflection"
prompt = "What will you change?"
+++
Write a few lines.
"""

PAGES = {"01-why.md": "# Why people say no\n\nThey are not asked.", "02-how.md": "# How to ask\n\nKindly."}
WHOLE = {**PAGES, "03-check.md": QUIZ, "04-think.md": REFLECTION}


class Memory:
    """Files in memory, as a package."""

    def __init__(self, files: dict[str, str | bytes]) -> None:
        self.files = files

    def names(self) -> list[str]:
        return sorted(self.files)

    def read(self, name: str) -> bytes:
        content = self.files[name]
        return content.encode() if isinstance(content, str) else content

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self.read(name))

    def size(self, name: str) -> int:
        return len(self.read(name))


def make_theme(session: Session, slug: str = "research-culture", position: int = 1) -> int:
    """A theme, or the one that is there."""
    there = session.scalar(select(Theme.id).where(Theme.slug == slug))
    row = {"slug": slug, "title": slug.replace("-", " ").capitalize(), "summary": "A theme.", "position": position}
    return there or int(session.execute(insert(Theme).returning(Theme.id), row).scalar_one())


def bring_in(session: Session, folder: Path, files: dict[str, Any], **wanted: Any) -> Report:
    """Import files as a draft version and give the report."""
    make_theme(session)
    chosen = {"slug": "a-module", "title": "A module", "origin": Origin.AUTHOR, "now": now(), **wanted}
    return publishing.import_files(session, Storage(folder), Memory(files), Report(), **chosen)


def make_module(session: Session, folder: Path, files: dict[str, Any] | None = None, **wanted: Any) -> Any:
    """A published module; returns id, slug, version_id, units (rows of id, position, kind)."""
    report = bring_in(session, folder, files or WHOLE, **wanted)
    assert report.accepted, report.problems
    found = select(ModuleVersion.id, ModuleVersion.module_id).join(Module, Module.id == ModuleVersion.module_id)
    version = session.execute(found.where(Module.slug == report.slug, ModuleVersion.n == report.version)).one()
    publishing.publish(session, version.id, now())
    return Made(version.module_id, report.slug or "", version.id, units_of(session, version.id))


class Made:
    """A module that a test made."""

    def __init__(self, module_id: int, slug: str, version_id: int, units: list[Any]) -> None:
        self.id, self.slug, self.version_id, self.units = module_id, slug, version_id, units


def units_of(session: Session, version_id: int) -> list[Any]:
    columns = select(Unit.id, Unit.position, Unit.kind, Unit.title, Unit.stable_key, Unit.body_html, Unit.media)
    return list(session.execute(columns.where(Unit.version_id == version_id).order_by(Unit.position)).all())
