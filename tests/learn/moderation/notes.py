"""A kind of thing of the tests' own, so that moderation is tested without any feature: notes, kept by number."""

from dataclasses import dataclass, field
from typing import Any

from courses.db import now
from learn import audit
from learn.identifiers import find, masked
from learn.moderation.items import PLAIN, Card, Done, ItemKind, Origin

HIDDEN, SHOWN, REMOVED, REDACTED, ASKED = "hidden", "shown", "removed", "redacted", "to be changed"
AFTER = {
    "keep": SHOWN, "ask": ASKED, "hide": HIDDEN, "remove": REMOVED, "restore": SHOWN, "redact": REDACTED, "approve": SHOWN,
    "reject": REMOVED,
}  # fmt: skip


@dataclass
class Note:
    """One note."""

    text: str
    author_id: int | None = None
    theme_id: int | None = None
    is_public: bool = False
    state: str = SHOWN


@dataclass
class Notes:
    """All of them, and what was done to them."""

    label: str = "comment"
    all: dict[int, Note] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)

    def add(self, text: str = "You can back-date the delegation log.", **more: Any) -> int:
        number = len(self.all) + 1
        self.all[number] = Note(text, **more)
        return number

    def card(self, number: int) -> Card | None:
        note = self.all.get(number)
        if note is None:
            return None
        return Card(
            f"{self.label.capitalize()} {number}", masked(note.text, find(note.text)), "/help", note.state, now()
        )

    def act(self, act: str) -> Any:
        def do(session: Any, number: int, actor_id: int | None, at: Any, form: Any) -> Done:
            note = self.all[number]
            before, note.state = note.state, AFTER[act]
            self.forms.append(dict(form))
            if act == "redact":
                note.text = ""
            audit.note(session, "note.acted", actor_id=actor_id, note=number)
            return Done({"state": before}, can_undo=act != "redact")

        return do

    def undo(self, session: Any, number: int, act: str, before: Any, at: Any) -> None:
        self.all[number].state = before["state"]

    def origin(self, session: Any, number: int) -> Origin | None:
        note = self.all.get(number)
        if note is None:
            return None
        return Origin(
            note.author_id,
            note.theme_id,
            "/help",
            note.state in (SHOWN, ASKED),
            note.is_public,
            f"{self.label.capitalize()} {number}",
        )

    def texts(self, session: Any, after: int, limit: int) -> Any:
        return [(number, [note.text]) for number, note in sorted(self.all.items()) if number > after][:limit]

    def kind(self, acts: tuple[str, ...] = ("keep", "ask", "hide", "remove", "redact")) -> ItemKind:
        """What create_app would be handed."""
        return ItemKind(
            label=self.label,
            template=PLAIN,
            cards=lambda session, numbers: {each: card for each in numbers if (card := self.card(each)) is not None},
            whole=lambda session, number: self.card(number),
            acts={each: self.act(each) for each in AFTER},
            undo=self.undo,
            offered=lambda card: acts,
            origin=self.origin,
            written=lambda session, author: sum(note.author_id == author for note in self.all.values()),
            texts=self.texts,
        )
