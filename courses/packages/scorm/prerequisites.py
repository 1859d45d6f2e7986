"""The prerequisites of SCORM 1.2: aicc_script over the identifiers of items (CAM 1.2, 2.3.2.5.1; AICC CMI001, A.4).

``A & (B | ~C)``, ``A = "passed"``, ``A <> failed`` and sets as in ``2*{A, B, C}``. An identifier alone is true when it is
passed or completed.
"""

import re
from collections.abc import Mapping

TOKEN = re.compile(r"""\s*(?:(?P<sign><>|[&|~()={},*])|"(?P<quoted>[^"]*)"|(?P<word>[^\s&|~()={},*<>"]+))""")
DONE = ("passed", "completed")
SHORT = {"p": "passed", "c": "completed", "f": "failed", "i": "incomplete", "b": "browsed", "n": "not attempted"}
"Statuses by their first letter, as AICC allows."
LONGEST = 2000
"Characters; what is longer is no script that a person wrote."


class NotAScript(ValueError):
    """The text is no aicc_script; the message says where."""


def identifiers(script: str) -> list[str]:
    """The identifiers that a script asks about, in order; NotAScript when it cannot be read."""
    asked: list[str] = []
    _Reading(script, {}, asked).whole()
    return list(dict.fromkeys(asked))


def are_met(script: str, statuses: Mapping[str, str]) -> bool:
    """Whether a script is true; ``statuses`` by identifier, what is missing is "not attempted". A broken script stops nobody."""
    if not script.strip():
        return True
    try:
        return _Reading(script, statuses, []).whole()
    except NotAScript:
        return True


class _Reading:
    """One pass over a script, that reads and evaluates at once; every branch is read."""

    def __init__(self, script: str, statuses: Mapping[str, str], asked: list[str]) -> None:
        self.tokens = _tokens(script)
        self.at = 0
        self.statuses = statuses
        self.asked = asked
        self.depth = 0

    def whole(self) -> bool:
        met = self.either()
        if self.at < len(self.tokens):
            raise NotAScript(f"“{self.tokens[self.at]}” was not expected")
        return met

    def either(self) -> bool:
        met = self.both()
        while self.takes("|"):
            met = self.both() or met
        return met

    def both(self) -> bool:
        met = self.one()
        while self.takes("&"):
            met = self.one() and met
        return met

    def one(self) -> bool:
        self.depth += 1
        if self.depth > 50:
            raise NotAScript("it is nested too deep")
        met = self._one()
        self.depth -= 1
        return met

    def _one(self) -> bool:
        if self.takes("~"):
            return not self.one()
        if self.takes("("):
            met = self.either()
            self.must(")")
            return met
        if self.takes("{"):
            members = self.members()
            return all(members)
        word = self.word()
        if word.isdigit() and self.takes("*"):
            self.must("{")
            return sum(self.members()) >= int(word)
        return self.compared(word)

    def members(self) -> list[bool]:
        met = [self.either()]
        while self.takes(","):
            met.append(self.either())
        self.must("}")
        return met

    def compared(self, identifier: str) -> bool:
        self.asked.append(identifier)
        status = self.statuses.get(identifier, "not attempted").lower()
        if self.takes("="):
            return status == _status(self.word())
        if self.takes("<>"):
            return status != _status(self.word())
        return status in DONE

    def takes(self, sign: str) -> bool:
        is_next = self.at < len(self.tokens) and self.tokens[self.at] == sign
        self.at += is_next
        return is_next

    def must(self, sign: str) -> None:
        if not self.takes(sign):
            raise NotAScript(f"“{sign}” is missing")

    def word(self) -> str:
        if self.at >= len(self.tokens) or TOKEN.fullmatch(self.tokens[self.at]).group("sign"):  # type: ignore[union-attr]
            raise NotAScript("an identifier is missing")
        self.at += 1
        return self.tokens[self.at - 1].strip('"')


def _status(word: str) -> str:
    return SHORT.get(word.lower(), word.lower())


def _tokens(script: str) -> list[str]:
    if len(script) > LONGEST:
        raise NotAScript("it is too long")
    found, at, end = [], 0, len(script.rstrip())
    while at < end:
        match = TOKEN.match(script, at)
        if match is None:
            raise NotAScript(f"“{script[at:].strip()[:20]}” was not expected")
        found.append(match.group().strip())
        at = match.end()
    return found
