"""The one report that an author gets: what the file is, what came of it, and every problem at once."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

LISTED = 20
"Problems of one code that are listed; the next one says how many more there are."
ALL_LISTED = {"question"}
"Codes of which every problem is listed: their readers have limits of their own."
FORMATS = {
    "scorm12": "a SCORM 1.2 package", "scorm2004": "a SCORM 2004 package", "cmi5": "a cmi5 package", "tincan": "a Tin Can package",
    "h5p": "an H5P file", "common_cartridge": "a Common Cartridge", "epub": "an EPUB book", "web": "a zip of web pages",
    "markdown": "a zip of Markdown pages", "pdf": "a PDF", "video": "a video", "gift": "a question bank in GIFT",
    "aiken": "a question bank in Aiken", "moodle_xml": "a question bank in Moodle XML", "qti": "a set of QTI questions",
    "unknown": "an unknown kind of file",
}  # fmt: skip
"What each ``Report.format`` is called."


@dataclass(frozen=True)
class Problem:
    """One thing to know: an error refuses the file, a warning asks for a mend, a note explains."""

    level: str
    code: str
    message: str
    path: str = ""


@dataclass
class Report:
    """What an upload is and became."""

    accepted: bool = False
    format: str = "unknown"
    slug: str | None = None
    title: str | None = None
    version: int | None = None
    units: list[dict[str, str]] = field(default_factory=list)
    questions: int = 0
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    "What is good to know of a package: tool, version, size, hosts and so on; see courses.packages.facts."

    def error(self, code: str, message: str, path: str = "") -> None:
        self._add(Problem("error", code, message, path))

    def warn(self, code: str, message: str, path: str = "") -> None:
        self._add(Problem("warning", code, message, path))

    def note(self, code: str, message: str, path: str = "") -> None:
        self._add(Problem("note", code, message, path))

    def _add(self, problem: Problem) -> None:
        """Keep a problem once; a hostile file may have thousands of one kind, and nobody reads those."""
        alike = [place for place, each in enumerate(self.problems) if each.code == problem.code]
        if len(alike) < LISTED or problem.code in ALL_LISTED:
            if problem not in self.problems:
                self.problems.append(problem)
        elif len(alike) == LISTED:
            self.problems.append(replace(problem, message="One more like this.", path=""))
        else:
            last = self.problems[alike[-1]].message.split(" ", 1)[0].replace(",", "")
            more = int(last) + 1 if last.isdigit() else 2
            self.problems[alike[-1]] = replace(problem, message=f"{more:,} more like this.", path="")

    @property
    def has_errors(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)

    @property
    def lacks_captions(self) -> bool:
        """Whether it is a video that came alone: how captions come along with it, each road says for itself."""
        return self.format == "video" and any(problem.code == "no_captions" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON says it."""
        return asdict(self)


def in_words(report: Report) -> list[str]:
    """The whole report as lines to print: what came of the file, its facts, then every problem, the gravest first."""
    if report.accepted:
        questions = f", {report.questions} questions" if report.questions else ""
        count = f"{len(report.units)} {'unit' if len(report.units) == 1 else 'units'}{questions}"
        head = f"{report.title} ({report.slug}), version {report.version}, from {FORMATS[report.format]}: {count}."
    else:
        head = f"The file was refused. It is {FORMATS[report.format]}."
    units = [f"  {number}. {unit['title']} ({unit['kind']})" for number, unit in enumerate(report.units, 1)]
    return [head, *units, *facts_in_words(report), *problems_in_words(report)]


def problems_in_words(report: Report) -> list[str]:
    """Every problem as a line, errors first, then warnings, then notes."""
    levels = ("error", "warning", "note")
    ordered = sorted(report.problems, key=lambda problem: levels.index(problem.level))
    return [f"{each.level}: {each.message}" + (f" ({each.path})" if each.path else "") for each in ordered]


def facts_in_words(report: Report) -> list[str]:
    """What is good to know of the package, a sentence each."""
    facts = report.facts
    said = []
    if facts.get("version"):
        said.append(f"Format: {facts['version']}.")
    if facts.get("tool"):
        said.append(f"Made with: {facts['tool']}.")
    if facts.get("launch"):
        named, more = facts["launch"][:10], len(facts["launch"]) - 10
        said.append(f"Opens at: {', '.join(named)}{f' and {more} more' if more > 0 else ''}.")
    if facts.get("pages"):
        said.append(f"Pages: {facts['pages']:,}.")
    if facts.get("seconds"):
        said.append(f"Length: {facts['seconds'] // 60} min {facts['seconds'] % 60} s.")
    if facts.get("size"):
        files = f", {facts['files']:,} files, {size_in_words(facts['unpacked'])} unpacked" if "files" in facts else ""
        said.append(f"Size: {size_in_words(facts['size'])}{files}.")
    return said


def size_in_words(count: int) -> str:
    """As in "850kB" or "12.5MB"."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))}kB"
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + "MB"
