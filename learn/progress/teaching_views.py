"""For whoever teaches a course on a platform: its learners, as a page and as a file."""

import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn import audit, spreadsheet
from learn.components import moment_words
from learn.errors import NotFound
from learn.extensions import db
from learn.passback import resend
from learn.policy import Permission, is_administrator, permits
from learn.progress import contexts as reading
from learn.progress import review
from learn.progress.contexts import STATES, Line, Wanted
from learn.roster import read as roster
from learn.web import writing

bp = Blueprint("teaching", __name__)
HEADINGS = (
    "Learner",
    "Module",
    "State",
    "Per cent",
    "Best score",
    "Last active",
    "Completed and sent",
    "Left the course",
)


@bp.get("/progress")
@permits(Permission.TEACH)
def contexts() -> str:
    """List the courses that somebody teaches."""
    return render_template("progress/contexts.html", rows=reading.mine(db.session(), current_user.id))


@bp.get("/progress/contexts/<int:number>")
@permits(Permission.TEACH)
def context(number: int) -> str:
    """Show the learners of one course."""
    session, found = db.session(), theirs(number)
    links = reading.links(session, number)
    titles, brought = reading.modules(session, links)
    wanted = _wanted(titles)
    rows = reading.lines(session, found, _chosen(wanted, titles), brought, wanted)
    return render_template(
        "progress/context.html", context=found, links=links, titles=titles, groups=reading.groups(session, number),
        wanted=wanted, rows=rows[: reading.PAGE], more=_more(number, rows), states=STATES,
        trouble=resend.count_failed(session, number), why_not=roster.words_for(found.roster_error),
        file=_address(".file", number, after=None),
    )  # fmt: skip


@bp.get("/progress/contexts/<int:number>.csv")
@permits(Permission.TEACH)
def file(number: int) -> Response:
    """The same as a file for a spreadsheet, all of it."""
    session, found = db.session(), theirs(number)
    titles, brought = reading.modules(session, reading.links(session, number))
    wanted = _wanted(titles)
    rows = reading.everything(session, found, _chosen(wanted, titles), brought, wanted)
    name = re.sub(r"[^A-Za-z0-9]+", "-", found.label or found.title).strip("-").lower() or f"course-{number}"
    headers = {"Content-Disposition": f'attachment; filename="learners-{name}.csv"'}
    return Response("".join(_file(rows)), mimetype="text/csv", headers=headers)


@bp.get("/progress/contexts/<int:number>/learners/<int:person>")
@permits(Permission.TEACH)
def learner(number: int, person: int) -> str:
    """Show one learner's work in a course."""
    session, found = db.session(), theirs(number)
    named = review.who(session, number, person)
    if named is None:
        raise NotFound("There is no such learner in this course.")
    titles, _ = reading.modules(session, reading.links(session, number))
    modules = review.work(session, named.learner_id, list(titles))
    return render_template("progress/learner.html", context=found, person=named, modules=modules)


@bp.post("/progress/contexts/<int:number>/members")
@permits(Permission.TEACH)
def read_members(number: int) -> Any:
    """Have the list of members read again by the worker."""
    theirs(number)
    with writing() as session:
        is_there = roster.wish(session, number, now(), is_pressed=True)
    told = "The list of members is being read. Load this page again in a minute."
    flash(told if is_there else "The platform offers no list of members for this course.", "info")
    return redirect(url_for(".context", number=number), 303)


@bp.post("/progress/contexts/<int:number>/resend")
@permits(Permission.TEACH)
def send_again(number: int) -> Any:
    """Send again what could not be sent: one result, or all of the course."""
    theirs(number)
    score_id = request.form.get("score", type=int)
    with writing() as session:
        count = resend.in_context(session, now(), number, score_id=score_id)
        audit.note(session, "passback.resent", actor_id=current_user.id, context=number, scores=count)
    flash(_told(count), "success")
    return redirect(url_for(".context", number=number), 303)


@bp.get("/progress/contexts/<int:number>/resend-all")
@permits(Permission.TEACH)
def confirm_all(number: int) -> str:
    """Ask before every result of a course is sent again."""
    found = theirs(number)
    return render_template("progress/resend_all.html", context=found, count=resend.count_all(db.session(), number))


@bp.post("/progress/contexts/<int:number>/resend-all")
@permits(Permission.TEACH)
def send_all_again(number: int) -> Any:
    """Send every result of a course again, after the platform was restored from a backup."""
    theirs(number)
    with writing() as session:
        count = resend.in_context(session, now(), number, everything=True)
        audit.note(session, "passback.resent", actor_id=current_user.id, context=number, everything=True, scores=count)
    flash(_told(count), "success")
    return redirect(url_for(".context", number=number), 303)


def theirs(number: int) -> Any:
    """A course that the person teaches; NotFound, which tells nobody what there is, when it is not theirs."""
    found = reading.one(
        db.session(), number, current_user.id or 0, is_administrator=is_administrator(current_user)
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such course, or you do not teach it.")
    return found


def _told(count: int) -> str:
    return (
        f"{count} {'result is' if count == 1 else 'results are'} being sent again."
        if count
        else "Nothing had to be sent again."
    )


def _wanted(titles: dict[int, str]) -> Wanted:
    asked = request.args
    module = asked.get("module", type=int)
    return Wanted(
        module if module in titles else None, asked.get("state", "") if asked.get("state") in STATES else "",
        asked.get("group", "")[:255], asked.get("left") == "yes", _key(asked.get("after", "")),
    )  # fmt: skip


def _chosen(wanted: Wanted, titles: dict[int, str]) -> list[int]:
    return [wanted.module] if wanted.module else list(titles)


def _key(text: str) -> tuple[str, int, int] | None:
    """A key as it stands in an address: two numbers, then the name, which may hold anything."""
    parts = text.split(".", 2)
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[:2]):
        return None
    return parts[2], int(parts[0]), int(parts[1])


def _more(number: int, rows: list[Line]) -> str | None:
    if len(rows) <= reading.PAGE:
        return None
    name, entry, module = rows[reading.PAGE - 1].key
    return _address(".context", number, after=f"{entry}.{module}.{name}")


def _address(endpoint: str, number: int, **changed: Any) -> str:
    """An address with what was chosen on this page, and something of it changed."""
    given: dict[str, Any] = {**request.args.to_dict(), **changed}
    return url_for(endpoint, **{**given, "number": number})


def _file(rows: Iterator[Line]) -> Iterator[str]:
    yield spreadsheet.MARK + spreadsheet.line(HEADINGS)
    for line in rows:
        yield spreadsheet.line((
            line.name, line.module, STATES[line.state], line.percent, "" if line.best_score is None else line.best_score,
            moment_words(line.active_at) if line.active_at else "", line.sent.words if line.sent else "",
            "" if line.is_active else "yes",
        ))  # fmt: skip
