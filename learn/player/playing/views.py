"""The pages of a package beside its unit's: the state that the page's script asks for, a full window, and starting again."""

from typing import Any

from flask import abort, flash, jsonify, redirect, render_template
from flask_login import current_user

from courses.db import now
from courses.learning import attempts
from learn.extensions import db
from learn.player import queries, units
from learn.player.playing import frame, tries
from learn.player.views import bp, open_unit, shown
from learn.policy import Permission, permits
from learn.web import writing


@bp.get("/modules/<slug>/units/<int:position>/state")
@permits(Permission.READ)
def play_state(slug: str, position: int) -> Any:
    """Say where the reader stands with a unit, for its page's script: words, numbers, and the parts of the page that change."""
    context = shown(slug, position)
    asked = _package(context["row"], position)
    line = context["units"][position - 1]
    around = {
        **context, **units.closed(asked, context), "can_act": current_user.can_learn,
        "act_url": queries.address(context["row"], position), "tried": tries.read(asked, context["row"], line),
    }  # fmt: skip
    parts = {
        name: render_template(f"player/playing/{name}.html", **around) for name in ("told", "below", "rail", "turn")
    }
    return jsonify(state=line.state, words=line.words, is_done=line.is_done, percent=context["percent"], parts=parts)


@bp.get("/modules/<slug>/units/<int:position>/window")
@permits(Permission.READ)
def play_window(slug: str, position: int) -> Any:
    """Show the player alone, as big as the window."""
    context = shown(slug, position)
    asked = _package(context["row"], position)
    line = context["units"][position - 1]
    if context["must_switch"] or context["missing"] or line.wait is not None:
        return redirect(queries.address(context["row"], position), 303)
    return render_template("player/window.html", **context, **units.show(asked, context))


@bp.post("/modules/<slug>/units/<int:position>/again")
@permits(Permission.LEARN)
def play_again(slug: str, position: int) -> Any:
    """End the learner's try, so that the next begins anew; scores and completion stay."""
    row, asked = open_unit(slug, position)
    if asked.kind not in tries.TRIED:
        abort(404)
    with writing() as session:
        attempts.start_again(session, current_user.learner_id, asked.id, now())
    flash("A new try has begun.", "success")
    return redirect(queries.address(row, position), 303)


def _package(row: Any, position: int) -> Any:
    asked = units.read(db.session(), row, position) or abort(404)
    return asked if asked.kind in frame.KINDS else abort(404)
