"""The blueprint of the forum: topics by theme, started and read."""

from flask import Blueprint

bp = Blueprint("forum", __name__)
