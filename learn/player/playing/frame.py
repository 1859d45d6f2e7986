"""A package in its own frame: the page opens a play for its reader, and names who may be framed and what the frame may do.

What is played lies on another origin (learn.content), whose way in is handed in by ``create_app``: features do not import
each other. It says too what its frame may do and where its messages come from.
"""

from typing import Any

from flask import current_app, g, url_for
from flask_login import current_user

from courses.catalogue import UnitKind
from courses.db import now
from courses.learning.models import Mode
from learn.player.playing import tries
from learn.web import writing

KINDS = {UnitKind.PDF, UnitKind.WEB, UnitKind.SCORM, UnitKind.H5P}
"What is played from the content origin."
WITHOUT_SCRIPTS = {
    UnitKind.PDF: "The PDF is shown here by a script",
    UnitKind.WEB: "This unit brings its own pages, which need scripts",
    UnitKind.SCORM: "This unit is an interactive package, which needs scripts",
    UnitKind.H5P: "This unit is an interactive package, which needs scripts",
}
"What is said where JavaScript is off."


def show(asked: Any, row: Any, line: Any) -> dict[str, Any]:
    """What the unit page needs for its player, and for what stands below it."""
    if current_user.can_learn and row.enrolment_id is None:
        return {"player": None, "begin_url": url_for("player.start", slug=row.slug)}
    return {"player": opened(asked, row), "tried": tries.read(asked, row, line), "begin_url": None}


def opened(asked: Any, row: Any) -> dict[str, Any]:
    """Open a play for the reader, which fences those that are open in other windows.

    A GET writes nothing else: the reader's own way in to what the page shows. Who keeps nothing plays in review mode.
    """
    mode = Mode.LEARN if current_user.can_learn else Mode.REVIEW
    with writing() as session:
        play = current_app.extensions["frontline_play"](
            session, asked.unit, mode=mode, learner_id=current_user.learner_id, session_id=current_user.session_id,
            frame_origins=current_user.frame_origins, now=now(),
        )  # fmt: skip
    g.frame_src = play.frame_source
    here = {"slug": row.slug, "position": asked.position}
    return {
        "address": play.address, "origin": play.origin, "sandbox": play.sandbox, "title": asked.title,
        "kind": asked.kind.value,
        "state_url": url_for("player.play_state", **here), "window_url": url_for("player.play_window", **here),
        "without_scripts": WITHOUT_SCRIPTS[asked.kind],
    }  # fmt: skip
