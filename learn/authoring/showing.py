"""What authors read of reports, formats and kinds: the same sentences as from the command line, in the parts of a page."""

from typing import Any

from courses.packages import report as reports
from courses.packages.report import Problem, Report

KINDS = {
    "page": "Page", "video": "Video", "quiz": "Quiz", "reflection": "Reflection", "link": "Link", "file": "Download", "pdf": "PDF",
    "web": "Web pages", "scorm": "SCORM", "h5p": "H5P",
}  # fmt: skip
LEVELS = (
    ("error", "Errors", "These have to be mended before the file can be taken."),
    ("warning", "Warnings", "The file is taken. Mend these, or check that they do no harm."),
    ("note", "Notes", "Good to know. Nothing has to be done."),
)


def format_of(name: str) -> str:
    """What a version was made from, as a word of its own: "SCORM 1.2 package"."""
    if not name:
        return "Written here"
    words = reports.FORMATS.get(name, name).removeprefix("a ").removeprefix("an ")
    return words[:1].upper() + words[1:]


def reported(told: dict[str, Any]) -> dict[str, Any]:
    """A kept report as the parts of a page; empty where there is none."""
    if not told:
        return {"report": None, "facts": [], "groups": [], "unit_lines": []}
    report = Report(**{**told, "problems": [Problem(**each) for each in told["problems"]]})
    said = [sentence.removesuffix(".").partition(": ") for sentence in reports.facts_in_words(report)]
    groups = [
        {"level": level, "heading": heading, "about": about, "problems": [each for each in report.problems if each.level == level]}
        for level, heading, about in LEVELS
    ]  # fmt: skip
    units = [{"title": unit["title"], "kind": KINDS.get(unit["kind"], unit["kind"])} for unit in report.units]
    return {
        "report": report, "facts": _facts(report, said), "groups": [each for each in groups if each["problems"]],
        "unit_lines": units,
    }  # fmt: skip


def _facts(report: Report, said: list[tuple[str, str, str]]) -> list[tuple[str, str]]:
    found = [("Kind of file", format_of(report.format))]
    if report.questions:
        found.append(("Questions that came in", str(report.questions)))
    return found + [("Format, as it says" if label == "Format" else label, value) for label, _, value in said]


size = reports.size_in_words
