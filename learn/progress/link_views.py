"""What a link sends to the gradebook is the choice of whoever teaches the course."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from sqlalchemy import bindparam, select
from wtforms import BooleanField, IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from courses.db import now
from learn import audit
from learn.components import draw_checkbox, draw_input, draw_radios
from learn.errors import NotFound
from learn.extensions import db
from learn.lti.models import Reports, ResourceLink
from learn.passback import settings
from learn.policy import Permission, permits
from learn.progress.teaching_views import bp, theirs
from learn.web import writing

_LINK = select(
    ResourceLink.id, ResourceLink.title, ResourceLink.target, ResourceLink.reports, ResourceLink.pass_mark,
    ResourceLink.wants_progress_item, ResourceLink.lineitem_id, ResourceLink.progress_item_id,
).where(ResourceLink.id == bindparam("link"), ResourceLink.context_pk == bindparam("context"))  # fmt: skip

WORDS = {
    Reports.COMPLETION: "100 when everything is complete, and nothing before",
    Reports.PROGRESS: "Progress as it grows, from 0 to 100",
    Reports.BEST_SCORE: "The best quiz score when everything is complete",
}


class LinkForm(FlaskForm):
    """What is sent for a link."""

    reports = RadioField(
        "Send to the gradebook", [InputRequired("Choose what is sent")], widget=draw_radios,
        choices=[SelectChoice(value.value, words) for value, words in WORDS.items()],
    )  # fmt: skip
    pass_mark = IntegerField(
        "Pass mark in per cent", [Optional(), NumberRange(1, 100, "The pass mark is between 1 and 100")],
        description="Nothing is sent before the best quiz score reaches it. Leave it empty for none",
        widget=draw_input,
    )  # fmt: skip
    wants_progress_item = BooleanField("Show progress in a second gradebook column", widget=draw_checkbox)


@bp.get("/progress/contexts/<int:number>/links/<int:link>")
@permits(Permission.TEACH)
def link(number: int, link: int) -> str:
    """Show what a link sends, and the form that changes it."""
    found = _link(number, link)
    given = {**found._asdict(), "reports": Reports(found.reports).value}
    return _page(number, found, LinkForm(data=given))


@bp.post("/progress/contexts/<int:number>/links/<int:link>")
@permits(Permission.TEACH)
def set_link(number: int, link: int) -> Any:
    """Change what a link sends; a worker then works its scores out again."""
    found, form = _link(number, link), LinkForm()
    if not form.validate():
        return _page(number, found, form), 422
    with writing() as session:
        settings.choose(
            session, link, Reports(form.reports.data), form.pass_mark.data, bool(form.wants_progress_item.data), now()
        )
        audit.note(session, "link.changed", actor_id=current_user.id, link=link, reports=form.reports.data)
    flash("This is what the link sends from now on. Results that are there are worked out again.", "success")
    return redirect(url_for(".context", number=number), 303)


def _link(number: int, link: int) -> Any:
    theirs(number)
    found = db.session.execute(_LINK, {"link": link, "context": number}).first()
    if found is None:
        raise NotFound("There is no such link in this course.")
    return found


def _page(number: int, found: Any, form: LinkForm) -> str:
    return render_template("progress/link.html", context=theirs(number), link=found, form=form)
