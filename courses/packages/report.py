"""The one report that an author gets: what the file is, what came of it, and every problem at once."""

from dataclasses import asdict, dataclass, field
from typing import Any


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

    def error(self, code: str, message: str, path: str = "") -> None:
        self.problems.append(Problem("error", code, message, path))

    def warn(self, code: str, message: str, path: str = "") -> None:
        self.problems.append(Problem("warning", code, message, path))

    def note(self, code: str, message: str, path: str = "") -> None:
        self.problems.append(Problem("note", code, message, path))

    @property
    def has_errors(self) -> bool:
        return any(problem.level == "error" for problem in self.problems)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON says it."""
        return asdict(self)
