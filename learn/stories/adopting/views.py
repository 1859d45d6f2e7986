"""Who tried a story's way where they work: read, said, changed and taken back."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user

from courses.db import now
from learn import identifiers
from learn.accounts import profile
from learn.accounts.by_email import mine as addresses
from learn.components import error_list
from learn.discussion import rules
from learn.errors import Forbidden
from learn.extensions import db
from learn.policy import Permission, permits
from learn.stories.adopting import adoptions
from learn.stories.adopting.form import TriedForm, holds
from learn.stories.around import Outcome
from learn.stories.reading import story as reading
from learn.stories.room import bp
from learn.web import writing


@bp.get("/s/<told>/tried")
@permits(Permission.READ)
def tried(told: str) -> str:
    """List who tried it and how it went."""
    row = _story(told)
    before = request.args.get("before", adoptions.FIRST, type=int)
    rows, following = adoptions.listed(db.session(), row.id, max(0, min(before, adoptions.FIRST)))
    own = adoptions.mine(db.session(), row.id, current_user.id) if current_user.id is not None else None
    return render_template(
        "stories/adopting/list.html", story=row, rows=rows, own=own, words=adoptions.WORDS, regions=profile.REGIONS,
        next=url_for(".tried", told=row.reference, before=following) if following else "", is_later=before < adoptions.FIRST,
        is_own_story=reading.is_its_own(row, current_user),
    )  # fmt: skip


@bp.get("/s/<told>/tried/mine")
@permits(Permission.WRITE)
def try_it(told: str) -> Any:
    """Show the form, with what the person said before."""
    row = _story_of_another(told)
    if not rules.has_accepted(db.session(), current_user.id):
        return redirect(url_for("discussion.accept_rules", next=request.path), 303)
    own = adoptions.mine(db.session(), row.id, current_user.id)
    return _form(row, own, TriedForm(data=_before(own)))


@bp.post("/s/<told>/tried/mine")
@permits(Permission.WRITE)
def save_try(told: str) -> Any:
    """Keep what the person says; what may be a patient's is asked about first, and goes to a facilitator alone."""
    row, form = _story_of_another(told), TriedForm()
    if not rules.has_accepted(db.session(), current_user.id):
        return redirect(url_for("discussion.accept_rules", next=request.path), 303)
    is_valid = form.validate()
    found = form.found([each.address for each in addresses.listed(db.session(), current_user.id)])
    if found and request.form.get("act") == "mask":
        form.mask(found)
        found = {}
    if not is_valid or _is_asked(form, found):
        return _form(row, adoptions.mine(db.session(), row.id, current_user.id), form, found), 422
    with writing() as session:
        is_seen = adoptions.save(session, row, current_user.id, form.told(found), now())
    flash(
        "Thank you. Others see that you tried it."
        if is_seen
        else "Saved. A facilitator looks at it before others see it.",
        "success",
    )
    return redirect(url_for(".tried", told=row.reference), 303)


@bp.post("/s/<told>/tried/remove")
@permits(Permission.WRITE)
def remove_try(told: str) -> Any:
    """Take one's own record back."""
    row = _story(told)
    with writing() as session:
        adoptions.remove(session, row.id, current_user.id, now())
    flash("Your record is removed.", "success")
    return redirect(url_for(".tried", told=row.reference), 303)


def _story(told: str) -> Any:
    return reading.find(db.session(), reading.reference_in(told), current_user)


def _story_of_another(told: str) -> Any:
    row = _story(told)
    if reading.is_its_own(row, current_user):
        raise Forbidden("This is your own story. Others say here where they tried it.")
    return row


def _is_asked(form: TriedForm, found: dict[str, Any]) -> bool:
    """Whether the writer has to say something about what was found before it goes on."""
    if not holds(found):
        return bool(found) and not form.is_sure.data
    is_sent = request.form.get("act") == "hold"
    if is_sent and not form.because.data:
        form.because.errors = ["Say what it is, so that a facilitator can decide"]
    return not (is_sent and form.because.data)


def _before(own: Any | None) -> dict[str, Any]:
    if own is None:
        known = profile.of(db.session(), current_user.id)
        return {"organisation": known.organisation, "region": known.region}
    return {
        "organisation": own.organisation, "region": own.region, "since": f"{own.tried_on.month} {own.tried_on.year}",
        "outcome": Outcome(own.outcome).value, "words": own.words,
    }  # fmt: skip


def _form(row: Any, own: Any | None, form: TriedForm, found: dict[str, Any] | None = None) -> str:
    kinds = list(
        dict.fromkeys(identifiers.WORDS[each.kind] for findings in (found or {}).values() for each in findings)
    )
    errors = error_list(form)
    if found:
        errors.append({"text": "Look at what could identify a patient", "href": "#found"})
    return render_template(
        "stories/adopting/form.html",
        story=row,
        own=own,
        form=form,
        kinds=kinds,
        holds=holds(found or {}),
        errors=errors,
    )
