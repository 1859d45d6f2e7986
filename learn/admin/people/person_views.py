"""One person's page, from which every act on their account begins."""

from typing import Any

from flask import render_template
from flask_login import current_user
from flask_wtf import FlaskForm

from courses.db import now
from learn.accounts import open_sessions, people, profile
from learn.accounts.by_email import mine
from learn.accounts.decisions import notes
from learn.admin.people import acting, person
from learn.admin.room import administers, bp
from learn.extensions import db
from learn.people.due import AFTER
from learn.people.models import ExportState
from learn.people.own_data import requests as own_data


@bp.get("/people/<int:number>")
@administers
def one_person(number: int) -> str:
    """Show who they are, what they may do and why, and what happened to their account."""
    row, session, at = acting.found(number), db.session(), now()
    file = own_data.standing(session, number, by_id=current_user.id)
    grants = person.grants(session, number)
    is_ready = file is not None and file.state is ExportState.READY and (file.expires_at or at) > at
    return render_template(
        "admin/people/person.html", person=row, name=person.shown(row), standing=people.standing(row, at),
        is_me=number == current_user.id, addresses=mine.listed(session, number), before=at - AFTER,
        platforms=person.platforms(session, number), sessions=len(open_sessions.listed(session, number, at)),
        grants=grants, themes=person.themes(session) if any(row.themes for row in grants) else {}, notes=notes.written(session, number),
        trail=person.trail(session, number), form=FlaskForm(), file=file, is_ready=is_ready,
        profile=[words for words in (row.profession, row.organisation, *_places(row)) if words],
    )  # fmt: skip


def _places(row: Any) -> tuple[str, str]:
    """Region and kind of place in words."""
    return profile.REGIONS.get(row.region, ""), profile.SETTINGS.get(row.setting, "")
