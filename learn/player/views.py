"""Learning: what there is, a theme, a course, a module, and its units. GET shows; what completes or scores is a POST."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user

from courses import versions
from courses.catalogue import Switch
from courses.db import now
from courses.errors import Locked
from courses.learning import enrolments, release
from courses.learning.completion import percent
from learn.extensions import db
from learn.passback import words
from learn.player import acting, discussing, lines, queries, units
from learn.policy import Permission, permits
from learn.web import writing

bp = Blueprint("player", __name__)


@bp.get("/learn")
@permits(Permission.READ)
def learn() -> str:
    """Show all courses, and all modules by theme."""
    session, learner_id = db.session(), current_user.learner_id
    themes: dict[str, dict[str, Any]] = {}
    for card in queries.cards(session, learner_id):
        slug = card["theme_slug"]
        theme = themes.setdefault(
            slug, {"slug": slug, "title": card["theme_title"], "url": f"/themes/{slug}", "modules": []}
        )
        theme["modules"].append(card)
    return render_template(
        "player/learn.html", courses=queries.courses(session, learner_id), themes=list(themes.values())
    )


@bp.get("/themes/<slug>")
@permits(Permission.READ)
def theme(slug: str) -> str:
    """Show a theme's modules, and the newest stories of it."""
    found = queries.theme(db.session(), slug) or abort(404)
    modules = queries.cards(db.session(), current_user.learner_id, theme=slug)
    stories = current_app.extensions["frontline_latest_stories"](db.session(), current_user, found.id)
    return render_template("player/theme.html", theme=found, modules=modules, stories=stories)


@bp.get("/courses/<slug>")
@permits(Permission.READ)
def course(slug: str) -> str:
    """Show a course's modules in order, and what was sent for it."""
    session, learner_id = db.session(), current_user.learner_id
    found = queries.course(session, slug) or abort(404)
    modules = queries.cards(session, learner_id, course_id=found.id)
    required = [card for card in modules if card["is_required"]]
    done = sum(card["state"] == "completed" for card in required)
    share = percent(done, len(required))
    said = f"{done} of {queries.number(len(required), 'module')} completed"
    sent = words.for_course(session, learner_id, found.id)
    return render_template("player/course.html", course=found, modules=modules, percent=share, words=said, sent=sent)


@bp.get("/modules/<slug>")
@permits(Permission.READ)
def module(slug: str) -> Any:
    """Show a module: what it holds, how far the learner is, what was sent, and the one thing to do next."""
    context = shown(slug)
    if context["must_switch"]:
        return redirect(url_for(".switch", slug=slug), 303)
    return render_template("player/module.html", **context, talk=discussing.newest(db.session(), context["row"].id))


@bp.post("/modules/<slug>/discussion")
@permits(Permission.WRITE)
def discuss(slug: str) -> Any:
    """Open the discussion of a module, which begins when somebody first asks for it."""
    row = asked_module(slug)
    with writing() as session:
        path = discussing.open_for(session, row.id)
    return redirect(path, 303)


@bp.post("/modules/<slug>/start")
@permits(Permission.LEARN)
def start(slug: str) -> Any:
    """Enrol and open the unit that was asked for, else the first."""
    row = asked_module(slug)
    with writing() as session:
        enrolments.enrol(session, current_user.learner_id, row.id, now())
    wanted = request.form.get("unit", 0, type=int)
    position = wanted if 0 < wanted <= row.unit_count else queries.resume_position(row) or 1
    return redirect(queries.address(row, position), 303)


@bp.get("/modules/<slug>/units/<int:position>")
@permits(Permission.READ)
def unit(slug: str, position: int) -> Any:
    """Show a unit, and remember the place; of a closed unit, why it is closed and when it opens."""
    context = shown(slug, position)
    if context["must_switch"]:
        return redirect(url_for(".switch", slug=slug), 303)
    if context["missing"]:
        return redirect(queries.address(context["row"], None), 303)
    asked = units.read(db.session(), context["row"], position) or abort(404)
    if context["units"][position - 1].wait is not None:
        return render_template("player/closed.html", **context, **units.closed(asked, context))
    _remember(context["row"], position)
    return render_template("player/unit.html", **context, **units.show(asked, context, again="again" in request.args))


