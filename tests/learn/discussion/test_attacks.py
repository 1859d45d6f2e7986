"""Discussions under attack, and in careless hands: patient numbers, what is out of sight, markup, sizes, twice at once."""

import pytest
from sqlalchemy import select

from courses.db import now
from learn.accounts.models import Role
from learn.discussion import states, topics
from learn.discussion.acts import drafts, editing
from learn.discussion.models import Post, PostState, TopicState
from learn.moderation import decisions, queue, undoing
from learn.moderation.models import ReviewItem, Source
from tests.discussing import make_topic, make_writer, say
from tests.everywhere import places
from tests.pages import alone

PRIVATE = {"post_draft"}
WORDS = {"reason": "patient", "words": "It could point to one person."}


def waits(session, post_id, sam):
    """The number and the version of the item of a post."""
    number = queue.put(
        session, "post", post_id, Source.FLAG, author_id=sam.id, theme_id=None, priority=queue.REPORT, at=now()
    )
    session.commit()
    return number, session.scalar(select(ReviewItem.version).where(ReviewItem.id == number))


def decide(session, post_id, author, helen, act, **form):
    number, version = waits(session, post_id, author)
    actor = type("Person", (), {"id": helen.id, "roles": {"facilitator"}})()
    done = decisions.decide(session, number, actor, act, *WORDS.values(), version, now(), form)
    session.commit()
    return done.decision_id, actor


def test_why_a_text_was_changed_keeps_no_patient_number(session, topic, sam, as_, number):
    browser = as_(sam)
    browser.get(f"/posts/{topic.post_id}/edit")
    form = {"body": "How do you do it now?", "revision": 1, "act": "post", "reason": f"took out {number}"}
    browser.post(f"/posts/{topic.post_id}/edit", form)
    assert places(session, number) == set()
    assert number not in browser.get(f"/posts/{topic.post_id}/history").words


def test_undoing_that_a_change_was_kept_leaves_its_number_in_the_draft_alone(session, topic, sam, helen, number):
    editing.change(session, topic.post_id, sam.id, f"Now {number}", revision=1, at=now(), because="A code")
    session.commit()
    decision, actor = decide(session, topic.post_id, sam, helen, "keep")
    assert "post" in places(session, number)
    undoing.undo(session, decision, actor, now())
    session.commit()
    assert places(session, number) == PRIVATE
    assert drafts.pending(session, topic.post_id).body == f"Now {number}"


def test_undo_brings_back_nothing_that_its_writer_took_back(session, topic, sam, ann, helen):
    post = say(session, topic.topic_id, ann, "Hidden first, then taken back")
    session.commit()
    decision, actor = decide(session, post, ann, helen, "hide")
    editing.take_back(session, post, ann.id, now())
    session.commit()
    with pytest.raises(undoing.FrontlineError):
        undoing.undo(session, decision, actor, now())
    session.rollback()
    row = states.one(session, post)
    assert (row.state, row.is_taken_back) == (PostState.REMOVED, True)


def test_undo_brings_back_nothing_that_was_deleted_for_good(session, topic, ann, helen):
    post = say(session, topic.topic_id, ann, "Gone for good")
    session.commit()
    decision, actor = decide(session, post, ann, helen, "hide")
    decide(session, post, ann, helen, "redact")
    with pytest.raises(undoing.FrontlineError):
        undoing.undo(session, decision, actor, now())
    session.rollback()
    assert states.one(session, post).state is PostState.REDACTED


@pytest.mark.parametrize("path", ["/topics/{}", "/topics/{}-x", "/topics/{}/unread"])
def test_the_words_of_a_hidden_topics_address_are_told_to_nobody(session, topic, ann, as_, path):
    topics.change(session, topic.topic_id, title="Mrs Janet Brown of Leeds", state=TopicState.HIDDEN)
    session.commit()
    answer = as_(ann).get(path.format(topic.topic_id), 404)
    assert "Janet" not in answer.words


def test_a_post_of_a_hidden_topic_is_not_quoted_through_another(session, topic, sam, ann, as_):
    other = make_topic(session, sam, "Another topic", "Secret words of it")
    topics.hide(session, other.topic_id)
    session.commit()
    page = as_(ann).get(f"/topics/{topic.topic_id}/write?to={other.post_id}&quote=1")
    assert "Secret words" not in page.words and "Secret words" not in str(page)


@pytest.mark.parametrize("to", ["99999999999999999999999", "-5", "9223372036854775807", "x", "0"])
@pytest.mark.parametrize("act", ["draft", "post", "preview"])
def test_an_answer_to_nothing_is_said_in_words(topic, ann, as_, to, act):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    form = {"body": "An answer", "to": to, "act": act, "csrf_token": browser.page.csrf_token}
    for path in ("posts", "draft"):
        answer = alone(browser.http.open)(
            f"/topics/{topic.topic_id}/{path}", method="POST", base_url=browser.base_url, data=form
        )
        assert answer.status_code in (200, 303, 404, 409)
    assert alone(browser.http.get)(
        f"/topics/{topic.topic_id}/write?to={to}", base_url=browser.base_url
    ).status_code in (
        200,
        404,
    )


HUGE = {
    "quotes": ">" * 15_000 + " deep", "lists": "- " * 9_000 + "deep", "brackets": "[" * 19_000, "stars": "*a_" * 6_000,
    "table": "|a" * 4_000 + "\n" + "|-" * 4_000, "nul": "a\x00b\ud800".encode("utf-8", "replace").decode() + "\x00",
    "backticks": "`" * 9_000 + "a" + "`" * 9_001, "links": "[a](" * 4_500, "long": "words " * 350_000,
}  # fmt: skip


