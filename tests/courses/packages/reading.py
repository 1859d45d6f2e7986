"""Reading a made package in a test: its units and its report."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from courses.packages import h5p, scorm
from courses.packages.archive import open_archive
from courses.packages.content import UnitContent
from courses.packages.report import Report
from tests.modules import Memory


def read_zip(path: Path) -> tuple[list[UnitContent], Report]:
    """A written zip through the archive's rules and the reader of its ending."""
    report = Report()
    files = open_archive(path, report)
    assert files is not None, report.problems
    with files.file:
        return (h5p if path.suffix == ".h5p" else scorm).read(files, report), report


def read_files(files: dict[str, Any], reader: Callable[..., list[UnitContent]] = scorm.read) -> tuple[list[UnitContent], Report]:  # fmt: skip
    """Files in memory through a reader."""
    report = Report()
    return reader(Memory(files), report), report


def said(report: Report, code: str) -> list[str]:
    """The messages of that code, in order."""
    return [problem.message for problem in report.problems if problem.code == code]


def levels(report: Report) -> dict[str, str]:
    """Level by code."""
    return {problem.code: problem.level for problem in report.problems}
