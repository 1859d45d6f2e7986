"""Assignment and Grade Services 2.0: send a score, read a result.

Media types exactly as registered, or Moodle answers 400.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from learn.lti.services import http
from learn.lti.services.http import Answer, CallFailed, Reach

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
MAXIMUM = 100


@dataclass(frozen=True)
class Entry:
    """One score to send: who, how much of 100, when it was reached, and the moment of sending (whole seconds)."""

    line_item: str
    user: str = field(repr=False)
    given: int
    reached_at: datetime
    timestamp: datetime


def beside(line_item: str, part: str, **query: str) -> str:
    """An address under a line item's, its own query kept (AGS 2.0 §3.1.2).

    ``…/lineitem?type_id=1`` becomes ``…/lineitem/scores?type_id=1``.
    """
    split = urlsplit(line_item)
    asked = "&".join(piece for piece in (split.query, urlencode(query)) if piece)
    return urlunsplit((split.scheme, split.netloc, f"{split.path.rstrip('/')}/{part}", asked, ""))


def moment(at: datetime) -> str:
    """Whole seconds with the zone written out: what every platform reads."""
    return at.replace(microsecond=0).isoformat()


def send(reach: Reach, entry: Entry, token: str, timeout: tuple[float, float]) -> Answer:
    """POST the score. Always Completed and FullyGraded: Moodle erases a grade on anything else."""
    body: dict[str, Any] = {
        "userId": entry.user, "scoreGiven": entry.given, "scoreMaximum": MAXIMUM, "activityProgress": "Completed",
        "gradingProgress": "FullyGraded", "timestamp": moment(entry.timestamp),
        "submission": {"submittedAt": moment(entry.reached_at)},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": SCORE_TYPE, "Accept": "*/*"}
    url = beside(entry.line_item, "scores")
    return http.call(reach, "POST", url, headers=headers, data=json.dumps(body).encode(), timeout=timeout)


def result(reach: Reach, line_item: str, user: str, token: str, timeout: tuple[float, float]) -> float | None:
    """What stands in the platform's gradebook for a learner, out of 100; None when nothing does.

    CallFailed when it cannot be read.
    """
    headers = {"Authorization": f"Bearer {token}", "Accept": RESULTS_TYPE}
    answer = http.call(reach, "GET", beside(line_item, "results", user_id=user), headers=headers, timeout=timeout)
    if answer.status != 200:
        raise CallFailed("refused", answer.status)
    found = answer.json()
    # Platforms that cannot filter answer with everybody; a cleared entry has no score.
    for each in found if isinstance(found, list) else []:
        if (
            isinstance(each, dict)
            and each.get("userId") == user
            and (score := _number(each.get("resultScore"))) is not None
        ):
            return score * MAXIMUM / (_number(each.get("resultMaximum")) or 1.0)
    return None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
