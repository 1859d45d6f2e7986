"""Where platforms and browsers come in: login, launch, our key set. Only here does the launch write."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from flask import Blueprint, Response, current_app, g, jsonify, make_response, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from courses.db import now
from learn import audit
from learn.accounts import sessions
from learn.accounts.sessions import Arrival
from learn.config import settings
from learn.errors import FrontlineError, reference
from learn.extensions import csrf, db
from learn.lti import keys, registration, role_rules, storage_views
from learn.lti.deep_linking import request as choosing
from learn.lti.launching import people, platform_keys, review, storage
from learn.lti.launching.claims import Launch
from learn.lti.launching.launch import Opened, PlatformLaunch
from learn.lti.launching.login import PlatformLogin, forget_state
from learn.lti.launching.messages import DATA_PRIVACY, DEEP_LINKING, SUBMISSION_REVIEW
from learn.lti.launching.people import Arrived
from learn.lti.launching.refusals import LaunchRefused
from learn.lti.notices import take as taking
from learn.lti.registration import Platform
from learn.lti.services import http
from learn.policy import Permission, permits
from learn.web import is_in_a_frame, writing

bp = Blueprint("lti", __name__)
log = structlog.get_logger("frontline.lti")

KEY_SET_SECONDS = 300
"How long a platform may keep our key set: a new key signs only after that."
TRIES = 3
"Of one launch, where its platform was changed or another first launch brings the same course at the same moment."


@bp.route("/lti/login", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def login() -> Any:
    """Begin a launch: send the browser to its platform, with a state and a nonce of ours."""
    asked = PlatformLogin(db.session(), settings().base_url).check()
    with writing() as session:
        asked.remember(session, now())
    g.frame_origins = asked.platform.frame_origins
    launch_url = f"{settings().base_url}/lti/launch"
    if asked.storage_target is None:
        return asked.redirect(launch_url)
    address = asked.address(launch_url)
    return asked.with_cookie(make_response(storage_views.storing(asked, address)))


@bp.post("/lti/launch")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def launch() -> Any:
    """Take the platform's answer, check it, let the person in and lead to what the link opens."""
    answer = _answer()
    waiting = storage_views.waiting_for(answer)
    if waiting is not None:
        return storage_views.proving(answer, waiting)
    for again in reversed(range(TRIES)):
        try:
            return _let_in(answer)
        except LaunchRefused:
            # What was kept of the platform may have changed since it was read.
            platform = answer.platform
            if not again or platform is None or not registration.is_changed(db.session(), platform):
                raise
        except IntegrityError:
            # Somebody else's launch brought the same user, context or link first; everything was rolled back.
            if not again:
                raise
    raise AssertionError("the last try returns or raises")


def _answer() -> PlatformLaunch:
    return PlatformLaunch(db.session(), settings().base_url, _platform_key, now())


class FromPage:
    """What the road over the platform's storage shares with this one; handed over by the blueprint."""

    @staticmethod
    def checked() -> tuple[PlatformLaunch, Launch]:
        """The message that our own page carried, checked in full but for the state's cookie."""
        answer = _answer()
        return answer, answer.check(without_cookie=True)

    @staticmethod
    def come_in(session: Session, launched: Launch, at: datetime) -> tuple[str, str]:
        """Everything that a launch writes."""
        return _come_in(session, launched, at)


def _let_in(answer: PlatformLaunch) -> Any:
    launched = answer.check()
    with writing() as session:
        answer.consume(session, launched)
        path, key = _come_in(session, launched, answer.at)
    sessions.keep(key)
    response = redirect(path, 303)
    forget_state(answer.state, response)
    return response


def _come_in(session: Session, launched: Launch, at: datetime) -> tuple[str, str]:
    """Everything that a launch writes; returns the path to open and the new session's name."""
    platform = launched.platform
    deployment_pk = registration.deployment(session, platform, launched.deployment_id, at)
    arrived = people.arrive(session, launched, deployment_pk, at)
    if arrived.is_trusted:
        audit.note(session, "user.linked_by_trust", actor_id=arrived.user_id, registration=platform.id)
        current_app.extensions["frontline_linked_by_trust"](session, arrived.user_id, platform.id, at)
    g.frame_origins = origins = registration.learn_origin(session, platform, launched.return_url)
    registration.learn_notices(session, platform, deployment_pk, launched.notices_url)
    path = _opened(session, launched, arrived, at)
    arrival = Arrival(
        arrived.user_id, platform.id, platform.name, origins, is_embedded=_is_embedded(launched),
        return_url=launched.return_url, context_pk=arrived.context_pk, resource_link_pk=arrived.resource_link_pk,
        granted=role_rules.granted(platform.rules, launched.roles, arrived.context_pk) if arrived.user_id else (),
        offers_link=arrived.offers_link,
    )  # fmt: skip
    return path, sessions.begin(session, arrival, at)


