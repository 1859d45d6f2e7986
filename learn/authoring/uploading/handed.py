"""What the child process that reads a file hands over: the report and the content, as JSON and never as objects of its own."""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from courses.catalogue import Rule, ScorePolicy, UnitKind
from courses.packages.content import Content, PackageContent, UnitContent
from courses.packages.report import Problem, Report
from courses.questions.models import QuestionKind

BYTES = "bytes:base64"


def packed(report: Report, content: Content | None) -> bytes:
    """Both as JSON."""
    told = {"report": report.as_dict(), "content": asdict(content) if content else None}
    return json.dumps(told, default=_bytes).encode()


def unpacked(told: bytes) -> tuple[Report, Content | None]:
    """Both again; ValueError, KeyError or TypeError for anything that ``packed`` did not make."""
    found = json.loads(told, object_hook=_from_bytes)
    report = Report(**{**found["report"], "problems": [Problem(**each) for each in found["report"]["problems"]]})
    content = found["content"]
    if content is None:
        return report, None
    return report, Content(**{**content, "units": [_unit(each) for each in content["units"]]})


def _unit(told: dict[str, Any]) -> UnitContent:
    package = told["package"]
    return UnitContent(**{
        **told,
        "kind": UnitKind(told["kind"]),
        "rule": Rule(told["rule"]),
        "score_policy": ScorePolicy(told["score_policy"]),
        "questions": [{**each, "kind": QuestionKind(each["kind"])} for each in told["questions"]],
        "package": PackageContent(**package) if package else None,
    })  # fmt: skip


def _bytes(value: Any) -> Any:
    if isinstance(value, bytes):
        return {BYTES: b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} is not handed over")


def _from_bytes(told: dict[str, Any]) -> Any:
    return b64decode(told[BYTES]) if list(told) == [BYTES] else told
