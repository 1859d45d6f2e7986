"""aicc_script: what has to be done before an item of a SCORM 1.2 package (CAM 2.3.2.5.1 adlcp:prerequisites).

``S1 & (S2 | ~S3)``, ``S1 = "passed"``, ``S1 <> "c"`` and ``2*{S1, S2, S3}``. An identifier alone is met when its item is
completed or passed. One that names no item is neither met nor unmet, and what then cannot be decided counts as met, as does
what cannot be read: nobody is locked out by a slip of the pen.
"""

import re
from collections.abc import Mapping
from typing import Any

TOKEN = re.compile(r"""\s*(?:(<>|[&|~=(){},*])|"([^"]*)"|'([^']*)'|([^\s&|~=(){},*<>"']+))""")
DONE = frozenset({"completed", "passed"})
WORDS = {"p": "passed", "c": "completed", "f": "failed", "i": "incomplete", "b": "browsed", "n": "not attempted"}
LONGEST = 4_000
DEEPEST = 40


class _Unreadable(Exception):
    """The expression is none."""


def is_met(expression: str, status_by_identifier: Mapping[str, str]) -> bool:
    """Whether the items that an expression asks for are done; never raises."""
    try:
        reader = _Reader(_tokens(expression), status_by_identifier)
        return reader.whole() is not False
    except _Unreadable:
        return True


def asked(expression: str) -> list[str] | None:
    """The identifiers that an expression asks about, each once, in order; None when it cannot be read."""
    names = _Names()
    try:
        _Reader(_tokens(expression), names).whole()
    except _Unreadable:
        return None
    return list(names)


def expanded(expression: str, groups: Mapping[str, list[str]]) -> str:
    """The expression with the identifier of a group, where it stands alone, put as all of the group's items."""
    tokens, said = _tokens(expression), list[str]()
    for n, token in enumerate(tokens):
        is_alone = not {"=", "<>", "*"} & {*tokens[max(0, n - 1) : n], *tokens[n + 1 : n + 2]}
        inside = groups.get(token[1:]) if token.startswith(" ") and is_alone else None
        word = f'"{token[1:]}"' if " " in token[1:] else token.strip()
        said.append(f"({' & '.join(inside)})" if inside else word)
    return " ".join(said) if any(groups.get(token[1:]) for token in tokens) else expression


class _Names(dict[str, str]):
    """Statuses of nothing, which remember what was asked for."""

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self.setdefault(name, "not attempted")


def _tokens(expression: str) -> list[str]:
    """Marks as they are, words with a space before them so that they are told from marks."""
    if len(expression) > LONGEST:
        raise _Unreadable
    tokens, place, text = [], 0, expression.strip()
    while place < len(text):
        found = TOKEN.match(text, place)
        if found is None:
            raise _Unreadable
        mark, *words = found.groups()
        tokens.append(mark or " " + next(word for word in words if word is not None))
        place = found.end()
    return tokens


class _Reader:
    """Reads from the left; every answer is True, False, or None for what cannot be known."""

    def __init__(self, tokens: list[str], statuses: Mapping[str, str]) -> None:
        self.tokens, self.statuses, self.place, self.depth = tokens, statuses, 0, 0

    def whole(self) -> bool | None:
        if not self.tokens:
            return True
        answer = self._any()
        if self.place < len(self.tokens):
            raise _Unreadable
        return answer

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def _take(self, mark: str) -> bool:
        if self._next() != mark:
            return False
        self.place += 1
        return True

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise _Unreadable

    def _word(self) -> str:
        token = self._next()
        if not token.startswith(" "):
            raise _Unreadable
        self.place += 1
        return token[1:]

    def _any(self) -> bool | None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable
        answers = [self._all()]
        while self._take("|"):
            answers.append(self._all())
        self.depth -= 1
        return True if True in answers else None if None in answers else False

    def _all(self) -> bool | None:
        answers = [self._one()]
        while self._take("&"):
            answers.append(self._one())
        return False if False in answers else None if None in answers else True

    def _one(self) -> bool | None:
        is_turned = False
        while self._take("~"):
            is_turned = not is_turned
        answer = self._group() if self._next() == "(" else self._item()
        return answer if answer is None else answer is not is_turned

    def _group(self) -> bool | None:
        self._expect("(")
        answer = self._any()
        self._expect(")")
        return answer

    def _item(self) -> bool | None:
        word = self._word()
        if self._take("*"):
            return self._some_of(word)
        status = self.statuses.get(word)
        for mark in ("=", "<>"):
            if self._take(mark):
                asked = self._word().strip().lower()
                is_so = None if status is None else status == WORDS.get(asked, asked)
                return is_so if mark == "=" or is_so is None else not is_so
        return None if status is None else status in DONE

    def _some_of(self, count: str) -> bool | None:
        self._expect("{")
        answers = [self._any()]
        while self._take(","):
            answers.append(self._any())
        self._expect("}")
        if not (count.isascii() and count.isdigit() and len(count) < 6):
            raise _Unreadable
        wanted = int(count)
        if answers.count(True) >= wanted:
            return True
        return None if answers.count(True) + answers.count(None) >= wanted else False
