"""Writing in a discussion: the form on its own page, what is sent from any page, and drafts that save themselves."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from courses.db import now
from learn.components import clock
from learn.discussion import checking, looked_after, posting, showing, states, threads, topics
from learn.discussion.acts import drafts
from learn.discussion.acts.drafts import Place
from learn.discussion.models import PostState
from learn.discussion.pages import sending, typed
from learn.discussion.pages.typed import Typed
from learn.discussion.posting import Closed, Gone
from learn.discussion.room import bp
from learn.extensions import db
from learn.policy import Permission, permits
from learn.web import writing

HELD = "Your text waits for a facilitator. Until then only you and facilitators can see it."


@bp.get("/topics/<int:topic_id>/write")
@permits(Permission.WRITE)
def write(topic_id: int) -> str:
    """Show the form, with the post that is answered and whatever was typed here before."""
    place = Place(current_user.id, topic_id=topic_id, parent_id=typed.answered(request.args))
    kept = drafts.find(db.session(), place)
    body = kept.body if kept else ""
    if place.parent_id and not body and "quote" in request.args:
        body = _quoted(topic_id, place.parent_id)
    return str(
        _page(topic_id, Typed(body=body, because=kept.because if kept else "", parent_id=place.parent_id), 200)[0]
    )


@bp.post("/topics/<int:topic_id>/posts")
@permits(Permission.WRITE)
def send(topic_id: int) -> Any:
    """Post it; or keep it as a draft, show it, or ask about what was found in it."""
    sent = typed.read()
    typed.check_body(sent)
    place = _place(topic_id, sent.parent_id)
    here = url_for(".write", topic_id=topic_id, to=place.parent_id)

    def page(given: Typed, status: int, **more: Any) -> Any:
        return _page(topic_id, given, status, **more)

    kept_back = sending.before_posting(sent, place, here, page)
    return _post(topic_id, sent, place) if kept_back is None else kept_back


@bp.post("/topics/<int:topic_id>/draft")
@permits(Permission.WRITE)
def save_draft(topic_id: int) -> Any:
    """Keep what is being typed; the page's script asks for this."""
    topics.there(db.session(), topic_id)
    given, at = typed.read(), now()
    place = _place(topic_id, given.parent_id)
    with writing() as session:
        drafts.save(session, place, at, body=given.body[: posting.LONGEST])
    return jsonify(saved=clock(at))


def _place(topic_id: int, parent_id: int | None) -> Place:
    """Where a text is kept: with the post that it answers, where this discussion has that post."""
    answered = threads.place(db.session(), parent_id) if parent_id else None
    is_here = answered is not None and answered.topic_id == topic_id
    return Place(current_user.id, topic_id=topic_id, parent_id=parent_id if is_here else None)


def _post(topic_id: int, sent: Typed, place: Place) -> Any:
    at = now()
    is_free = looked_after.facilitates(db.session(), current_user, topics.there(db.session(), topic_id).theme_id)
    try:
        with writing() as session:
            posted = posting.twice(
                session, current_user.id, sent.body, at, topic_id=topic_id, parent_id=sent.parent_id
            ) or posting.post(
                session, topic_id, current_user.id, sent.body, parent_id=sent.parent_id, at=at, because=sent.because,
                may_when_locked=is_free,
            )  # fmt: skip
            sending.note_sure(session, sent, posted.post_id)
    except (Closed, Gone) as error:
        sent.refuse("body", error.message)
        sent.parent_id = None if isinstance(error, Gone) else sent.parent_id
        with writing() as session:
            drafts.save(session, place, at, body=sent.body)
        return _page(topic_id, sent, 409)
    flash(HELD if posted.is_held else "It is posted.", "success")
    return redirect(showing.place_of(db.session(), posted.post_id), 303)


def _quoted(topic_id: int, post_id: int) -> str:
    """The text that is answered, as Markdown marks what others said."""
    row = states.one(db.session(), post_id)
    if row.topic_id != topic_id or row.state is not PostState.VISIBLE:
        return ""
    return "\n".join(f"> {line}".rstrip() for line in row.body.splitlines()) + "\n\n"


def _page(topic_id: int, given: Typed, status: int, *, preview: str = "", retry_after: int | None = None) -> Any:
    session = db.session()
    row = topics.there(session, topic_id)
    showing.must_be_seen(row, current_user, looks_after=looked_after.facilitates(session, current_user, row.theme_id))
    above = states.one(session, given.parent_id) if given.parent_id else None
    is_there = above is not None and above.topic_id == topic_id and above.state is PostState.VISIBLE
    _, heading, button = showing.words_of(row.kind)
    text = render_template(
        "discussion/write.html", topic=row, path=topics.page_of(session, row), given=given, heading=heading, button=button,
        above=Markup(above.html) if is_there and above else None,  # noqa: S704 - drawn by rendering
        writer=showing.writer(session, given.parent_id) if is_there and given.parent_id else "",
        preview=Markup(preview) if preview else None, action=url_for(".send", topic_id=topic_id),  # noqa: S704 - drawn by rendering
        keep=url_for(".save_draft", topic_id=topic_id), **found_words(given),
    )  # fmt: skip
    return text, status, ({"Retry-After": str(retry_after)} if retry_after else {})


def found_words(given: Typed) -> dict[str, Any]:
    """What the form says of what the detector found: shown to the writer alone."""
    pieces = {name: checking.marked(getattr(given, name), findings) for name, findings in given.found.items()}
    return {"holds": checking.holds(given.found), "kinds": checking.kinds(given.found), "pieces": pieces}
