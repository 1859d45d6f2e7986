"""The blueprint of the search."""

from flask import Blueprint

import learn.search.models  # noqa: F401 tables that others have to know

bp = Blueprint("search", __name__)
