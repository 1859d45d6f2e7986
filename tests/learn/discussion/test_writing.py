"""Writing in a discussion, as pages: refused text comes back, what was found is asked about, drafts wait."""

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.audit import AuditEntry
from learn.discussion import rules, topics
from learn.discussion.acts import drafts
from learn.discussion.acts.drafts import Place
from learn.discussion.models import Post, PostDraft, PostState
from tests.discussing import make_topic, say
from tests.people import make_user


def count(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Post))


@pytest.fixture
def send(topic):
    return f"/topics/{topic.topic_id}/posts"


def test_a_comment_is_posted_and_leads_to_its_place(as_, topic, send, ann, session):
    browser = as_(ann)
    page = browser.get(f"/topics/{topic.topic_id}/write")
    assert page.h1 == "Write an answer"
    answer = browser.post(send, {"body": "After the **round**.", "act": "post"})
    place = answer.headers["Location"]
    assert place == f"/topics/{topic.topic_id}-finding-time-for-consent#post-{topic.post_id + 1}"
    page = browser.get(place)
    assert page.select_one(f"#post-{topic.post_id + 1} .post-body strong").text == "round"
    assert "It is posted." in page.words


def test_an_empty_or_too_long_text_comes_back(as_, topic, send, ann, session):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": "  \n ", "act": "post"}, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#body"
    assert page.title.text.startswith("Error: ")
    typed = "word " * 4001
    page = browser.post(send, {"body": typed, "act": "post"}, 422)
    assert page.select_one("textarea").text.strip() == typed.strip()
    assert "Shorten your text to 20,000 characters" in page.words
    assert count(session) == 1


def test_a_preview_posts_nothing(as_, topic, send, ann, session):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": "A *thought*", "act": "preview"}, 200)
    assert page.select_one(".preview em").text == "thought"
    assert page.select_one("textarea").text.strip() == "A *thought*"
    assert count(session) == 1


def test_a_patients_number_is_asked_about_and_removed_in_one_press(as_, topic, send, ann, session, number):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": f"She is {number}, you know", "act": "post"}, 422)
    assert page.select_one(".asked mark").text == number
    assert "Take out what could identify a patient: NHS number" in page.select_one(".nhsuk-error-summary").text
    assert count(session) == 1
    browser.follow(send, {"body": page.select_one("textarea").text, "act": "mask"})
    session.rollback()
    posted = session.scalars(select(Post).order_by(Post.id.desc())).first()
    assert (posted.body, posted.state) == ("She is [NHS number removed], you know", PostState.VISIBLE)


SPLIT = [
    "{} [{}](https://example.org) {}",
    "[{} {}](/topics/1) {}",
    "{} **{}** {}",
    "{}{}`{}`",
    '[See](/topics/1 "{} {} {}")',
    "![{} {}](a.png) {}",
]


@pytest.mark.parametrize("form", SPLIT)
def test_a_number_that_a_link_or_emphasis_splits_is_asked_about_as_readers_would_see_it(
    as_, topic, send, ann, session, number, form
):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": f"She is {form.format(*number.split())}, you know", "act": "post"}, 422)
    assert count(session) == 1
    browser.follow(send, {"body": page.select_one("textarea").text, "act": "mask"})
    session.rollback()
    posted = session.scalars(select(Post).order_by(Post.id.desc())).first()
    assert posted.state is PostState.VISIBLE
    assert "[NHS number removed]" in posted.body
    assert not [group for group in number.split() if group in posted.body + posted.html]


def test_with_a_reason_it_waits_for_a_facilitator_seen_by_its_writer_alone(as_, topic, send, ann, sam, helen, number):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    answer = browser.post(send, {"body": f"She is {number}", "act": "hold", "because": "It is a batch number"})
    place = answer.headers["Location"]
    mine = browser.get(place)
    assert "Waiting for a facilitator. Until then only you and facilitators can see it." in mine.words
    assert "She is [NHS number removed]" in mine.words
    assert "She is" not in as_(sam).get(place).words
    assert "Only its author and facilitators can see it" in as_(helen).get(place).words


def test_without_a_reason_it_goes_to_nobody(as_, topic, send, ann, session, number):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": f"She is {number}", "act": "hold", "because": " "}, 422)
    assert page.select_one(".nhsuk-error-summary a")["href"] == "#because"
    assert "Say what it is" in page.select_one("#because-error").text
    assert count(session) == 1


def test_what_may_point_to_somebody_is_confirmed_and_noted_by_kind(as_, topic, send, ann, session):
    browser, typed = as_(ann), "We met at LS1 4AP, ring 07700 900123"
    browser.get(f"/topics/{topic.topic_id}/write")
    page = browser.post(send, {"body": typed, "act": "post"}, 422)
    assert page.select_one("#is_sure")
    browser.post(send, {"body": typed, "act": "post", "is_sure": "y"})
    assert count(session) == 2
    noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "post.confirmed")).one()
    assert set(noted.details) == {"post", "kinds"}