@bp.post("/modules/<slug>/units/<int:position>")
@permits(Permission.LEARN)
def act(slug: str, position: int) -> Any:
    """Do what the unit asks: mark, answer, write. Wrong input comes back with what was typed."""
    row, asked = open_unit(slug, position)
    form = units.form_for(asked)
    if not form.validate_on_submit():
        context = shown(slug, position)
        return render_template("player/unit.html", **context, **units.show(asked, context, form=form)), 422
    recorded = acting.record(current_user.learner_id, asked, form)
    if recorded.module_completed:
        flash("You have completed this module.", "success")
    return redirect(units.next_address(row, asked, recorded), 303)


@bp.post("/modules/<slug>/units/<int:position>/watched")
@permits(Permission.LEARN)
def watched(slug: str, position: int) -> Any:
    """Add the parts of a video that were watched, as the page's script counts them."""
    _, asked = open_unit(slug, position)
    spans = acting.spans(request.get_json(silent=True))
    if spans is None:
        abort(400)
    recorded = acting.record_watched(current_user.learner_id, asked, spans)
    return jsonify(percent=recorded.watched_percent, unit_completed=recorded.unit_completed)


def asked_module(slug: str) -> Any:
    """The module of an address with the reader's own counters; NotFound says why there is none."""
    row = queries.module(db.session(), slug, current_user.learner_id)
    if row is None:
        raise queries.not_there(db.session(), slug)
    return row


def open_unit(slug: str, position: int) -> tuple[Any, Any]:
    """The module and the unit that somebody acts on; Locked where it is closed. Costs no more where nothing has a rule."""
    row = asked_module(slug)
    asked = units.read(db.session(), row, position) or abort(404)
    if asked.release or asked.play.get("prerequisites"):
        listed = lines.read(db.session(), row, now(), current=position, is_open=True, keeps_nothing=False)
        wait = listed[position - 1].wait
        if wait is not None:
            raise Locked(f"This unit is not open to you yet. {wait.words(lines.day)}.")
    return row, asked


def shown(slug: str, current: int | None = None) -> dict[str, Any]:
    """What the module page shows, and the rail beside a unit."""
    session, learner_id = db.session(), current_user.learner_id
    row = asked_module(slug)
    waits = release.missing(session, learner_id, row.id) if learner_id is not None and row.enrolment_id is None else []
    state = {"completed": "completed", "started": "in_progress", None: "locked" if waits else "not_started"}[row.status]
    listed = lines.read(session, row, now(), current=current, is_open=not waits, keeps_nothing=learner_id is None)
    is_behind = row.enrolment_id is not None and row.current_version_id not in (None, row.version_id)
    offer = versions.offered(session, learner_id, row.id) if is_behind else None
    return {
        "row": row,
        "module": {
            "slug": row.slug, "title": row.title, "summary": row.summary, "minutes": row.minutes, "units": row.unit_count,
            "theme_slug": row.theme_slug, "theme_title": row.theme_title, "theme_url": f"/themes/{row.theme_slug}",
        },
        "units": listed,
        "percent": 100 if row.status == "completed" else percent(row.done_weight or 0, row.required_weight),
        "words": f"{row.done_count or 0} of {queries.number(row.unit_count, 'unit')} completed",
        "minutes_left": lines.minutes_left(listed) if row.enrolment_id is not None else 0,
        "state": state,
        "missing": [{"title": title, "url": f"/modules/{other}"} for other, title in waits],
        "sent": words.for_module(session, learner_id, row.id),
        "start": units.start_of(row, state, {line.position for line in listed if line.wait}),
        "completed_at": row.completed_at,
        "must_switch": offer is not None and offer.policy is Switch.MUST,
        "offer": offer if offer is not None and not offer.is_declined else None,
    }  # fmt: skip


def _remember(row: Any, position: int) -> None:
    """A GET writes only the reader's own place, and only when it is another."""
    if row.enrolment_id is None or row.last_position == position or current_user.learner_id is None:
        return
    with writing() as session:
        enrolments.remember_place(session, row.enrolment_id, position, now())
