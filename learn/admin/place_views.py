"""The pages on courses, links, launches, errors, keys and the audit trail."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn import audit
from learn.admin import mending, places, trail
from learn.admin.room import administers, bp
from learn.errors import NotFound
from learn.extensions import db
from learn.lti import keys as tool_keys
from learn.web import writing

ABOUT = (
    "platform", "rule", "keys", "launch", "passback", "roster", "deep_linking", "notice", "link", "sign_in", "user",
    "role", "module", "domain", "join", "address", "export", "retention",
)  # fmt: skip
"Objects that the trail can be narrowed to."


@bp.get("/contexts")
@administers
def contexts() -> str:
    """List the platforms' courses."""
    platform = request.args.get("platform", type=int)
    rows = places.contexts(db.session(), before=request.args.get("before", type=int), platform=platform)
    return render_template("admin/contexts.html", rows=rows, older=_older(rows, platform=platform))


@bp.get("/contexts/<int:number>")
@administers
def context(number: int) -> str:
    """Show one course with its links."""
    found = places.context(db.session(), number)
    if found is None:
        raise NotFound(f"There is no course {number}.")
    links = places.links(db.session(), number, before=request.args.get("before", type=int))
    return render_template("admin/context.html", context=found, links=links, older=_older(links, number=number))


@bp.get("/launches")
@administers
def launches() -> str:
    """List the last launches."""
    platform = request.args.get("platform", type=int)
    rows = places.launches(db.session(), before=request.args.get("before", type=int), platform=platform)
    return render_template("admin/launches.html", rows=rows, older=_older(rows, platform=platform))


@bp.get("/errors")
@administers
def errors() -> str:
    """Show what was refused lately, by code, and find what somebody quotes."""
    reference = request.args.get("reference", "").strip().upper()[:20]
    found = trail.quoted(db.session(), reference) if reference else None
    return render_template(
        "admin/errors.html", rows=trail.errors(db.session(), now()), reference=reference, found=found,
        mend=mending.MEND, codes=mending.explained(),
    )  # fmt: skip


@bp.get("/keys")
@administers
def keys() -> str:
    """Show the keys that sign what this site sends."""
    return render_template("admin/keys.html", keys=tool_keys.standing(db.session(), now()))


@bp.post("/keys/rotate")
@administers
def rotate() -> Any:
    """Make the key that signs next; with ``at_once`` every other key goes now."""
    at_once = request.form.get("at_once") == "yes"
    with writing() as session:
        kid = tool_keys.rotate(session, now(), at_once=at_once)
        audit.note(session, "keys.rotated", actor_id=current_user.id, kid=kid, at_once=at_once)
    told = "The new key signs from now on. Every other key is gone." if at_once else "The new key signs in a day."
    flash(told, "success")
    return redirect(url_for(".keys"), 303)


@bp.get("/audit")
@administers
def trail_page() -> str:
    """Show who did what, newest first."""
    about = request.args.get("about", "")
    about = about if about in ABOUT else ""
    rows = trail.lines(db.session(), before=request.args.get("before", type=int), about=about)
    return render_template("admin/audit.html", rows=rows, about=about, subjects=ABOUT, older=_older(rows, about=about))


def _older(rows: places.Paged, **kept: Any) -> str | None:
    """The address of the page after this one."""
    if rows.before is None:
        return None
    assert request.endpoint is not None
    return url_for(request.endpoint, before=rows.before, **{name: value for name, value in kept.items() if value})
