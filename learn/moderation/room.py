"""The blueprint of facilitators, and of reports, which anyone may send."""

from flask import Blueprint

import learn.moderation.models  # noqa: F401 tables that others have to know

bp = Blueprint("moderation", __name__)
