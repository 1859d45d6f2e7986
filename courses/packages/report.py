"""The one report that an author gets: what the file is, what came of it, and every problem at once."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any

LISTED = 20
"Problems of one code that are listed; the next one says how many more there are."
ALL_LISTED = {"question"}
"Codes of which every problem is listed: their readers have limits of their own."
LEVELS = {"error": "Must be mended", "warning": "Should be mended", "note": "Good to know"}


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

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON says it."""
        return asdict(self)