def _opened(session: Session, launched: Launch, arrived: Arrived, at: datetime) -> str:
    """The path that a message opens; what cannot be opened is refused with a way back to the platform."""
    if launched.message == DEEP_LINKING:
        return choosing.begin(session, launched, arrived, at)
    if launched.message == DATA_PRIVACY:
        return "/privacy"
    if launched.message == SUBMISSION_REVIEW:
        return review.path(session, launched, arrived)
    opened = Opened(
        user_id=arrived.user_id, learner_id=arrived.learner_id, platform_user_id=arrived.platform_user_id,
        line_item_id=arrived.line_item_id, context_pk=arrived.context_pk, resource_link_pk=arrived.resource_link_pk,
        registration_id=launched.platform.id, settings=arrived.settings, is_learner=launched.is_learner, is_instructor=launched.is_instructor,
        target=launched.target, now=at,
    )  # fmt: skip
    try:
        return str(current_app.extensions["frontline_open_target"](session, opened))
    except FrontlineError as refusal:
        refused = LaunchRefused("target_unknown", message=refusal.message, registration_id=launched.platform.id)
        refused.return_url = launched.return_url
        raise refused from None


def _is_embedded(launched: Launch) -> bool:
    """The browser's own word on where it shows the answer, else the platform's."""
    shown_in = request.headers.get("Sec-Fetch-Dest") or launched.document_target
    return shown_in in ("iframe", "frame")


def _platform_key(platform: Platform, kid: str) -> RSAPublicKey:
    """The key that a message names: from memory, else from the database, else from the platform; LaunchRefused."""
    at = now()
    key = platform_keys.ready(platform.id, kid, at)
    if key is not None:
        return key
    platform_keys.recall(db.session(), platform.id)
    db.session.rollback()  # nothing is open while the platform is asked
    here = platform_keys.known(platform.id)
    key = platform_keys.ready(platform.id, kid, at) or _asked(platform, kid, at) or here.keys.get(kid)
    if key is None:
        is_reached = here.fetched_at is not None and here.failed_at is None
        raise LaunchRefused("key_unknown" if is_reached else "keys_unreachable")
    return key


def _asked(platform: Platform, kid: str, at: datetime) -> RSAPublicKey | None:
    """Ask the platform for its keys, one thread at a time and no more often than is allowed."""
    reading = platform_keys.known(platform.id).reading
    if not reading.acquire(timeout=platform_keys.PATIENCE):
        return None
    try:
        key = platform_keys.ready(platform.id, kid, at)  # another thread may have asked meanwhile
        if key is None and platform_keys.may_read(platform.id, kid, now()):
            _read_keys(platform, kid)
            key = platform_keys.ready(platform.id, kid, at)
        return key
    finally:
        reading.release()


def _read_keys(platform: Platform, kid: str) -> None:
    try:
        served = http.get_json(platform.jwks_url, timeout=platform_keys.TIMEOUT)
        with writing() as session:
            platform_keys.keep(session, platform.id, served, kid, now())
    except (http.CallFailed, platform_keys.BadKeySet, RecursionError) as failure:
        log.warning("keys.unreachable", registration=platform.id, reason=type(failure).__name__)
        with writing() as session:
            platform_keys.note_failure(session, platform.id, now())


@bp.post("/lti/notices")
@csrf.exempt  # type: ignore[untyped-decorator]
@permits(Permission.ANYONE)
def notices() -> Response:
    """Take what a platform tells by itself; what cannot be believed changes nothing, and is not told apart."""
    told = request.get_json(silent=True)
    for token in taking.tokens_of(told):
        message = taking.NoticeMessage(token, db.session(), settings().base_url, _platform_key, now())
        try:
            body = message.read()
            with writing() as session:
                taking.take(session, message, body, message.at)
        except LaunchRefused as refusal:
            log.warning("notice.refused", code=refusal.code)
    return Response(status=202)


@bp.get("/lti/jwks.json")
@permits(Permission.ANYONE)
def jwks() -> Response:
    """Our public keys."""
    response = jsonify(keys.public_key_set(db.session()))
    response.headers["Cache-Control"] = f"public, max-age={KEY_SET_SECONDS}"
    return response


@bp.app_errorhandler(LaunchRefused)
def _refused(refusal: LaunchRefused) -> Response:
    """The page that says in words what is wrong, one audit line and one log line, both without personal data."""
    details: dict[str, Any] = {"code": refusal.code, "detail": refusal.detail, "registration": refusal.registration_id}
    with writing() as session:
        audit.note(session, "launch.refused", reference=reference(), **details)
        g.frame_origins = registration.frame_origins(session)
    log.warning("launch.refused", reference=reference(), **details)
    text = render_template(
        "lti/failed.html", title=refusal.title, message=refusal.message, next_steps=list(refusal.next_steps),
        reference=reference(), return_url=_way_back(refusal), platform_name="your course", again=_again(refusal),
    )  # fmt: skip
    response = Response(text, status=refusal.status, mimetype="text/html")
    if refusal.code == "used":
        forget_state(request.form["state"], response)
    return response


def _again(refusal: LaunchRefused) -> dict[str, str]:
    """What begins the same login in a window of its own, where the browser kept nothing in the frame."""
    if refusal.code != "state_unknown" or not is_in_a_frame():
        return {}
    waiting = storage.login_of(db.session(), request.form.get("state", ""), now())
    if waiting is None:
        return {}
    g.form_action = storage.form_action(waiting.auth_url)
    return dict(waiting.asked)


def _way_back(refusal: LaunchRefused) -> str | None:
    """The platform's return address with what it may show to the person and to its administrator (Core 1.3 §5.4)."""
    address = refusal.return_url
    if address is None:
        return None
    told = urlencode({"lti_errormsg": refusal.message, "lti_errorlog": f"{refusal.code} {reference()}"})
    return f"{address}{'&' if '?' in address else '?'}{told}"
