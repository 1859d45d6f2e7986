"""Where an administrator of a platform comes to connect it: a page that says what will happen, and the press that does it."""

from typing import Any

import structlog
from flask import Blueprint, Response, g, render_template, request

from courses.db import now
from learn import audit
from learn.accounts import tickets
from learn.accounts.models import TicketKind
from learn.errors import reference
from learn.extensions import csrf, db
from learn.lti.connect import register
from learn.lti.connect.register import RegistrationRefused
from learn.lti.registration import origin_of
from learn.policy import Permission, permits
from learn.web import writing

bp = Blueprint("connect", __name__)
log = structlog.get_logger("frontline.connect")

FIELDS = ("openid_configuration", "registration_token", "invite")


def _asked() -> dict[str, str]:
    """What the platform sent; its pages may frame the answer."""
    asked = {name: request.values.get(name, "") for name in FIELDS}
    origin = origin_of(asked["openid_configuration"])
    g.frame_origins = [origin] if origin else []
    return asked


@bp.get("/lti/register")
@permits(Permission.ANYONE)
def show() -> str:
    """Say what connecting means, and show the button that does it: a GET registers nothing."""
    asked = _asked()
    if not asked["openid_configuration"]:
        raise RegistrationRefused("no_configuration")
    if asked["invite"] and tickets.look(db.session(), asked["invite"], TicketKind.INVITE, now()) is None:
        raise RegistrationRefused("used")
    return render_template("connect/register.html", asked=asked, host=origin_of(asked["openid_configuration"]) or "")


@bp.post("/lti/register")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def connect() -> str:
    """Register with the platform. No form token: the invitation is the proof, and without one the platform waits."""
    asked = _asked()
    if asked["invite"] and tickets.look(db.session(), asked["invite"], TicketKind.INVITE, now()) is None:
        raise RegistrationRefused("used")
    db.session.rollback()  # nothing is open while the platform is asked
    configuration = register.read(asked["openid_configuration"])
    registered = register.ask(configuration, asked["registration_token"])
    with writing() as session:
        _, is_pending = register.keep(session, configuration, registered, asked["invite"], now())
    return render_template(
        "connect/registered.html", is_pending=is_pending, refused=registered.refused,
        is_moodle=configuration.product == "moodle",
    )  # fmt: skip


@bp.errorhandler(RegistrationRefused)
def _refused(refusal: RegistrationRefused) -> Any:
    """The page that says why, with the platform's own words; the trail has the code alone."""
    with writing() as session:
        audit.note(session, "platform.refused", reference=reference(), code=refusal.code)
    log.warning("registration.refused", reference=reference(), code=refusal.code)
    text = render_template(
        "connect/refused.html", title=refusal.title, message=refusal.message, said=refusal.said,
        next_steps=list(refusal.next_steps), reference=reference(),
    )  # fmt: skip
    return Response(text, status=400, mimetype="text/html")
