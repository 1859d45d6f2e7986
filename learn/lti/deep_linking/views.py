"""The picker: staff choose what a link of their course opens, and the platform is told."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn import audit
from learn.config import settings
from learn.errors import FrontlineError
from learn.extensions import db
from learn.lti import keys
from learn.lti.deep_linking import answer, linkable
from learn.lti.deep_linking import request as asking
from learn.lti.deep_linking.linkable import Linkable
from learn.lti.registration import origin_of
from learn.policy import Permission, permits
from learn.web import writing

bp = Blueprint("deep_linking", __name__)

KINDS = {"module": "Modules", "course": "Courses", "home": "Home page", "stories": "Success stories", "forum": "Forum"}
MOST = 50
"Things that can be chosen at once."


class Over(FrontlineError):
    """A request that was answered, is too old, or is somebody else's."""

    status = 410
    code = "choice_over"
    title = "This choice is over"


@bp.get("/lti/choose/<key>")
@permits(Permission.READ)
def choose(key: str) -> str:
    """Show what there is to choose from."""
    return _page(key, _asked(key), request.args)


@bp.post("/lti/choose/<key>")
@permits(Permission.READ)
def act(key: str) -> Any:
    """Narrow the list, cancel, or send what was chosen to the platform."""
    asked = _asked(key)
    if request.form.get("act") == "filter":
        kept = {name: request.form.get(name, "").strip()[:100] or None for name in ("q", "kind", "theme")}
        given: dict[str, Any] = {**kept, "item": request.form.getlist("item")[:MOST]}
        return redirect(url_for(".choose", key=key, **given), 303)
    if request.form.get("act") == "cancel":
        return _send(key, asked, [], words="Nothing was chosen.")
    kind = answer.kinds_of(asked.accept_types)
    if kind is None:
        return _send(key, asked, [], words="Frontline has nothing of the kind that can be added here.", is_failure=True)
    chosen = linkable.source().named(db.session(), request.form.getlist("item")[:MOST])
    if not chosen or (len(chosen) > 1 and not asked.accepts_multiple):
        wrong = "Choose one thing only" if chosen else "Choose what to add"
        return _page(key, asked, request.form, wrong=wrong), 422
    return _send(key, asked, _items(asked, chosen, kind))


def _items(asked: Any, chosen: list[Linkable], kind: str) -> list[dict[str, Any]]:
    scores = asked.accepts_line_item and request.form.get("scores") == "yes"
    opens = request.form.get("opens", "")
    opens = opens if opens in _targets(asked) else ""
    return [answer.item(each, settings().base_url, kind, scores=scores, opens=opens) for each in chosen]


def _asked(key: str) -> Any:
    found = asking.find(db.session(), key, current_user.id, now())
    if found is None:
        steps = ("Go back to your course and choose again from there.",)
        raise Over("It was sent already, or it was begun more than an hour ago.", next_steps=steps)
    return found


def _targets(asked: Any) -> dict[str, str]:
    return {name: words for name, words in answer.TARGETS.items() if name in asked.accept_targets}


def _page(key: str, asked: Any, given: Any, *, wrong: str = "") -> str:
    session, source = db.session(), linkable.source()
    q, kind, theme = (given.get(name, "").strip()[:100] for name in ("q", "kind", "theme"))
    picked = given.getlist("item")[:MOST] or ([asked.current] if asked.current not in ("", "/") else [])
    things = source.search(session, q, kind, theme)
    shown = {thing.path for thing in things}
    elsewhere = [thing for thing in source.named(session, picked) if thing.path not in shown]
    return render_template(
        "deep_linking/choose.html", key=key, asked=asked, things=things, elsewhere=elsewhere, picked=set(picked), q=q,
        kind=kind, theme=theme, themes=source.themes(session), kinds=KINDS, targets=_targets(asked), wrong=wrong,
        takes=answer.kinds_of(asked.accept_types),
    )  # fmt: skip


def _send(key: str, asked: Any, items: list[dict[str, Any]], *, words: str = "", is_failure: bool = False) -> str:
    """Use the request up, then show the form that goes to the platform by itself."""
    signing = keys.signing_key(db.session())
    with writing() as session:
        if not asking.take(session, key, now()):
            raise Over("It was sent already.", next_steps=("Go back to your course.",))
        audit.note(
            session, "deep_linking.answered", actor_id=current_user.id, registration=asked.registration_id,
            context=asked.context_pk, items=len(items),
        )  # fmt: skip
    token = answer.sign(asked, items, signing, words=words, is_failure=is_failure)
    g.form_action = f"'self' {origin_of(asked.return_url)}"
    return render_template("deep_linking/sending.html", action=asked.return_url, token=token, platform=asked.platform)