@pytest.mark.parametrize("kind", HUGE)
@pytest.mark.parametrize("act", ["preview", "mask", "post", "draft"])
def test_whatever_is_typed_is_answered_in_words(session, topic, sam, as_, kind, act):
    browser = as_(sam)
    browser.get(f"/topics/{topic.topic_id}/write")
    form = {
        "body": HUGE[kind],
        "act": act,
        "csrf_token": browser.page.csrf_token,
        "title": HUGE[kind],
        "because": HUGE[kind],
    }
    answer = alone(browser.http.open)(
        f"/topics/{topic.topic_id}/posts", method="POST", base_url=browser.base_url, data=form
    )
    assert answer.status_code in (200, 303, 409, 413, 422)
    if answer.status_code == 303:
        browser.get(answer.headers["Location"].split("#")[0])
    answer = alone(browser.http.open)(
        f"/forum/{theme_of(session)}/new", method="POST", base_url=browser.base_url, data=form
    )
    assert answer.status_code in (200, 303, 409, 413, 422, 429)


def theme_of(session):
    from courses.catalogue import Theme

    return session.scalar(select(Theme.slug))


NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)> [a](javascript:alert(3)) ![b](data:text/html,x) <svg/onload=alert(4)>"


def test_markup_is_nothing_but_text_wherever_it_is_shown(session, ann, helen, as_):
    sam = make_writer(session, NASTY, profession=NASTY[:80], organisation=NASTY[:80])
    made = make_topic(
        session, sam, NASTY[:140], NASTY + "\n\n> " + NASTY + "\n\n[x]( java\nscript:alert(1))\n\n<javascript:alert(1)>"
    )
    say(session, made.topic_id, ann, NASTY)
    session.commit()
    for browser in (as_(ann), as_(sam), as_(helen)):
        for path in (
            "/forum",
            f"/topics/{made.topic_id}",
            f"/topics/{made.topic_id}/write?to={made.post_id}&quote=1",
            "/search?q=script",
        ):
            answer = alone(browser.http.get)(path, base_url=browser.base_url, follow_redirects=True)
            assert answer.status_code == 200
            for bad in (
                "<script>alert",
                "<img src=x",
                "<svg/onload",
                'href="javascript',
                'href="data:',
                'src="data:text',
            ):
                assert bad not in answer.text, (path, bad)


def test_pressed_twice_it_is_thanked_once(session, topic, ann, as_):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    for _ in range(2):
        browser._open("POST", f"/posts/{topic.post_id}/thank", 303, data={"csrf_token": browser.page.csrf_token})
    session.rollback()
    assert session.scalar(select(Post.thanks_count).where(Post.id == topic.post_id)) == 1


def test_pressed_twice_it_is_posted_once(session, topic, ann, as_):
    browser = as_(ann)
    browser.get(f"/topics/{topic.topic_id}/write")
    form = {"body": "The very same words", "act": "post", "csrf_token": browser.page.csrf_token}
    for _ in range(2):
        browser._open("POST", f"/topics/{topic.topic_id}/posts", 303, data=form)
    session.rollback()
    assert len(session.scalars(select(Post.id).where(Post.author_id == ann.id)).all()) == 1


SPOTS = ["9990000018", "999-000-0018", "999 000\u00a00018", "999.000.0018", "**999** 000 0018", "9 9 9 0 0 0 0 0 1 8", "NHS: 999O00OO18",
         "\uff19\uff19\uff19 000 0018", "999&nbsp;000&#32;0018", "999\u200b000\u200b0018"]  # fmt: skip


@pytest.mark.parametrize("written", SPOTS)
def test_a_held_topic_leaves_its_number_in_the_draft_alone(session, topic, ann, helen, as_, written, caplog):
    browser = as_(ann)
    slug = theme_of(session)
    browser.get(f"/forum/{slug}/new")
    form = {"title": f"About {written}", "body": f"He is {written}.", "act": "hold", "because": f"It is {written} no number",
            "csrf_token": browser.page.csrf_token}  # fmt: skip
    browser._open("POST", f"/forum/{slug}/new", 303, data=form)
    for needle in {written, "9990000018", "000 0018", "000-0018"}:
        assert places(session, needle) <= PRIVATE, needle
        assert needle not in caplog.text
    item = session.scalar(select(ReviewItem.id).order_by(ReviewItem.id.desc()))
    session.rollback()
    desk = as_(helen)
    desk.get("/moderation")
    page = desk.follow(f"/moderation/{item}/take")
    assert written not in str(page)


def test_nobody_from_another_theme_sees_decides_or_undoes(session, topic, sam, as_):
    from sqlalchemy import update

    from learn.accounts.models import RoleGrant

    other = make_writer(session, "Cara Theme", roles=(Role.FACILITATOR,))
    session.execute(update(RoleGrant).where(RoleGrant.user_id == other.id).values(themes=["nowhere"]))
    number = queue.put(session, "post", topic.post_id, Source.FLAG, author_id=sam.id, theme_id=topics.there(session, topic.topic_id).theme_id,
                       priority=queue.REPORT, at=now())  # fmt: skip
    session.commit()
    browser = as_(other)
    browser.get("/moderation")
    token = browser.page.csrf_token if browser.page.tokens else ""
    for path in (
        f"/moderation/{number}",
        f"/moderation/{number}/take",
        f"/moderation/{number}/skip",
        f"/moderation/about/post/{topic.post_id}",
    ):
        browser._open(
            "POST",
            path,
            403,
            data={"csrf_token": token, "act": "remove", "reason": "other", "words": "x", "version": 1},
        )
    browser.get(f"/moderation/{number}", 403)
    browser.get(f"/posts/{topic.post_id}/history", 403)
    browser.get("/moderation/record.csv", 403)
