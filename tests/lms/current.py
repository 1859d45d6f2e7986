"""The LMS that serves the request at hand, for its views."""

from typing import TYPE_CHECKING, cast

from flask import current_app
from werkzeug.local import LocalProxy

if TYPE_CHECKING:
    from tests.lms.platform import Lms

lms = cast("Lms", LocalProxy(lambda: current_app.extensions["lms"]))
