"""A unit as a learner would see it, for whoever looks at a version before it is published: nothing can be pressed or recorded."""

from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from learn.player import lines, units


class Pretended:
    """A module in a version that nobody is enrolled in."""

    enrolment_id = None

    def __init__(self, module: Any, version: Any) -> None:
        self.id, self.slug = module.id, module.slug
        self.version_id, self.unit_count = version.id, version.unit_count


def show(session: Session, module: Any, version: Any, position: int) -> Markup:
    """The unit's own part of the learner's page; ``module`` has id and slug, ``version`` id and unit_count."""
    row = Pretended(module, version)
    asked = units.read(session, row, position)
    before = [lines.Line(n, "", "", 0, "not_started", "", None, False, False, 0, None) for n in range(1, position + 1)]
    context = {"row": row, "units": before}
    shown = units.show(asked, context) | {"can_act": False, "module": module}
    return Markup(render_template("player/preview.html", **shown))  # noqa: S704 - the template escapes