def test_whoever_has_not_accepted_the_rules_does_so_first_and_loses_nothing(as_, topic, send, session):
    new = make_user(session, "New Nurse")
    session.commit()
    browser = as_(new)
    browser.get(f"/topics/{topic.topic_id}/write")
    first = browser.post(send, {"body": "My first words", "act": "post", "to": str(topic.post_id)})
    page = browser.get(first.headers["Location"])
    assert page.h1 == "Before you write for the first time"
    page = browser.follow("/rules/accept", {"next": page.select_one("input[name=next]")["value"]})
    assert page.select_one("textarea").text.strip() == "My first words"
    assert page.h1 == "Reply to Sam Reed"
    assert rules.has_accepted(session, new.id)
    browser.post(send, {"body": "My first words", "act": "post", "to": str(topic.post_id)})
    assert count(session) == 2
    assert session.scalar(select(func.count()).select_from(PostDraft)) == 0


def test_the_rules_lead_nowhere_else(as_, sam):
    browser = as_(sam)
    browser.get("/rules/accept?next=//evil.example")
    assert browser.post("/rules/accept", {"next": "//evil.example"}).headers["Location"] == "/forum"


def test_the_version_of_the_rules_stands_on_their_page(client):
    assert "These rules hold from 27 November 2026" in client.get("/community-rules").words


def test_a_draft_waits_where_it_was_typed(as_, topic, send, ann, session):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    kept = browser.post(f"/topics/{topic.topic_id}/draft", {"body": "Half a"}, 200)
    assert set(kept.json) == {"saved"}
    page = browser.get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert page.select_one(".write textarea").text.strip() == "Half a"
    assert "Draft saved on" in page.select_one("[data-part=draft]").text
    page = browser.follow(send, {"body": "Half a thought", "act": "draft"})
    assert page.select_one("textarea").text.strip() == "Half a thought"
    browser.post(f"/topics/{topic.topic_id}/draft", {"body": ""}, 200)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(PostDraft)) == 0


def test_a_draft_is_its_writers_alone(as_, topic, ann, sam, session):
    drafts.save(session, Place(ann.id, topic_id=topic.topic_id), now(), body="Mine")
    session.commit()
    page = as_(sam).get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert "Mine" not in page.select_one(".write textarea").text


def test_old_drafts_go_and_what_waits_for_a_decision_stays(session, topic, ann, sam):
    old = now() - drafts.KEPT - drafts.KEPT
    drafts.save(session, Place(ann.id, topic_id=topic.topic_id), old, body="Old")
    drafts.save(
        session, Place(sam.id, topic_id=topic.topic_id, post_id=topic.post_id), old, body="Held", because="A batch"
    )
    assert drafts.prune(session, now()) == {"drafts_of_posts": 1}
    assert drafts.pending(session, topic.post_id).body == "Held"


def test_whoever_posts_too_often_waits_with_the_text_in_the_box(as_, topic, send, ann, session):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    for n in range(3):
        browser.post(send, {"body": f"Number {n}", "act": "post"})
    page = browser.post(send, {"body": "One more", "act": "post"}, 429)
    assert int(page.response.headers["Retry-After"]) > 0
    assert page.select_one("textarea").text.strip() == "One more"
    assert "You have posted a lot in a short time" in page.words
    assert count(session) == 4


def test_a_reply_shows_what_is_answered_and_quotes_it(as_, topic, ann):
    page = as_(ann).get(f"/topics/{topic.topic_id}/write?to={topic.post_id}&quote=1")
    assert page.h1 == "Reply to Sam Reed"
    assert "How do you do it?" in page.select_one(".answered").text
    assert page.select_one("textarea").text.strip() == "> How do you do it?"


def test_an_answer_to_what_went_meanwhile_comes_back_as_one_to_the_discussion(as_, topic, send, ann, sam, session):
    gone = say(session, topic.topic_id, sam)
    session.commit()
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write?to={gone}")
    as_sam = as_(sam)
    as_sam.get(f"/posts/{gone}/remove")
    as_sam.post(f"/posts/{gone}/remove")
    page = browser.post(send, {"body": "But why?", "act": "post", "to": str(gone)}, 409)
    assert page.select_one("textarea").text.strip() == "But why?"
    assert page.select_one("input[name=to]") is None
    browser.post(send, {"body": "But why?", "act": "post"})
    assert count(session) == 3


def test_a_closed_discussion_takes_nothing_and_keeps_what_was_typed(as_, topic, send, ann, helen, session):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    topics.change(session, topic.topic_id, is_locked=True)
    session.commit()
    page = browser.post(send, {"body": "Too late", "act": "post"}, 409)
    assert "A facilitator closed this discussion" in page.words
    assert page.select_one("textarea").text.strip() == "Too late"
    shown = browser.get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert shown.select_one(".write") is None
    theirs = as_(helen)
    theirs.get(f"/topics/{topic.topic_id}/write")
    theirs.post(send, {"body": "I closed this because it was answered.", "act": "post"})
    assert count(session) == 2


def test_a_topic_that_nobody_may_see_takes_nothing(as_, ann, sam, session, number):
    held = make_topic(session, sam, f"About {number}")
    session.commit()
    as_(ann).get(f"/topics/{held.topic_id}/write", 404)


def test_an_anonymous_launch_reads_and_writes_nothing(app, topic, new_client):
    from tests.people import sign_in

    browser = sign_in(new_client(), None)
    page = browser.get(f"/topics/{topic.topic_id}-finding-time-for-consent")
    assert "your platform did not say who you are" in page.words
    assert page.select_one(".write") is None
    browser.get(f"/topics/{topic.topic_id}/write", 403)
