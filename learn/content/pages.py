"""The page in which a play stands on the content origin: what it loads, by kind, and what it is told."""

from typing import Any
from urllib.parse import quote

from flask import current_app
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from courses.catalogue import UnitKind
from courses.learning import attempts
from learn.config import settings
from learn.content import players


def player(session: Session, play: Any, base: str, app_origin: str) -> Response:
    """The player's page for a play whose address begins with ``base``."""
    if play.kind is UnitKind.H5P and not settings().plays_h5p:
        return words(200, "This activity cannot be played here", "H5P is switched off on this site.")
    own = f"/{players.PREFIX}{players.own_folder()}"
    told: dict[str, Any] = {
        "kind": play.kind.value, "mode": play.mode.value, "title": play.title, "base": base, "app": app_origin,
        "fenced": play.is_fenced, "initial": attempts.initial(session, play),
        "seq": play.commit_seq, "seconds": play.play_seconds,
        "entry": f"{base}/f/{quote(play.play.get('href', ''))}{play.play.get('query', '')}",
    }  # fmt: skip
    more, scripts, styles = _LOADS[play.kind](play)
    template = current_app.jinja_env.get_template("content/player.html")
    text = template.render(
        play=told | more, scripts=scripts, module=f"{own}/{play.kind.value}.js",
        styles=[*styles, *(f"{own}/{name}" for name in ("player.css", *_OWN_STYLES.get(play.kind, ())))],
    )  # fmt: skip
    return Response(text, mimetype="text/html")


def words(status: int, title: str, text: str) -> Response:
    """A page that says something instead."""
    style = f"/{players.PREFIX}{players.own_folder()}/player.css"
    template = current_app.jinja_env.get_template("content/words.html")
    return Response(template.render(title=title, words=text, style=style), status, mimetype="text/html")


def ended() -> Response:
    """What is shown for a capability that is over or unknown."""
    return words(404, "This activity has been closed", "Go back to the module and open it again.")


def _vendor(name: str) -> str:
    return f"/{players.PREFIX}{players.vendor_folder(name)}"


def _scorm(play: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    is_2004 = str(play.play.get("version", "")).startswith("2004")
    library = f"{_vendor('scorm-again')}/scorm{'2004' if is_2004 else '12'}.min.js"
    more = {"version": "2004" if is_2004 else "1.2", "asset": bool(play.play.get("is_asset"))}
    return more, [library], []


def _h5p(play: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    library, storage = _vendor(players.H5P), f"/{players.PREFIX}{players.own_folder()}/storage.js"
    more = {
        "library": library, "storage": storage, "unit": play.unit_id,
        "iri": f"{settings().base_url}/xapi/unit/{play.unit_id}",
    }  # fmt: skip
    return more, [storage, f"{library}/main.bundle.js"], []


def _pdf(play: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    library = _vendor("pdfjs-dist")
    return {"library": library}, [], [f"{library}/pdf_viewer.css"]


def _web(play: Any) -> tuple[dict[str, Any], list[str], list[str]]:
    return {}, [], []


_LOADS = {UnitKind.SCORM: _scorm, UnitKind.H5P: _h5p, UnitKind.PDF: _pdf, UnitKind.WEB: _web}
_OWN_STYLES = {UnitKind.PDF: ("pdf.css",)}
