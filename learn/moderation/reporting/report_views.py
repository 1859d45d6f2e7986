"""Reporting a thing: by members, and by anybody without an account where anybody may read it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from courses.db import now
from learn.accounts.by_email import limits
from learn.accounts.by_email.addresses import NotAnAddress, parse
from learn.components import draw_input, draw_radios, draw_textarea
from learn.extensions import db
from learn.moderation import flags, items
from learn.moderation.flags import LONGEST, REASONS, Told
from learn.moderation.models import FlagReason
from learn.moderation.room import bp
from learn.policy import Permission, permits
from learn.web import writing

WORDS = f"Use at most {LONGEST:,} letters"


class ReportForm(FlaskForm):
    """What is wrong with it."""

    reason = RadioField(
        "Why are you reporting this?", [InputRequired("Choose why you are reporting this")],
        choices=[SelectChoice(each.value, words) for each, words in REASONS.items()], widget=draw_radios,
    )  # fmt: skip
    words = TextAreaField(
        "What should we look at? (optional)", [Length(max=LONGEST, message=WORDS)], widget=draw_textarea,
        description="Put the part that is wrong in quotation marks. Do not write anything about a patient.",
    )  # fmt: skip
    email = StringField(
        "Your email address (optional)", widget=draw_input, filters=[lambda value: (value or "").strip()],
        description="Only to tell you what we decide. We delete it 90 days after that.",
    )  # fmt: skip

    def validate_email(self, field: Any) -> None:
        """Nothing, or an address that mail can be sent to."""
        try:
            if field.data:
                parse(field.data)
        except NotAnAddress:
            raise ValidationError("Enter an email address in the correct format, like name@example.com") from None


@bp.get("/report/<kind>/<int:target>")
@permits(Permission.ANYONE)
def report(kind: str, target: int) -> str:
    """Ask what is wrong with it."""
    return _page(kind, target, ReportForm())


@bp.post("/report/<kind>/<int:target>")
@permits(Permission.ANYONE)
def send_report(kind: str, target: int) -> Any:
    """Let a facilitator look at it."""
    form = ReportForm()
    if not form.validate():
        return _page(kind, target, form), 422
    told = Told(
        FlagReason(form.reason.data),
        (form.words.data or "").strip(),
        "" if current_user.id is not None else form.email.data,
    )
    with writing() as session:
        number = flags.report(
            session, kind, target, told, now(), reporter_id=current_user.id, network=limits.network(request.remote_addr),
            is_member=current_user.is_authenticated,
        )  # fmt: skip
    if current_user.id is not None:
        return redirect(url_for(".report_outcome", number=number), 303)
    return redirect(url_for(".report_sent"), 303)


@bp.get("/report/sent")
@permits(Permission.ANYONE)
def report_sent() -> str:
    """Thank whoever has no account."""
    return render_template("moderation/report_sent.html")


def _page(kind: str, target: int, form: ReportForm) -> str:
    origin = flags.about(db.session(), kind, target, is_member=current_user.is_authenticated)
    label = origin.label or items.kinds()[kind].label
    return render_template("moderation/report.html", form=form, origin=origin, label=label)
