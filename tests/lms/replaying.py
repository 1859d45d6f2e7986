"""Send what was recorded of a running Moodle to the LMS again, in order, and tell both answers."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from werkzeug.test import Client, TestResponse

from tests.lms import keys
from tests.lms.platform import Lms

FOLDER = Path(__file__).parent / "recordings"
HOST = "https://lms.example"
CLIENT_ID = "PUy6FGYcvX2B0UG"
ORDER = ("token-response", "ags-lineitem", "ags-score", "ags-results", "nrps", "ags-score-delayed-queue")
"The files as they were recorded one after the other: what one leaves behind, the next one finds."
BEGAN = {
    "ags-score": "2026-11-22T06:14:15Z",
    "token-response": "2026-11-22T06:14:14Z",
    "ags-score-delayed-queue": "2026-11-22T06:16:10Z",
}
"When a file's first request arrived, where its scores do not say it."
ARRIVED = {"score: ts in the future +1h": "2026-11-22T06:14:28.360Z"}
"When a request arrived whose timestamp is far from the truth."
NO_TOKEN = ("lineitems GET no auth", "nrps no token")
WRONG_TOKEN = ("lineitem list bad token", "score: bad token")
OTHER_SCOPE = ("score: token without score scope", "nrps token w/o scope")
RAW = {"score: not JSON": "{oops"}
"What was really sent where the recording could not hold it."
HEADERS = {"accept": "Accept", "content_type": "Content-Type"}


@dataclass(frozen=True)
class Replayed:
    """One recorded exchange and the answer of our LMS to the same request."""

    recorded: dict[str, Any]
    answer: TestResponse

    @property
    def body(self) -> Any:
        """Parsed as the recording's is."""
        text = self.answer.get_data(as_text=True)
        return text if isinstance(self.recorded["answer"]["body"], str) else json.loads(text)


def recorded(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def labels() -> list[tuple[str, str]]:
    """Every recorded exchange: (file, label)."""
    return [(name, each["label"]) for name in ORDER for each in recorded(name)]


def furnish() -> Lms:
    """The recorded site: 50 learners and a teacher in two courses, eight activities that were left of ten."""
    lms = Lms(HOST, "https://tool.example", client_id=CLIENT_ID)
    lms.key_set_of_tool = {"keys": [keys.stranger().published()]}
    lms.add_person("Site", "Administrator", id="2", username="admin", sourced_id="", is_administrator=True)
    course = lms.add_course(id="2")
    other = lms.add_course("Community of research delivery staff", "COMM", id="3")
    for n in sorted(range(1, 51), key=str):
        person = lms.add_learner(course, f"Lee{n}", f"Learner{n}", id=str(n + 4), username=f"learner{n}")
        person.sourced_id = f"NIHR-{n}"
        lms.enrol(other, person)
    teacher = lms.add_instructor(course, "Tess", "Teacher", id="3", username="teacher", sourced_id="")
    lms.enrol(other, teacher, "Instructor")
    for n in (1, 2, 3, 4, 5, 6, 8, 9):
        title = "Module 9 (PyLTI1p3)" if n == 9 else f"Module {n}"
        item = str(15 + n if n < 7 else 14 + n)
        lms.add_link(
            course,
            title,
            target_link_uri=f"https://tool.example/launch?module={n}",
            description=f"Intro to module {n}",
            custom={"module": f"mod-{n}"},
            resource_id=f"mod-{n}",
            tag="progress",
            id=str(n),
            line_item_id=item,
            pass_grade=50 if n == 2 else None,
        )
    return lms


@cache
def replay() -> dict[tuple[str, str], Replayed]:
    """All recorded exchanges, sent once in a run: (file, label) -> what came."""
    lms = furnish()
    client, clock, found = Client(lms.app), [0.0], {}
    lms.now = lambda: clock[0]
    for name in ORDER:
        clock[0] = _seconds(BEGAN[name]) if name in BEGAN else clock[0]
        for each in recorded(name):
            _prepare(lms, each, clock)
            found[name, each["label"]] = Replayed(each, _send(lms, client, each))
    return found


def _prepare(lms: Lms, each: dict[str, Any], clock: list[float]) -> None:
    """Move the clock to the request's arrival, and do by hand what was done by hand between the requests."""
    stamp = each["body"].get("timestamp") if isinstance(each["body"], dict) else None
    told = _seconds(ARRIVED.get(each["label"], stamp or ""))
    if 0 < told - clock[0] < 60:
        clock[0] = told
    if each["label"] in ("nrps after suspending learner50", "nrps rlid"):
        course = lms.state.courses["2"]
        lms.enrol(course, lms.state.people["54"], is_suspended=each["label"] != "nrps rlid")


def _send(lms: Lms, client: Client, each: dict[str, Any]) -> TestResponse:
    headers = {theirs: each[ours] for ours, theirs in HEADERS.items() if each.get(ours)}
    if "token.php" in each["url"]:
        return client.post(each["url"], headers=headers, data=_assertion(lms, each))
    if each["label"] in WRONG_TOKEN:
        headers["Authorization"] = "Bearer of nothing"
    elif each["label"] not in NO_TOKEN:
        token = lms.grant("lineitem.readonly") if each["label"] in OTHER_SCOPE else lms.grant()
        headers["Authorization"] = f"Bearer {token}"
    body = RAW.get(each["label"], json.dumps(each["body"]) if each["body"] is not None else None)
    return client.open(each["url"], method=each["method"], headers=headers, data=body)


def _assertion(lms: Lms, each: dict[str, Any]) -> Any:
    """The token request of a label: its scope, with an assertion that has the label's fault."""
    if each["content_type"] != "application/x-www-form-urlencoded":
        return b"{}"
    now, label = int(lms.now()), each["label"]
    sub = "nobody" if "unknown client" in label else CLIENT_ID
    iat, exp = (now - 7200, now - 3600) if "expired" in label else (now, now + 300)
    aud = "https://other.example" if "wrong aud" in label else f"{HOST}/mod/lti/token.php"
    claims = {
        "iss": sub,
        "sub": sub,
        "aud": aud,
        "iat": iat + 3600 if "iat 1h" in label else iat,
        "exp": exp,
        "jti": "one",
    }
    key = keys.stranger()
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode(claims, key.private, "RS256", headers={"kid": key.kid}),
        "scope": each["body"]["scope"],
    }


def _seconds(stamp: str) -> float:
    """Epoch seconds; 0 for what is no time."""
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        return 0.0
