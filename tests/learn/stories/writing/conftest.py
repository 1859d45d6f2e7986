"""A nurse at their form: a draft, and the form filled in as a browser would send it."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from learn.stories.models import Story, StoryRevision
from tests.pages import Page, PageClient

FULL = {
    "title": "From 94 days to 31: how we shortened set-up", "summary": "One checklist, and studies open two months earlier.",
    "theme": "research-culture", "organisation": "Example Hospital", "region": "south-london", "setting": "acute",
    "profession": "nurse", "started.month": "3", "started.year": "2025", "authors.0.name": "Sam Reed", "authors.0.role": "Research nurse",
    "problem": "In 2024 a study took 94 days to open.", "steps.0": "We wrote a checklist.", "steps.1": "We used it.", "cost": "none",
    "involved": ["nurses", "managers"], "changed": "Set-up took 31 days.", "did_not_work": "The first list was too long.",
    "differently": "Begin with pharmacy.", "tips.0": "Keep it to one page.", "tips.1": "Name one person.", "tips.2": "Meet weekly.",
    "interests": "None", "licence": "cc-by-4.0", "declared.anonymous": "y", "declared.organisation": "y", "declared.licence": "y",
    "declared.approver": "Jo Field, head of research",
}  # fmt: skip
"""A story with nothing missing, as the form names it."""


def form_of(page: Page) -> dict[str, Any]:
    """What a browser would send of the writing page's form, its buttons aside."""
    form, sent = page.select_one("#story-form"), dict[str, list[str]]()
    for control in form.select("input[name], select[name], textarea[name]"):
        kind = control.get("type")
        if kind in ("file", "submit") or (kind in ("checkbox", "radio") and not control.has_attr("checked")):
            continue
        if control.name == "textarea":
            value = control.get_text().removeprefix("\n")
        elif control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            value = chosen["value"]
        else:
            value = control.get("value", "")
        sent.setdefault(control["name"], []).append(value)
    return sent


@pytest.fixture
def themes(session: Session) -> None:
    """Two of the themes."""
    for n, slug in enumerate(("research-culture", "clinical-care"), 1):
        session.add(Theme(slug=slug, title=slug.replace("-", " ").capitalize(), summary="", position=n))
    session.commit()


@pytest.fixture
def draft(themes: None, member: PageClient) -> Any:
    """A draft that was just begun: id, path, and what is done with it."""
    answer = member.get("/stories/new") and member.post("/stories/new")
    path = answer.headers["Location"]
    story_id = int(path.split("/")[2])

    def send(act: str = "save", status: int = 303, **typed: Any) -> Any:
        """Open the page, type over what it shows, press a button."""
        filled = form_of(member.get(path))
        return member.post(path, {**filled, **typed, "act": act}, status)

    return SimpleNamespace(id=story_id, path=path, send=send, url=f"/stories/{story_id}")


@pytest.fixture
def kept(session: Session, draft: Any) -> Any:
    """What the database has of the draft now: the story's columns, and its revision's fields and saves."""

    def read() -> Any:
        session.rollback()
        story = session.execute(select(*Story.__table__.columns).where(Story.id == draft.id)).one()
        revision = session.execute(
            select(*StoryRevision.__table__.columns).where(StoryRevision.story_id == draft.id)
        ).one()
        return SimpleNamespace(story=story, fields=revision.fields, saves=revision.saves)

    return read
