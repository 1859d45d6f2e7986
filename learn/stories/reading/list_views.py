"""The list of stories, and the same as a feed."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from flask_login import current_user

from courses.db import now
from learn.accounts.profile import REGIONS, SETTINGS
from learn.config import settings
from learn.extensions import db
from learn.policy import Permission, allows, permits
from learn.stories.fields import PROFESSIONS
from learn.stories.reading import feed, listing, searching
from learn.stories.reading.listing import FACETS, Counts, Listed
from learn.stories.room import bp

LONGEST_WORDS = 200
CHOICES = {"setting": SETTINGS, "profession": PROFESSIONS, "region": REGIONS}


@bp.get("/stories")
@permits(Permission.ANYONE)
def listed() -> str:
    """List the stories that the reader may read, narrowed by what they chose."""
    session, members = db.session(), current_user.is_authenticated
    themes = listing.themes(session)
    names = {**CHOICES, "theme": {row.slug: row.title for row in themes}}
    chosen, words, after = _chosen(names), _words(), request.args.get("after", "")
    order = "best" if request.args.get("order") == "best" else "newest"
    numbers = listing.counts(session, chosen, members=members)
    if words:
        found = searching.find(session, words, chosen, order=order, after=after, members=members)
    else:
        ids = {row.slug: row.id for row in themes}
        found = listing.listed(session, chosen, numbers, ids, members=members, after=after)
    is_start = not (chosen or words or after)
    first = listing.first_ones(session, now(), members=members) if is_start else []
    return render_template(
        "stories/reading/list.html", found=found, first=first, cards=_others(found, first), names=names, chosen=chosen, q=words,
        order=order, is_later=bool(after), numbers=numbers.shown, told=_told(chosen, names, words, numbers, found, after),
        next=_address(chosen, words, order, after=found.next) if found.next else "", back=_address(chosen, words, order),
        share_url="/stories/new" if allows(current_user, Permission.WRITE) else "",
    )  # fmt: skip


@bp.get("/stories.rss")
@permits(Permission.ANYONE)
def rss() -> Any:
    """The newest stories that anyone may read, as RSS 2.0."""
    drawn = feed.draw(feed.newest(db.session()), settings().base_url, settings().site_name)
    answer = Response(drawn, mimetype="application/rss+xml")
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.add_etag()
    return answer.make_conditional(request)


def _chosen(names: dict[str, dict[str, str]]) -> dict[str, str]:
    """What the address narrows by, as far as there is such a thing."""
    asked = {facet: request.args.get(facet, "").strip()[:80] for facet in FACETS}
    asked["tag"] = " ".join(asked["tag"].lower().split())[:40]
    return {facet: value for facet, value in asked.items() if value and (facet == "tag" or value in names[facet])}


def _words() -> str:
    return " ".join(request.args.get("q", "").replace("\x00", " ").split())[:LONGEST_WORDS]


def _others(found: Listed, first: list[listing.Card]) -> list[listing.Card]:
    above = {card.id for card in first}
    return [card for card in found.cards if card.id not in above]


def _told(
    chosen: dict[str, str], names: dict[str, Any], words: str, numbers: Counts, found: Listed, after: str
) -> dict[str, Any]:
    """How many there are, where that is known without counting, and of what."""
    if not words and len(chosen) < 2:
        count: int | None = numbers.shown.get(next(iter(chosen.items()), listing.ALL), 0)
    else:
        count = None if after or found.next else len(found.cards)
    return {"count": count, "of": [names[facet][value] if facet != "tag" else value for facet, value in chosen.items()]}


def _address(chosen: dict[str, str], words: str, order: str, **more: str) -> str:
    asked = {**chosen, **({"q": words} if words else {}), **({"order": order} if order != "newest" else {}), **more}
    return f"/stories?{urlencode(asked)}" if asked else "/stories"
