"""Assignment and Grade Services 2.0: send a score, read a result.

Media types exactly as registered, or Moodle answers 400.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from learn.lti.services import http, links
from learn.lti.services.http import Answer, CallFailed, Reach

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
LINE_ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
LINE_ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
MAXIMUM = 100
MOST_PAGES = 200


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


def pages(ask: Callable[[str], Answer], address: str) -> Iterator[Any]:
    """The JSON of each page of a list [D9]: the Link header is followed to the end; CallFailed when one fails."""
    seen: set[str] = set()
    following: str | None = address
    while following is not None:
        if following in seen or len(seen) >= MOST_PAGES:
            raise CallFailed("not_json")  # pages that lead to each other never end
        seen.add(following)
        answer = ask(following)
        if answer.status != 200:
            raise CallFailed("refused", answer.status)
        told = answer.json()
        if not isinstance(told, list):
            raise CallFailed("not_json", 200)
        yield told
        following = links.following(answer, following)


def line_items(ask: Callable[[str], Answer], container: str, wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    """The line items of a container that fit, whether the platform can filter or not (AGS 2.0 §3.1.2)."""
    names = {"resource_id": "resourceId", "tag": "tag", "resource_link_id": "resourceLinkId"}
    separator = "&" if "?" in container else "?"
    for told in pages(ask, f"{container}{separator}{urlencode(wanted)}"):
        for each in told:
            fits = isinstance(each, dict) and all(each.get(names[name]) == value for name, value in wanted.items())
            if fits and isinstance(each.get("id"), str):
                yield each


def create(reach: Reach, container: str, told: dict[str, Any], token: str, timeout: tuple[float, float]) -> str:
    """Make a line item [D8]; returns its address, CallFailed when the platform makes none. Look for it first."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": LINE_ITEM_TYPE, "Accept": LINE_ITEM_TYPE}
    answer = http.call(reach, "POST", container, headers=headers, data=json.dumps(told).encode(), timeout=timeout)
    if answer.status not in (200, 201):
        raise CallFailed("refused", answer.status)
    made = answer.json()
    address = made.get("id") if isinstance(made, dict) else None
    if not isinstance(address, str) or not address.startswith(("https://", "http://")) or len(address) > 2000:
        raise CallFailed("not_json", answer.status)
    return address


def results(ask: Callable[[str], Answer], line_item: str) -> dict[str, float | None]:
    """What stands in a column for everybody, out of 100 by user [D11]; None for an entry without a score."""
    found: dict[str, float | None] = {}
    for told in pages(ask, beside(line_item, "results")):
        for each in told:
            if isinstance(each, dict) and isinstance(each.get("userId"), str):
                score = _number(each.get("resultScore"))
                maximum = _number(each.get("resultMaximum")) or 1.0
                found[each["userId"]] = None if score is None else score * MAXIMUM / maximum
    return found


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
