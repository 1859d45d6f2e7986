"""What comes with a form that posts: read plainly, checked in words, and given back whole when something is wrong."""

from dataclasses import dataclass, field
from typing import Any

from flask import request

from learn.discussion import posting, rendering, topics
from learn.web import HIGHEST

LONGEST_REASON = 500


@dataclass
class Typed:
    """One form as it was sent, and what is wrong with it."""

    body: str = ""
    title: str = ""
    because: str = ""
    reason: str = ""
    is_sure: bool = False
    act: str = "post"
    parent_id: int | None = None
    revision: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    "Field and sentence."
    found: dict[str, Any] = field(default_factory=dict)
    "What the detector found, by field."

    def refuse(self, name: str, words: str) -> None:
        """Note that a field is wrong."""
        self.errors.append((name, words))

    def error(self, name: str) -> str:
        """What is wrong with a field, for beside it; empty when nothing is."""
        return next((words for of, words in self.errors if of == name), "")


def read() -> Typed:
    """The form of this request."""
    form = request.form
    return Typed(
        body=rendering.tidy(form.get("body")), title=" ".join(rendering.tidy(form.get("title")).split()),
        because=" ".join(rendering.tidy(form.get("because")).split())[:LONGEST_REASON],
        reason=" ".join(rendering.tidy(form.get("reason")).split())[:200], is_sure="is_sure" in form, act=form.get("act", "post"),
        parent_id=answered(form), revision=form.get("revision", 0, type=int),
    )  # fmt: skip


def answered(given: Any) -> int | None:
    """Number of the post that is answered; None where none is named."""
    number = given.get("to", 0, type=int)
    return number if 0 < number <= HIGHEST else None


def check_body(typed: Typed) -> None:
    """A text is there, and is not too long."""
    if not typed.body:
        typed.refuse("body", "Write something first")
    elif len(typed.body) > posting.LONGEST:
        typed.refuse("body", f"Shorten your text to {posting.LONGEST:,} characters. It has {len(typed.body):,}")
    elif not rendering.text(rendering.html(typed.body)):
        typed.refuse("body", "Write something that can be read: pictures and code alone are not shown")


def check_title(typed: Typed) -> None:
    """A title is there, and says something."""
    given = typed.title
    if len(given) < 5 or not any(letter.isalpha() for letter in given):
        typed.refuse("title", "Enter a title that says what it is about, in at least 5 characters")
    elif len(given) > topics.LONGEST_TITLE:
        typed.refuse("title", f"Shorten the title to {topics.LONGEST_TITLE} characters. It has {len(given)}")
