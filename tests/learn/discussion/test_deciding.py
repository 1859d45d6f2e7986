"""What facilitators do with posts and topics, and how it is undone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courses.db import now
from learn.discussion import posting, states, topics
from learn.discussion.acts import drafts, editing
from learn.discussion.item import ITEMS
from learn.discussion.models import Post, PostDraft, PostRevision, PostState, TopicState
from learn.moderation.decisions import Wrong
from learn.search.models import SearchEntry
from tests.discussing import make_topic, say
from tests.modules import make_theme

POST, TOPIC = ITEMS["post"], ITEMS["topic"]


@pytest.fixture
def post(session, topic, ann):
    return say(session, topic.topic_id, ann, "As it was")


@pytest.fixture
def held(session, topic, ann, number):
    return posting.post(
        session, topic.topic_id, ann.id, f"See {number}", at=now(), because=f"{number} is a batch"
    ).post_id


def do(session, kind, number, act, helen, **form):
    return kind.acts[act](session, number, helen.id, now(), form)


def row(session, post_id):
    return states.one(session, post_id)


def test_keeping_what_was_held_shows_it_as_it_was_typed_and_undo_holds_it_again(session, held, helen, number, topic):
    done = do(session, POST, held, "keep", helen)
    assert (row(session, held).state, row(session, held).body) == (PostState.VISIBLE, f"See {number}")
    assert topics.there(session, topic.topic_id).visible_count == 2
    assert number not in str(done.before)
    POST.undo(session, held, "keep", done.before, now())
    assert (row(session, held).state, row(session, held).body) == (PostState.HELD, "See [NHS number removed]")
    assert drafts.pending(session, held).body == f"See {number}"
    assert topics.there(session, topic.topic_id).visible_count == 1


def test_keeping_a_held_topic_lists_it_under_its_title(session, ann, helen, number):
    made = make_topic(session, ann, f"About {number}", "Text")
    done = do(session, POST, made.post_id, "keep", helen)
    assert topics.there(session, made.topic_id).title == f"About {number}"
    POST.undo(session, made.post_id, "keep", done.before, now())
    assert topics.there(session, made.topic_id).title == "About [NHS number removed]"
    assert drafts.pending(session, made.post_id).title == f"About {number}"


def test_keeping_a_change_that_was_held_makes_it_and_undo_takes_it_back(session, post, ann, helen, number):
    editing.change(session, post, ann.id, f"Now {number}", revision=1, at=now(), because="A code")
    done = do(session, POST, post, "keep", helen)
    assert row(session, post).body == f"Now {number}"
    POST.undo(session, post, "keep", done.before, now())
    assert row(session, post).body == "As it was"
    assert drafts.pending(session, post).body == f"Now {number}"


def test_undoing_a_keep_brings_back_why_it_waited(session, held, post, ann, helen, number):
    editing.change(session, post, ann.id, f"Now {number}", revision=1, at=now(), because="A code")
    for each, reason in ((held, f"{number} is a batch"), (post, "A code")):
        done = do(session, POST, each, "keep", helen)
        assert drafts.pending(session, each) is None
        POST.undo(session, each, "keep", done.before, now())
        assert drafts.pending(session, each).because == reason
        do(session, POST, each, "mask", helen)
        assert drafts.pending(session, each) is None
    assert session.scalar(select(func.count()).select_from(PostDraft)) == 0


def test_undoing_a_keep_leaves_what_its_writer_sent_since(session, ann, helen, number):
    made = make_topic(session, ann, f"About {number}", "Text", because="A batch")
    done = do(session, POST, made.post_id, "keep", helen)
    editing.change(session, made.post_id, ann.id, f"More on {number}", revision=1, at=now(), because="A code")
    POST.undo(session, made.post_id, "keep", done.before, now())
    waits = drafts.pending(session, made.post_id)
    assert (waits.title, waits.body, waits.because) == (f"About {number}", f"More on {number}", "A code")


def test_why_a_kept_post_waited_is_forgotten_after_a_month(session, held, helen, number):
    do(session, POST, held, "keep", helen)
    assert drafts.prune(session, now() + timedelta(days=29)) == {"drafts_of_posts": 0}
    assert drafts.prune(session, now() + timedelta(days=31)) == {"drafts_of_posts": 1}


def test_masking_shows_what_was_held_without_its_number_for_good(session, held, helen, number):
    done = do(session, POST, held, "mask", helen)
    assert not done.can_undo
    assert (row(session, held).state, row(session, held).body) == (PostState.VISIBLE, "See [NHS number removed]")
    assert drafts.pending(session, held) is None


def test_masking_takes_it_out_of_every_text_that_it_had(session, post, ann, helen, number):
    for n, words in enumerate((f"It is {number}", "Without"), 1):
        editing.revise(session, row(session, post), ann.id, words, now(), f"reason {n}")
    do(session, POST, post, "mask", helen)
    assert [each.body for each in editing.texts(session, post)] == [
        "Without",
        "It is [NHS number removed]",
        "As it was",
    ]


@pytest.mark.parametrize(
    ("act", "state"), [("hide", PostState.HIDDEN), ("remove", PostState.REMOVED), ("ask", PostState.HIDDEN)]
)
def test_what_is_taken_out_of_sight_comes_back_by_undo(session, post, helen, topic, act, state):
    done = do(session, POST, post, act, helen)
    assert row(session, post).state is state
    assert topics.there(session, topic.topic_id).visible_count == 1
    POST.undo(session, post, act, done.before, now())
    assert row(session, post).state is PostState.VISIBLE
    assert topics.there(session, topic.topic_id).visible_count == 2


def test_what_was_hidden_is_restored(session, post, helen):
    do(session, POST, post, "hide", helen)
    do(session, POST, post, "restore", helen)
    assert row(session, post).state is PostState.VISIBLE


def test_what_was_held_and_is_removed_goes_back_to_its_writer_as_a_draft(session, held, ann, helen, number, topic):
    do(session, POST, held, "remove", helen)
    assert drafts.find(session, drafts.Place(ann.id, topic_id=topic.topic_id)).body == f"See {number}"
    made = make_topic(session, ann, f"About {number}", "Text")
    do(session, POST, made.post_id, "remove", helen)
    kept = drafts.find(session, drafts.Place(ann.id, theme_id=make_theme(session)))
    assert (kept.title, kept.body) == (f"About {number}", "Text")


def test_redacting_leaves_the_text_nowhere(session, topic, sam, helen):
    editing.change(session, topic.post_id, sam.id, "A second leak", revision=1, at=now(), reason="leak")
    editing.change(session, topic.post_id, sam.id, "A third leak", revision=2, at=now())
    done = do(session, POST, topic.post_id, "redact", helen)
    assert not done.can_undo
    kept = session.execute(select(Post.body, Post.html, Post.state).where(Post.id == topic.post_id)).one()
    assert tuple(kept) == ("", "", PostState.REDACTED)
    assert set(session.scalars(select(PostRevision.body))) == set(session.scalars(select(PostRevision.reason))) == {""}
    assert session.scalar(select(SearchEntry.id)) is None
    assert POST.offered(POST.whole(session, topic.post_id)) == ()


def test_an_edit_by_a_facilitator_keeps_the_text_before_and_is_undone(session, post, helen, number):
    with pytest.raises(Wrong):
        do(session, POST, post, "edit", helen, text=f"Now {number}")
    with pytest.raises(Wrong):
        do(session, POST, post, "edit", helen, text=" ")
    done = do(session, POST, post, "edit", helen, text="Plainer", words="Plainer words")
    assert row(session, post).body == "Plainer"
    assert editing.texts(session, post)[0].editor_id == helen.id
    POST.undo(session, post, "edit", done.before, now())
    assert row(session, post).body == "As it was"


def test_a_facilitator_reads_what_is_held_masked_with_what_stands_around_it(session, app, held, topic, number):
    card = POST.whole(session, held)
    template = app.jinja_env.get_template(POST.template)
    page = template.render(card=card, item=None, can_decide=True, typed={}, quoted=[])
    assert number not in page
    assert "[NHS number removed] is a batch" in page
    assert "See <mark>[NHS number removed]</mark>" in page
    assert "How do you do it?" in page
    assert POST.cards(session, [held])[held].excerpt == "See [NHS number removed]"
    assert (card.state, card.title) == ("held back", "Post by Ann Lee")
    assert POST.origin(session, held).is_seen is False
    assert POST.whole(session, 999) is None
    assert POST.origin(session, 999) is None


def test_a_facilitator_sees_where_a_number_was_and_what_was_reported(session, app, post, ann, helen, number):
    editing.change(session, post, ann.id, f"Now **{number}** is shown", revision=1, at=now(), because="A code")
    page = app.jinja_env.get_template(POST.template).render(
        card=POST.whole(session, post), item=None, can_decide=True, typed={}, quoted=["As it was", "is shown"]
    )
    assert "<p><mark>As it was</mark></p>" in page
    assert "<p>Now <strong><mark>[NHS number removed]</mark></strong> <mark>is shown</mark></p>" in page
    assert number not in page


def test_the_reason_says_what_the_number_is_without_the_number_even_after_a_harmless_word(session, topic, ann, number):
    held = posting.post(session, topic.topic_id, ann.id, f"See {number}", at=now(), because=f"invoice {number}").post_id
    assert POST.whole(session, held).names["because"] == "invoice [removed]"


def test_the_scan_reads_each_text_once(session, topic, post, held):
    texts = POST.texts(session, 0, 10)
    assert texts == [(topic.post_id, ("Finding time for consent", "How do you do it?")), (post, ("As it was",))]
    assert POST.texts(session, post, 10) == []
    assert POST.written(session, session.get(Post, post).author_id) == 1


@pytest.mark.parametrize(
    ("act", "column", "value"),
    [
        ("hide", "state", TopicState.HIDDEN), ("remove", "state", TopicState.REMOVED), ("lock", "is_locked", True),
        ("pin", "is_pinned", True),
    ],
)  # fmt: skip
def test_a_topic_is_changed_and_changed_back(session, topic, helen, act, column, value):
    before = getattr(topics.there(session, topic.topic_id), column)
    done = do(session, TOPIC, topic.topic_id, act, helen)
    assert getattr(topics.there(session, topic.topic_id), column) == value
    assert act not in TOPIC.offered(TOPIC.whole(session, topic.topic_id))
    TOPIC.undo(session, topic.topic_id, act, done.before, now())
    assert getattr(topics.there(session, topic.topic_id), column) == before


def test_a_topic_moves_to_another_theme_and_gets_a_better_title(session, topic, helen, number):
    other = make_theme(session, "patient-benefit", 2)
    for wrong in ("", "999", str(topics.there(session, topic.topic_id).theme_id)):
        with pytest.raises(Wrong):
            do(session, TOPIC, topic.topic_id, "move", helen, theme=wrong)
    done = do(session, TOPIC, topic.topic_id, "move", helen, theme=str(other))
    assert topics.there(session, topic.topic_id).theme_id == other
    TOPIC.undo(session, topic.topic_id, "move", done.before, now())
    assert topics.there(session, topic.topic_id).theme_id != other
    with pytest.raises(Wrong):
        do(session, TOPIC, topic.topic_id, "rename", helen, title=f"About {number}")
    do(session, TOPIC, topic.topic_id, "rename", helen, title="Consent on a busy ward")
    renamed = topics.there(session, topic.topic_id)
    assert (renamed.title, renamed.slug) == ("Consent on a busy ward", "consent-on-a-busy-ward")
    assert session.scalar(select(SearchEntry.path)).endswith("consent-on-a-busy-ward")


def test_a_theme_has_five_pinned_topics_at_most(session, sam, helen):
    made = [make_topic(session, sam, f"Topic number {n}").topic_id for n in range(6)]
    for each in made[:5]:
        do(session, TOPIC, each, "pin", helen)
    with pytest.raises(Wrong):
        do(session, TOPIC, made[5], "pin", helen)


def test_the_page_of_a_topic_has_fields_for_what_needs_them(session, app, topic, helen):
    card = TOPIC.whole(session, topic.topic_id)
    page = app.jinja_env.get_template(TOPIC.template).render(card=card, item=None, can_decide=True, typed={}, quoted=[])
    assert 'name="title"' in page
    assert 'name="theme"' in page
    assert TOPIC.cards(session, [topic.topic_id])[topic.topic_id].excerpt == "Finding time for consent"
    assert TOPIC.origin(session, topic.topic_id).facts == {"topic": topic.topic_id}
    do(session, TOPIC, topic.topic_id, "redact", helen)
    assert topics.there(session, topic.topic_id).title == "A topic whose title was removed"
