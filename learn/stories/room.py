"""The blueprint of Success Stories: the list, the story page, writing, review."""

from flask import Blueprint

import learn.stories.around
import learn.stories.models  # noqa: F401 tables that others have to know

bp = Blueprint("stories", __name__)
