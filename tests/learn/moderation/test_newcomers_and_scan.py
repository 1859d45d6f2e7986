"""Who is new, and the look at what is there already."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import Role
from learn.moderation import decisions, newcomers
from learn.moderation.desk import lines
from learn.moderation.desk.marking import marked, marked_inside, quotes
from learn.moderation.models import Decision, ReviewItem, Source
from learn.moderation.scanning import scanning
from learn.outbox.worker import Pace, Worker
from tests.learn.moderation.notes import Notes
from tests.learn.moderation.test_deciding import person
from tests.people import make_user

NUMBER = "Seen today: NHS 999 000 0018"


def decide(session, number, user, act):
    done = decisions.decide(session, number, person(user), act, "fine", "Thank you.", 1, now(), {})
    session.commit()
    return done


def test_three_kept_ones_end_being_new(session, put, author, facilitator):
    for _ in range(2):
        decide(session, put(), facilitator, "keep")
    decide(session, put(), facilitator, "remove")
    assert newcomers.is_new(session, author.id)
    done = decide(session, put(), facilitator, "keep")
    assert not newcomers.is_new(session, author.id)
    session.execute(update(Decision).where(Decision.id == done.decision_id).values(undone_at=now()))
    assert newcomers.is_new(session, author.id)


def test_whoever_looks_after_others_is_not_new(session, facilitator, author):
    administrator = make_user(session, "Ada", roles=(Role.ADMINISTRATOR,))
    author_of_modules = make_user(session, "Mo", roles=(Role.AUTHOR,))
    new = {
        user.id: newcomers.is_new(session, user.id) for user in (facilitator, administrator, author_of_modules, author)
    }
    assert list(new.values()) == [False, False, True, True]


def test_the_scan_lets_wait_what_would_be_held_and_says_how_far_it_is(
    app, session, notes, administrator, author, facilitator, monkeypatch
):
    monkeypatch.setattr(scanning, "BATCH", 2)
    app.extensions["frontline_items"]["story"] = Notes("story").kind()
    for text in ("Nothing", NUMBER, "Nothing", "born on 3 June", NUMBER):
        notes.add(text, author_id=author.id)
    administrator.get("/moderation/scan")
    assert "under way" in administrator.follow("/moderation/scan").words
    administrator.post("/moderation/scan")
    session.rollback()
    assert scanning.last(session).id == 1
    while scanning.last(session).ended_at is None:
        session.rollback()
        Worker(app, Pace()).run(once=True)
        session.rollback()
    found = session.execute(
        select(ReviewItem.target_id, ReviewItem.source, ReviewItem.priority, ReviewItem.author_id)
    ).all()
    assert sorted(found) == [(2, Source.SCAN, 0, author.id), (5, Source.SCAN, 0, author.id)]
    page = administrator.get("/moderation/scan")
    assert "It looked at 5 things and found 2 things for a facilitator" in page.words
    assert "found by the scan" in administrator.get("/moderation").words.lower()


def test_what_a_facilitator_kept_is_left_in_peace(session, notes, facilitator):
    notes.add(NUMBER)
    number = scanning.begin(session, now(), actor_id=facilitator.id)
    while scanning.step(session, number, now()):
        pass
    decide(session, session.scalar(select(ReviewItem.id)), facilitator, "keep")
    again = scanning.begin(session, now(), actor_id=facilitator.id)
    assert again != number
    while scanning.step(session, again, now()):
        pass
    assert scanning.last(session).found == 0


def test_the_scan_is_for_administrators(desk, member):
    desk.get("/moderation/scan", 403)
    member.get("/moderation/scan", 403)
    assert "Scan" not in [link.get_text() for link in desk.get("/moderation").select(".tabs a")]


@pytest.mark.parametrize(
    ("text", "quoted", "html"),
    [
        ("a <b> & c", [], "a &lt;b&gt; &amp; c"),
        ("NHS 999 000 0018!", [], "NHS <mark>999 000 0018</mark>!"),
        ("It was [NHS number removed] <i>", [], "It was <mark>[NHS number removed]</mark> &lt;i&gt;"),
        ("She is <so> slow", ["She is <so>"], "<mark>She is &lt;so&gt;</mark> slow"),
        ("abcdefghij", ["abcdefgh", "efghijxx", "cdefghij"], "<mark>abcdefgh</mark><mark>ij</mark>"),
    ],
)
def test_what_to_look_at_is_marked_and_everything_is_escaped(app, text, quoted, html):
    assert marked(text, quoted) == html


@pytest.mark.parametrize(
    ("drawn", "html"),
    [
        ("<p>See [NHS number removed]</p>\n", "<p>See <mark>[NHS number removed]</mark></p>\n"),
        (
            "<p>a &lt;b&gt; &amp; slow &quot;as ever&quot;</p>",
            "<p>a &lt;b&gt; &amp; <mark>slow &#34;as ever&#34;</mark></p>",
        ),
        (
            '<a href="/x>slow &quot;as ever&quot;">slow</a>',
            '<a href="/x>slow &quot;as ever&quot;">slow</a>',
        ),
    ],
)
def test_what_to_look_at_is_marked_inside_what_was_drawn_and_its_tags_stay(app, drawn, html):
    assert marked_inside(drawn, ['slow "as ever"']) == html


def test_what_reporters_quote_is_found():
    assert quotes(["he says \u201cNobody ever reads\u201d and 'you are too slow' but \"no\""]) == [
        "Nobody ever reads",
        "you are too slow",
    ]


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        ({"seconds": 5}, "1 minute"), ({"minutes": 59}, "59 minutes"), ({"hours": 2}, "2 hours"), ({"days": 1}, "Yesterday"),
        ({"days": 3}, "3 days"), ({"days": 40}, "16 October 2026"),
    ],
)  # fmt: skip
def test_ages_are_said_in_words(app, passed, words):
    at = now().replace(year=2026, month=11, day=25, hour=15)
    assert lines.age(at - timedelta(**passed), at) == words
