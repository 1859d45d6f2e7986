"""The blueprint of discussions: what is posted, changed, thanked for and followed, wherever people talk."""

from flask import Blueprint

import learn.discussion.models  # noqa: F401 tables that others have to know

bp = Blueprint("discussion", __name__)
