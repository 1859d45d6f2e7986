"""The page of a story, its versions, how it is cited, and what its readers do on it."""

from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from courses.db import now
from learn.components import asset, local
from learn.config import settings
from learn.discussion import showing
from learn.errors import Forbidden
from learn.extensions import db
from learn.identifiers.studies import is_orcid
from learn.moderation import flags
from learn.paths import resource_dir
from learn.policy import Permission, allows, permits
from learn.stories.reading import acts, citing, describing
from learn.stories.reading import story as reading
from learn.stories.room import bp
from learn.web import writing

LAST_POSITION = 99
PAGES = ("layouts", "components", "stories/reading")
"Templates of which a story's page is made."


@bp.get("/s/<told>")
@permits(Permission.ANYONE)
def story(told: str) -> Any:
    """Show a story to whoever may read it."""
    reference = reading.reference_in(told)
    if reference != told:
        return redirect(url_for(".story", told=reference), 301)
    row = reading.find(db.session(), reference, current_user)
    return _unchanged(row) or _shown(row)


@bp.get("/s/<told>/v<int:n>")
@permits(Permission.ANYONE)
def version(told: str, n: int) -> Any:
    """Show a published text of a story as it was."""
    reference = reading.reference_in(told)
    if reference != told:
        return redirect(url_for(".version", told=reference, n=n), 301)
    row = reading.find(db.session(), reference, current_user, n)
    return _unchanged(row) or _kept(render_template("stories/reading/version.html", **_text(row)), row)


@bp.get("/s/<told>/versions")
@permits(Permission.ANYONE)
def versions(told: str) -> str:
    """List the texts that a story had."""
    row = reading.find(db.session(), reading.reference_in(told), current_user)
    found = reading.versions(db.session(), row.id)
    return render_template("stories/reading/versions.html", story=row, versions=found)


@bp.get("/s/<told>/cite/<any(bibtex, ris, 'csl-json', vancouver, harvard):kind>")
@permits(Permission.ANYONE)
def cite(told: str, kind: str) -> Response:
    """Give a story's reference as a file."""
    row = reading.find(db.session(), reading.reference_in(told), current_user)
    chosen = citing.STYLES[kind]
    answer = Response(chosen.write(_cited(row)), mimetype=chosen.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{row.reference}.{chosen.ending}"'
    return answer


@bp.post("/s/<told>/thank")
@permits(Permission.WRITE)
def thank(told: str) -> Any:
    """Thank for a story, or take that back."""
    row = reading.find(db.session(), reading.reference_in(told), current_user)
    if reading.is_its_own(row, current_user):
        raise Forbidden("This is your own story: others can thank you for it.")
    with writing() as session:
        acts.thank(session, row.id, current_user.id, now(), wants=request.form.get("wants") == "yes")
    return redirect(url_for(".story", told=row.reference, _anchor="thanks"), 303)


@bp.post("/s/<told>/first")
@permits(Permission.MODERATE)
def put_first(told: str) -> Any:
    """Put a story above the others in the list, or not any more."""
    row = reading.find(db.session(), reading.reference_in(told), current_user)
    if not reading.looks_after(db.session(), current_user, row):
        raise Forbidden("This is for facilitators of the story's theme who did not write it.")
    position = min(max(request.form.get("position", 1, type=int), 1), LAST_POSITION)
    with writing() as session:
        if request.form.get("act") == "stop":
            acts.not_first(session, row.id, current_user.id)
        else:
            acts.put_first(session, row.id, position, _until(request.form.get("until", "")), current_user.id)
    flash("The list of stories is changed.", "success")
    return redirect(url_for(".story", told=row.reference), 303)


def _shown(row: Any) -> Any:
    session, thread = db.session(), None
    if row.topic_id is not None and current_user.is_authenticated and row.is_out:
        page = request.args.get("page", type=int)
        thread = showing.thread(session, row.topic_id, current_user, page, path=f"/s/{row.reference}")
    near = reading.related(session, row, members=current_user.is_authenticated)
    is_own = reading.is_its_own(row, current_user)
    drawn = render_template(
        "stories/reading/story.html", **_text(row), thread=thread, near=near, is_own=is_own,
        can_act=allows(current_user, Permission.WRITE), may_put_first=bool(thread and thread["looks_after"] and not is_own),
        report_url=flags.url("story", row.id),
    )  # fmt: skip
    if thread is not None:
        showing.seen(thread, current_user, now())
    return _kept(drawn, row)


def _text(row: Any) -> dict[str, Any]:
    """What the page of a story and that of a version of it both show."""
    fields, cited = row.fields, _cited(row)
    authors = [{**each, "orcid": _orcid(each["orcid"])} for each in reading.authors(fields)]
    return {
        "story": row, "fields": fields, "body": Markup(row.html), "authors": authors, "who": _who(authors),  # noqa: S704 - drawn by drawing
        "glance": reading.glance(fields), "tags": reading.tags_of(fields), "licence": reading.licence(fields),
        "vancouver": citing.vancouver(cited), "harvard": citing.harvard(cited), "styles": citing.STYLES, "address": cited.address,
        "article": describing.article(row, fields, cited),
    }  # fmt: skip


def _who(authors: list[dict[str, str]]) -> dict[str, str]:
    """The line under the title: letters for the round picture, names, and what they do."""
    if not authors:
        return {"initials": "", "names": reading.WITHHELD, "roles": ""}
    names = [each["name"] for each in authors]
    roles = list(dict.fromkeys(each["role"] for each in authors if each["role"]))
    joined = " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
    return {"initials": reading.initials(names[0]), "names": joined, "roles": "; ".join(roles)}


def _orcid(told: str) -> str:
    number = told.rstrip("/").rsplit("/", 1)[-1].upper()
    digits = number.replace("-", "")
    return number if len(digits) == 16 and digits[:15].isdigit() and is_orcid(number) else ""


def _cited(row: Any) -> citing.Cited:
    path = url_for(".story", told=row.reference)
    return citing.of(
        row, row.fields, site=settings().site_name, address=settings().base_url + path, read_on=local(now()).date()
    )


def _until(told: str) -> datetime | None:
    """The end of a day as a date field gives it; None for what is none."""
    try:
        day = datetime.strptime(told.strip(), "%Y-%m-%d")  # noqa: DTZ007 - the site's zone comes next
        return day.replace(tzinfo=settings().zone) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _unchanged(row: Any) -> Response | None:
    """The answer 304 for a browser that has the page as it is; only for pages that are the same for everybody.

    It names no policy: the nonce of the page that the browser kept goes on holding for the script in it.
    """
    if current_user.is_authenticated or not request.if_none_match.contains_weak(_tag(row)):
        return None
    answer = Response(status=304)
    del answer.headers["Content-Type"]
    return _headed(answer, row)


def _kept(drawn: str, row: Any) -> Response:
    answer = Response(drawn)
    return answer if current_user.is_authenticated else _headed(answer, row)


def _headed(answer: Response, row: Any) -> Response:
    answer.set_etag(_tag(row), weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _tag(row: Any) -> str:
    known = (
        row.id,
        row.n,
        row.version,
        row.published_n,
        row.thanks_count,
        row.comment_count,
        row.adoption_count,
        _look(),
    )
    return sha256(repr((*known, now().date(), request.full_path)).encode()).hexdigest()[:24]


@cache
def _look() -> str:
    """What the page is drawn with: another after an update of the site."""
    kept = sha256(asset("css/reading.css").encode())
    for folder in PAGES:
        for path in sorted((resource_dir("templates") / folder).glob("*.html")):
            kept.update(path.read_bytes())
    return kept.hexdigest()
