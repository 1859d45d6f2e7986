"""Sending: rules first, nothing missing, what is held travels masked; what the author sees before and after."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import select

from courses.db import now
from learn.accounts.models import Role
from learn.audit import AuditEntry
from learn.discussion import rules
from learn.moderation import queue
from learn.moderation.models import ReviewItem
from learn.stories.models import Declaration, StoryRound, StoryState
from learn.stories.review import deciding, targets
from learn.stories.writing import declaring
from tests.everywhere import places
from tests.learn.stories.review.conftest import APPROVAL
from tests.learn.stories.writing.conftest import FULL, form_of
from tests.people import make_user

NUMBER = "999 000 0018"
HELD = f"NHS number {NUMBER}"


@pytest.fixture
def accepted(session, learner):
    """The community rules, accepted."""
    rules.accept(session, learner.id, now())
    session.commit()


def test_a_whole_story_is_sent_and_its_author_sees_where_it_stands(member, draft, kept, session, accepted):
    page = member.get(draft.send("send", **FULL).headers["Location"])
    assert page.response.request.path == f"{draft.url}/status"
    assert "Your story is sent. A facilitator reads it before anyone else can." in page.words
    assert kept().story.state is StoryState.SUBMITTED
    assert session.execute(select(ReviewItem.kind, ReviewItem.target_id)).one() == ("story", draft.id)
    declared = session.execute(select(Declaration.kind, Declaration.evidence, Declaration.revision_n)).all()
    assert ("organisation", "Jo Field, head of research", 1) in declared
    assert len(declared) == 3
    page = member.get("/stories/mine")
    assert "Sent, waiting for a facilitator" in page.words
    assert page.select_one(f'a[href="{draft.url}/status"]')
    assert not page.select_one(f'a[href="{draft.path}"]')
    member.get(draft.path, 409)


def test_the_community_rules_come_first_and_nothing_is_lost(member, draft, kept):
    answer = draft.send("send", **FULL)
    assert answer.headers["Location"].startswith("/rules/accept?next=")
    assert kept().story.state is StoryState.DRAFT
    page = member.get(answer.headers["Location"])
    assert "Your story is saved" in page.words
    form = page.select_one("main form[action*=rules]") or page.select_one("main form")
    sent = {control["name"]: control.get("value", "y") for control in form.select("input[name]")}
    answer = member.post("/rules/accept", sent)
    assert answer.headers["Location"] == draft.path
    draft.send("send")
    assert kept().story.state is StoryState.SUBMITTED


def test_what_is_explained_travels_masked(member, draft, session, accepted):
    draft.send(**{**FULL, "problem": f"The box said {HELD}."})
    draft.send("send", 303, **{"because.problem": f"{HELD} is printed on the box"})
    sent = session.execute(select(StoryRound.fields)).scalar_one()
    assert NUMBER not in json.dumps(sent)
    assert "is printed on the box" in sent["because"]["problem"]


def test_what_was_found_goes_into_the_trail_as_kinds_and_numbers_alone(draft, session, accepted):
    draft.send(**{**FULL, "problem": "Write to jo@example.com or pat@example.com."})
    draft.send("send", 303, **{"confirmed.problem": "y"})
    details = session.execute(select(AuditEntry.details).where(AuditEntry.action == "story.checked")).scalar_one()
    assert details == {"story": draft.id, "found": {"email": 2}}


def test_a_held_number_is_nowhere_but_in_the_draft(draft, session, accepted):
    draft.send(**{**FULL, "title": f"About {HELD}", "steps.0": HELD})
    draft.send("send", 303, **{"because.title": f"no, {HELD}", "because.steps.0": "it is a study number"})
    assert places(session, NUMBER) == {"story_revision"}


def test_a_new_revision_is_sent_when_everything_is_declared_for_it_again(member, draft, session, accepted):
    draft.send("send", **FULL)
    facilitator = make_user(session, "Helen Marsh", roles=(Role.FACILITATOR,))
    deciding.approve(session, draft.id, facilitator.id, now(), APPROVAL)
    session.commit()
    version = member.get(f"{draft.url}/status").select_one("input[name=version]")["value"]
    member.post(f"{draft.url}/change", {"version": version})
    page = member.get(draft.path)
    assert "Tick it again for this one" in page.words
    assert page.select_one("#declared-approver")["value"] == FULL["declared.approver"]
    problems = draft.send("send", 422).select_one(".nhsuk-error-summary").get_text(" ", strip=True)
    assert all(declaring.MISSING[kind] in problems for kind in ("anonymous", "organisation", "licence"))
    draft.send("send", **{f"declared.{kind}": "y" for kind in ("anonymous", "organisation", "licence")})
    declared = select(Declaration.revision_n).where(Declaration.story_id == draft.id).order_by(Declaration.id)
    assert session.scalars(declared).all() == [1, 1, 1, 2, 2, 2]


def test_the_days_that_the_page_promises_are_those_that_the_review_keeps(member, draft, monkeypatch):
    assert queue.TARGETS[queue.STORY]["days"] == targets.FIRST_DAYS
    monkeypatch.setattr(targets, "FIRST_DAYS", 8)
    assert "a first answer within 8 working days" in member.get(draft.path).words


def test_sending_twice_is_sent_once(member, draft, session, accepted):
    draft.send(**FULL)
    filled = form_of(member.get(draft.path))
    member.post(draft.path, {**filled, "act": "send"})
    member.post(draft.path, {**filled, "act": "send"}, 409)
    assert len(session.execute(select(StoryRound.n)).all()) == 1


def test_the_preview_shows_it_as_readers_would(member, draft):
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "PNG")
    more = {
        "picture": (io.BytesIO(out.getvalue()), "a.png"),
        "new_picture.alt": "Three nurses",
        "ended.month": "13",
        "ended.year": "25",
    }
    draft.send("picture", **{**FULL, "problem": "**Bold** <script>alert(1)</script>"}, **more)
    answer = draft.send("preview")
    page = member.get(answer.headers["Location"])
    assert page.h1 == FULL["title"]
    assert page.select_one("article strong").get_text() == "Bold"
    assert not page.select("article script")
    assert page.select_one("article img")["alt"] == "Three nurses"
    assert page.select_one(f'a[href="{draft.path}"]')


def test_an_empty_draft_can_be_looked_at(member, draft):
    assert member.get(f"{draft.url}/preview").h1 == "A story without a title yet"
