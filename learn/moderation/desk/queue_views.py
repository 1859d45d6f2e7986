"""What waits for facilitators: the list, one item, and who has it open."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn.errors import NotFound
from learn.extensions import db
from learn.moderation import decisions, flags, items, leases, listing, queue, records, undoing
from learn.moderation.acts import ACTS
from learn.moderation.desk import showing
from learn.moderation.desk.showing import EMPTY, Asked, Typed
from learn.moderation.models import Source
from learn.moderation.room import bp
from learn.notifications import notices
from learn.policy import Permission, permits
from learn.web import HIGHEST, writing

moderates = permits(Permission.MODERATE)


@bp.get("/moderation", endpoint="queue")
@moderates
def listed() -> str:
    """Show what waits, the gravest first."""
    _note_as_read()
    session, at = db.session(), now()
    return render_template("moderation/queue.html", **showing.listed(session, asked(), at), **undo_offered(session, at))


@bp.get("/moderation/<int:number>", endpoint="item")
@moderates
def item(number: int) -> str:
    """Show one item; whoever has taken it decides about it here."""
    return item_page(number)


@bp.post("/moderation/<int:number>/take")
@moderates
def take(number: int) -> Any:
    """Have an item open, so that nobody else works on it."""
    with writing() as session:
        found = decisions.one(session, number, current_user, showing.theirs(session))
        if not decisions.may_decide(session, found, current_user, now()):
            raise decisions.own()
        is_taken = leases.take(session, number, current_user.id, now())
    if not is_taken:
        flash("Another facilitator has it open, or it was decided.", "warning")
    return redirect(url_for(".item", number=number, **asked().query()), 303)


@bp.post("/moderation/next")
@moderates
def take_next() -> Any:
    """Have the first item open that nobody else has."""
    wanted = asked()
    with writing() as session:
        number = listing.take_next(session, showing.theirs(session), current_user.id, wanted.tab, now())
    return _on_to(number, wanted)


@bp.post("/moderation/<int:number>/skip")
@moderates
def skip(number: int) -> Any:
    """Let go of an item and have the one after it open."""
    wanted = asked()
    with writing() as session:
        found = decisions.one(session, number, current_user, showing.theirs(session))
        leases.release(session, current_user.id)
        after = listing.key_of(found)
        following = listing.take_next(session, showing.theirs(session), current_user.id, wanted.tab, now(), after=after)
    return _on_to(following, wanted)


@bp.post("/moderation/<int:number>/keep")
@moderates
def keep(number: int) -> Any:
    """Lengthen the lease while the page is open; asked for by the page itself (static/js/moderate.js)."""
    at = now()
    with writing() as session:
        decisions.one(session, number, current_user, showing.theirs(session))
        is_kept = leases.keep(session, number, current_user.id, at)
    return jsonify(is_kept=is_kept, words=showing.lease_words(at + leases.LENGTH) if is_kept else "")


@bp.post("/moderation/about/<kind>/<int:target>")
@moderates
def look_after(kind: str, target: int) -> Any:
    """Decide about a thing that nobody reported, or once more about one that was decided."""
    with writing() as session:
        known = items.kinds().get(kind)
        origin = known.origin(session, target) if known is not None else None
        if origin is None:
            raise NotFound("There is no such thing.")
        number = queue.put(
            session, kind, target, Source.FACILITATOR, author_id=origin.author_id, theme_id=origin.theme_id,
            priority=queue.REPORT, at=now(),
        )  # fmt: skip
        found = decisions.one(session, number, current_user, showing.theirs(session))
        if decisions.may_decide(session, found, current_user, now()):
            leases.take(session, number, current_user.id, now())
    return redirect(url_for(".item", number=number), 303)


def asked() -> Asked:
    """Which part of what waits the address names; everything where it names nothing that makes sense."""
    tab = request.args.get("show", "reports")
    urgency = request.args.get("urgency", type=int)
    return Asked(
        tab if tab in queue.TABS else "reports",
        max(0, min(request.args.get("theme", type=int) or 0, HIGHEST)) or None,
        urgency if tab != "stories" and urgency in showing.URGENCIES else None,
        listing.read_key(request.args.get("after", "")),
    )


def item_page(number: int, typed: Typed = EMPTY) -> str:
    """One item beside the list; ``typed`` when a form comes back."""
    session, at = db.session(), now()
    found = decisions.one(session, number, current_user, showing.theirs(session))
    if found.kind not in items.kinds():
        raise NotFound("There is no such thing any more.")
    beside = showing.listed(session, asked(), at, item=found)
    shown = showing.item(session, found, beside["reports"][found.id], at, typed)
    return render_template("moderation/item.html", **beside, **shown, **undo_offered(session, at))


def undo_offered(session: Any, at: Any) -> dict[str, Any]:
    """The decision that whoever is here just made, as the address names it, and until when it can be undone."""
    number = request.args.get("decided", type=int)
    found = records.one(session, max(0, min(number, HIGHEST))) if number is not None else None
    if found is None or found.actor_id != current_user.id or found.undone_at is not None:
        return {"decided": None}
    until = found.at + undoing.POSSIBLE if undoing.can_undo(found, at) else None
    return {"decided": found, "decided_past": ACTS[found.act].past, "possible_until": until}


def _on_to(number: int | None, wanted: Asked) -> Any:
    if number is None:
        flash("Nothing else is waiting that nobody has open.", "info")
        return redirect(url_for(".queue", **wanted.query()), 303)
    return redirect(url_for(".item", number=number, **wanted.query()), 303)


def _note_as_read() -> None:
    """Whoever sees what waits needs no notice of it; a GET writes only the reader's own read mark."""
    if current_user.unread:
        with writing() as session:
            notices.read_about(session, current_user.id, "/moderation", now())


@bp.app_template_global("report_url")
def report_url(kind: str, target_id: int) -> str:
    """Where a thing is reported."""
    return flags.url(kind, target_id)
