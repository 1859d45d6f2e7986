"""The search page."""

from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.catalogue import Theme
from learn.extensions import db
from learn.policy import Permission, allows, permits
from learn.search import finding, words
from learn.search.finding import Found
from learn.search.room import bp

KINDS = {"": "Everything", "module": "Modules", "story": "Stories", "topic": "Topics"}
ONE_OF = {"module": "Module", "story": "Story", "topic": "Topic"}
ORDERS = {"best": "Best match", "newest": "Newest"}
TOO_LONG = f"Search for at most {words.LONGEST} characters."
NOTHING_LEFT = "Type a word that says what it is about, for example recruitment."

_THEMES = select(Theme.slug, Theme.title).order_by(Theme.position)


@bp.get("/search")
@permits(Permission.ANYONE)
def found() -> Any:
    """Show what has every word that was typed, among what this person may read."""
    session, members = db.session(), allows(current_user, Permission.READ)
    themes = {row.slug: row.title for row in session.execute(_THEMES)}
    typed, chosen = request.args.get("q", "").replace("\0", " ").strip(), _chosen(themes)
    problem = _problem(typed) if typed else ""
    page = _look(session, typed, chosen, members) if typed and not problem else None
    names = {
        "typed": typed,
        "chosen": chosen,
        "themes": themes,
        "members": members,
        "is_later": "after" in request.args,
    }
    drawn = render_template(
        "search/found.html",
        found=page,
        problem=problem,
        one_of=ONE_OF,
        address=_address,
        **_tabs(typed, chosen),
        **names,
    )
    return drawn, 422 if problem else 200


def _chosen(themes: dict[str, str]) -> dict[str, str]:
    """What the address narrows by and puts in order, as far as there is such a thing."""
    asked = {name: request.args.get(name, "") for name in ("kind", "theme", "order")}
    known: dict[str, Any] = {"kind": KINDS, "theme": themes, "order": ORDERS}
    usual = {"kind": "", "theme": "", "order": "best"}
    return {name: value if value in known[name] else usual[name] for name, value in asked.items()}


def _problem(typed: str) -> str:
    if len(typed) > words.LONGEST:
        return TOO_LONG
    return "" if words.read(typed).phrases else NOTHING_LEFT


def _look(session: Session, typed: str, chosen: dict[str, str], members: bool) -> Found:
    kind, theme, order = chosen["kind"], chosen["theme"], chosen["order"]
    after = request.args.get("after", "")
    return finding.find(session, typed, kind=kind, theme=theme, order=order, after=after, members=members)


def _tabs(typed: str, chosen: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Links to the same words, narrowed or put in order otherwise."""
    return {
        tabs: [
            {"label": label, "url": _address(typed, chosen, **{name: value}), "is_current": chosen[name] == value}
            for value, label in choices.items()
        ]
        for tabs, name, choices in (("kinds", "kind", KINDS), ("orders", "order", ORDERS))
    }


def _address(typed: str, chosen: dict[str, str], **more: str) -> str:
    asked = {"q": typed, **chosen, **more}
    told = {name: value for name, value in asked.items() if value and (name, value) != ("order", "best")}
    return f"/search?{urlencode(told, errors='replace')}"
