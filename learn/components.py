"""What templates are made of: the NHS.UK macros, form fields drawn with them, addresses of static files, and filters.

The macros need lenient undefined values, so they live in an environment of their own and ours stays strict. They cost
0.5 to 40 ms each: pages that are opened all the time write the same HTML by hand.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup
from wtforms import Field, FieldList, FormField

from learn.config import settings

log = structlog.get_logger("frontline.components")

STATIC = Path(__file__).parent / "static"
STATIC_SECONDS = 31_536_000
"A year: each address of a static file carries a hash of its content."

MACRO_NAMES = {"table": ("tables", "table"), "list": ("do-dont-list", "list"), "image": ("images", "image")}
"Macros whose folder is not their name."
MONTHS = (
    "", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DROPPED = {"required", "maxlength", "minlength", "min", "max", "step", "pattern"}
"Attributes that WTForms takes from validators: the server answers in words, not the browser in bubbles."


class Components:
    """``nhsuk.error_summary({…})``: one method a macro of nhsuk-frontend-jinja, named with underscores."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("nhsuk_frontend_jinja"), undefined=ChainableUndefined, autoescape=True,
            trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        if name.startswith("_"):
            raise AttributeError(name)
        first, *others = name.split("_")
        usual = name.replace("_", "-"), first + "".join(word.title() for word in others)
        folder, macro = MACRO_NAMES.get(name, usual)
        template = self._environment.get_template(f"nhsuk/components/{folder}/macro.jinja")
        drawn = getattr(template.module, macro)

        def draw(params: dict[str, Any] | None = None, **given: Any) -> Markup:
            return Markup(drawn(params or {}, **given))  # noqa: S704 - the environment escapes

        setattr(self, name, draw)
        return draw


nhsuk = Components()


