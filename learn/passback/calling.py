"""The calls that send one score, and what each answer means. Runs in a thread of its own, without a database.

Moodle's rules (recorded on 4.4): timestamps in whole seconds, strictly increasing; only FullyGraded with a score; 409
is not "newer is there" but "not later than the second in which the last one came", so reading the result resolves it.
"""

import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from courses.db import now
from learn.lti.services import ags, tokens
from learn.lti.services.ags import Entry
from learn.lti.services.http import Answer, CallFailed
from learn.lti.services.tokens import Client, Purse, Token

RESENDS = 3
"How often a 409 is answered with a later timestamp."
LATER = timedelta(seconds=2)
SOON = timedelta(seconds=3)
"A stamp no further ahead of the clock is waited for; one that is further follows a platform's clock that is wrong."
FAR = timedelta(days=1)
"A platform's clock that is further off than this is not believed."
ROUNDING = 0.01
"Of 100; platforms keep shares and multiply."
SCORES, RESULTS = (ags.SCORE,), (ags.RESULT_READ,)

FINAL = {400: "not_gradable", 403: "not_allowed", 404: "gone", 410: "gone", 422: "not_gradable"}
"Answers that asking again does not change, and the reason for each."
TEMPORARY = {408, 425, 429}
"Answers below 500 that another time may be different."


@dataclass(frozen=True)
class Job:
    """All that the calls need, read beforehand. ``patience``: seconds after which no further call is begun."""

    score_id: int
    line_item_id: int
    entry: Entry
    may_read: bool
    client: Client
    patience: float


@dataclass(frozen=True)
class Outcome:
    """What came of it: ``error`` is empty when the score stands in the gradebook, else a code that has words.

    ``timestamp`` is the last that was sent. ``was_answered`` is false when nobody was there, or too busy.
    """

    error: str = ""
    is_final: bool = False
    status: int | None = None
    retry_after: float | None = None
    timestamp: datetime | None = None
    was_answered: bool = True
    new_token: Token | None = None


@dataclass
class Call:
    """One score on its way; remembers the token that was asked for and the timestamp with which it was sent last."""

    job: Job
    purse: Purse
    entry: Entry = field(init=False)
    new_token: Token | None = None
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.entry = self.job.entry

    def run(self) -> Outcome:
        """Send the score; never raises for what a platform does."""
        try:
            _wait_for(self.entry.timestamp)
            outcome = self._send()
        except CallFailed as failure:
            outcome = _of_failure(failure)
        return replace(outcome, timestamp=self.entry.timestamp, new_token=self.new_token)

    def _send(self) -> Outcome:
        for resent in range(RESENDS + 1):
            answer = self._post()
            if answer.status == 401:
                return Outcome("not_allowed", False, 401)
            if 200 <= answer.status < 300 and not _is_a_score_answer(answer):
                return (
                    Outcome(status=answer.status)
                    if self._stands()
                    else Outcome("busy", False, answer.status, was_answered=False)
                )
            if answer.status != 409:
                return _of_answer(answer)
            if self._stands():
                return Outcome(status=409)
            if resent == RESENDS or time.monotonic() - self.began > self.job.patience:
                break
            self.entry = replace(self.entry, timestamp=_after(self.entry.timestamp, answer))
        return Outcome("newer", False, 409)

    def _post(self) -> Answer:
        """Send with the token there is; where that is not accepted, once more with a new one."""
        token = self._token(SCORES)
        answer = ags.send(self.job.client.reach, self.entry, token.text, self.job.client.timeout)
        if answer.status == 401:
            token = self._token(SCORES, instead_of=token)
            answer = ags.send(self.job.client.reach, self.entry, token.text, self.job.client.timeout)
        return answer

    def _stands(self) -> bool:
        """Whether the gradebook holds the score already, or a higher one; not knowing counts as no."""
        if not self.job.may_read:
            return False
        entry, client = self.entry, self.job.client
        try:
            there = ags.result(client.reach, entry.line_item, entry.user, self._token(RESULTS).text, client.timeout)
        except CallFailed as failure:
            if failure.status is None:
                raise  # nobody answers any more: later
            return False
        return there is not None and there >= entry.given - ROUNDING

    def _token(self, scopes: tuple[str, ...], *, instead_of: Token | None = None) -> Token:
        token, is_new = self.purse.get(self.job.client, scopes, instead_of=instead_of)
        if is_new and scopes == SCORES:
            self.new_token = token  # the other is needed too seldom to be kept
        return token


def _of_answer(answer: Answer) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Outcome(status=status)
    if status >= 500 or status in TEMPORARY or status < 400:
        return Outcome("busy", False, status, tokens.retry_after(answer.headers), was_answered=False)
    return Outcome(FINAL.get(status, "refused"), True, status)


def _of_failure(failure: CallFailed) -> Outcome:
    """A call without a usable answer: final only when asking again cannot help."""
    match failure.code:
        case "bad_address" | "not_https" | "private_address":
            return Outcome("bad_address", True)
        case "scope_refused":
            return Outcome("not_allowed", True, failure.status)
        case "no_token":
            return Outcome("no_token", False, failure.status)
        case "timeout" | "unreachable":
            return Outcome(failure.code, False, failure.status, was_answered=False)
        case _:
            return Outcome("busy", False, failure.status, failure.retry_after, was_answered=False)


def _is_a_score_answer(answer: Answer) -> bool:
    """Whether a 2xx is what a service says, and not the page of a proxy, a sign-in or a site that is being repaired."""
    body = answer.body.strip()
    if body.startswith(b"<"):
        return False
    try:
        told = answer.json() if body else None
    except CallFailed:
        return True
    return not (isinstance(told, dict) and ("error" in told or "errorcode" in told))


def _wait_for(timestamp: datetime) -> None:
    """Never send ahead of one's own stamp.

    A score whose answer was lost can still arrive. Moodle notes the arrival of the next one and lets in only what is
    stamped later, so the next one has to arrive after the stamp of the lost one.
    """
    ahead = timestamp - now()
    if timedelta(0) < ahead <= SOON:
        time.sleep(ahead.total_seconds())


def _after(timestamp: datetime, answer: Answer) -> datetime:
    """A later timestamp, by their clock where it is ahead of ours: the last arrival was noted by theirs."""
    here = now().replace(microsecond=0)
    there = tokens.date_of(str(answer.headers.get("Date", "")))
    if there is None or abs(there - here) > FAR:
        there = here
    return max(timestamp, here, there) + LATER
