"""The report in words: the same sentences on the author's page and from the command line. It takes the report as a dict."""

from typing import Any

FORMATS = {
    "scorm12": "SCORM 1.2 package", "scorm2004": "SCORM 2004 package", "cmi5": "cmi5 package", "tincan": "Tin Can (xAPI) package",
    "h5p": "H5P file", "common_cartridge": "Common Cartridge", "epub": "EPUB book", "web": "Web pages (HTML)",
    "markdown": "Markdown pages", "pdf": "PDF", "video": "Video", "gift": "GIFT question bank", "aiken": "Aiken question bank",
    "moodle_xml": "Moodle XML question bank", "qti": "QTI questions", "unknown": "Not known",
}  # fmt: skip
KINDS = {
    "page": "Page", "video": "Video", "quiz": "Quiz", "reflection": "Reflection", "link": "Link", "file": "Download", "pdf": "PDF",
    "web": "Web pages", "scorm": "SCORM", "h5p": "H5P",
}  # fmt: skip
LEVELS = (("error", "Errors"), ("warning", "Warnings"), ("note", "Notes"))
ABOUT = {
    "error": "These have to be mended before the file can be taken.",
    "warning": "The file is taken. Mend these, or check that they do no harm.",
    "note": "Good to know. Nothing has to be done.",
}
LABELS = {
    "tool": "Made with", "edition": "Edition", "version": "Format version", "files": "Files in it", "hosts": "Other sites that it asks for",
    "library": "Content type", "pages": "Pages", "launch": "Launch pages", "launch_pages": "Launch pages",
    "sets_completion": "Says when it is complete", "completes": "Says when it is complete", "items": "Items", "questions": "Questions",
    "size": "Size", "entries": "Files in it", "is_tagged": "Has tags for screen readers", "language": "Language",
}  # fmt: skip
"What a fact is called, by its name in the report; others by their name."


def head(report: dict[str, Any]) -> str:
    """The first line."""
    if not report["accepted"]:
        return "The file was refused."
    units, questions = len(report["units"]), report["questions"]
    asked = f", {counted(questions, 'question')}" if questions else ""
    return f"{report['title']} ({report['slug']}), version {report['version']}: {counted(units, 'unit')}{asked}."


def lines(report: dict[str, Any]) -> list[str]:
    """The report as lines of plain text."""
    said = [head(report), f"Format: {FORMATS[report['format']]}"]
    said += [f"{label}: {value}" for label, value in facts(report)]
    if report["accepted"]:
        said += [f"  {unit['title']} ({unit['kind']})" for unit in report["units"]]
    for level, _, problems in grouped(report):
        said += [f"{level}: {each['message']}" + (f" ({each['path']})" if each["path"] else "") for each in problems]
    return said


def grouped(report: dict[str, Any]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The problems by level, the worst first: level, heading, problems; a level without any is left out."""
    by_level = {level: [each for each in report["problems"] if each["level"] == level] for level, _ in LEVELS}
    return [(level, heading, by_level[level]) for level, heading in LEVELS if by_level[level]]


def facts(report: dict[str, Any]) -> list[tuple[str, str]]:
    """What was found out about a package, as label and value in words."""
    found = [(name, _value(name, value)) for name, value in report.get("facts", {}).items()]
    return [(LABELS.get(name, name.replace("_", " ").capitalize()), value) for name, value in found if value]


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "size" and isinstance(value, int):
        return size(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    return "" if value is None or isinstance(value, dict) else str(value)


def size(count: int) -> str:
    """As in "3KB", "1.2MB" or "1.5GB"."""
    if count >= 1_000_000_000:
        return f"{round(count / 1_000_000_000, 1):g}GB"
    return f"{round(count / 1_000_000, 1):g}MB" if count >= 1_000_000 else f"{max(1, round(count / 1000))}KB"


def counted(count: int, thing: str) -> str:
    """As in "4 units" or "1 unit"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