def merge(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Both dicts as a new one; where both have a value the second wins, dicts inside are merged."""
    merged = dict(first)
    for key, value in second.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def _params(field: Field, given: dict[str, Any]) -> dict[str, Any]:
    """What every macro of a form field takes; what a template gives as ``params`` comes last."""
    attributes = {key.replace("_", "-"): value for key, value in given.items() if key not in DROPPED | {"params", "id"}}
    params: dict[str, Any] = {"id": given.get("id", field.id), "name": field.name, "label": {"text": field.label.text}}
    if field.description:
        params["hint"] = {"text": field.description}
    if field.errors:
        params["errorMessage"] = {"text": str(field.errors[0])}
    if attributes:
        params["attributes"] = attributes
    return merge(params, given.get("params", {}))


def draw_input(field: Field, **given: Any) -> Markup:
    """A line of text."""
    return nhsuk.input(merge({"value": field._value()}, _params(field, given)))


def draw_textarea(field: Field, **given: Any) -> Markup:
    """Several lines of text."""
    return nhsuk.textarea(merge({"value": field._value()}, _params(field, given)))


def draw_file(field: Field, **given: Any) -> Markup:
    """A plain file input: the macro's script hides its visible label from speech, so it is left out."""
    drawn = nhsuk.file_upload(_params(field, given))
    return Markup(str(drawn).replace(' data-module="nhsuk-file-upload"', ""))  # noqa: S704 - drawn above


def draw_select(field: Field, **given: Any) -> Markup:
    """A list of choices that unfolds."""
    items = [{"value": choice[0], "text": choice[1], "selected": choice[2]} for choice in field.iter_choices()]
    return nhsuk.select(merge({"items": items}, _params(field, given)))


def draw_radios(field: Field, about: dict[str, dict[str, Any]] | None = None, **given: Any) -> Markup:
    """One of several; the first radio has the field's id, so that an error's link lands on it.

    ``about`` says more of a choice, by its value, for example a hint. Fields that belong to one choice stand below all of
    them: the macro's way of unfolding them puts an attribute on the radio that no radio may have (axe, aria-allowed-attr).
    """
    params, more = _choices(field, given), about or {}
    params["items"] = [merge(item, more.get(item["value"], {})) for item in params["items"]]
    return nhsuk.radios(params)


def draw_checkboxes(field: Field, **given: Any) -> Markup:
    """Any of several."""
    return nhsuk.checkboxes(_choices(field, given))


def _choices(field: Field, given: dict[str, Any]) -> dict[str, Any]:
    items = [{"value": choice[0], "text": choice[1], "checked": choice[2]} for choice in field.iter_choices()]
    params = _params(field, given)
    label = params.pop("label")
    return merge({"idPrefix": params.pop("id"), "fieldset": {"legend": label}, "items": items}, params)


def draw_date(day: Field, month: Field, year: Field, *, id: str, legend: str, hint: str) -> Markup:
    """A day as three numbers; what is wrong with it stands at the first."""
    items = [
        {"name": field.name, "id": field.id, "label": field.label.text, "value": field.data or "", "width": width}
        for field, width in ((day, 2), (month, 2), (year, 4))
    ]
    return nhsuk.date_input({
        "id": id, "fieldset": {"legend": {"text": legend}}, "items": items, "hint": {"text": hint},
        **({"errorMessage": {"text": str(day.errors[0])}} if day.errors else {}),
    })  # fmt: skip


def draw_checkbox(field: Field, **given: Any) -> Markup:
    """One box to tick; its label is the sentence that one agrees to, and what is said of it stands below that."""
    params = _params(field, given)
    item = {
        "value": "y",
        "text": params.pop("label")["text"],
        "checked": bool(field.data),
        "hint": params.pop("hint", None),
    }
    return nhsuk.checkboxes(merge({"idPrefix": params.pop("id"), "items": [item]}, params))


def error_list(form: Any) -> list[dict[str, str]]:
    """The form's errors in the order of its fields, each with the address of its field."""
    return [{"text": str(field.errors[0]), "href": f"#{field.id}"} for field in _leaves(form) if field.errors]


def _leaves(form: Any) -> Iterator[Field]:
    for field in form:
        if isinstance(field, (FormField, FieldList)):
            yield from _leaves(field)
        else:
            yield field


def error_summary(form: Any = None, errors: list[dict[str, str]] | None = None) -> Markup:
    """The summary at the top of a page whose form came back; nothing when there is nothing wrong."""
    found = errors if errors is not None else error_list(form)
    return nhsuk.error_summary({"heading": "There is a problem", "errorList": found}) if found else Markup("")


@cache
def asset(name: str) -> str:
    """The address of one of our static files, with a hash of its whole folder, so that it may be kept for a year.

    Modules load each other with the same hash (see main.js), so one hash a folder is right and one is enough.
    """
    return f"/static/{name}?v={_folder_hash(name.split('/')[0])}"


@cache
def _folder_hash(folder: str) -> str:
    kept = hashlib.sha256()
    for path in sorted((STATIC / folder).rglob("*")):
        if path.is_file() and path.suffix != ".gz":
            kept.update(path.name.encode() + path.read_bytes())
    return kept.hexdigest()[:12]


@cache
def vendor(name: str, package: str = "nhsuk-frontend") -> str:
    """The address of a file of another package, built by ``python -m learn.assets``; its folder carries the version."""
    found = sorted((STATIC / "vendor").glob(f"{package}-[0-9]*/{name}"))
    if not found:
        log.error("assets_missing", name=name, step="python -m learn.assets")
        return f"/static/vendor/missing/{name}"
    version = hashlib.sha256(found[-1].read_bytes()).hexdigest()[:12]
    return f"/static/{found[-1].relative_to(STATIC).as_posix()}?v={version}"


def local(moment: datetime) -> datetime:
    """The moment on the site's clock."""
    return moment.astimezone(settings().zone)


def date(moment: datetime) -> str:
    """As in "24 November 2026"."""
    return _day(local(moment))


def clock(moment: datetime) -> str:
    """As in "9:12am"."""
    return _time(local(moment))


def moment_words(moment: datetime) -> str:
    """As in "24 November 2026 at 9:12am"."""
    shown = local(moment)
    return f"{_day(shown)} at {_time(shown)}"


def _day(shown: datetime) -> str:
    return f"{shown.day} {MONTHS[shown.month]} {shown.year}"


def _time(shown: datetime) -> str:
    return f"{shown.hour % 12 or 12}:{shown.minute:02}{'am' if shown.hour < 12 else 'pm'}"


def plural(count: int, thing: str, things: str | None = None) -> str:
    """As in "4 units" or "1 unit"."""
    return f"{count} {thing if count == 1 else things or thing + 's'}"


def minutes(count: int) -> str:
    """As in "5 minutes" or "1 hour 5 minutes"."""
    hours, rest = divmod(count, 60)
    said = [plural(hours, "hour")] if hours else []
    return " ".join([*said, plural(rest, "minute")] if rest or not hours else said)


def inline(html: Markup) -> Markup:
    """Paragraphs as lines, for places where HTML allows no paragraph: a legend, a label, a heading."""
    text = str(html).strip().removeprefix("<p>").removesuffix("</p>")
    return Markup(text.replace("</p>\n<p>", "<br>"))  # noqa: S704 - was Markup, and only loses tags


def init_app(app: Flask) -> None:
    """Give templates the macros, the addresses and the filters."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(nhsuk=nhsuk, error_summary=error_summary, asset=asset, vendor=vendor)
    app.jinja_env.filters.update(
        date=date, clock=clock, moment=moment_words, minutes=minutes, plural=plural, inline=inline
    )
