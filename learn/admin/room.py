"""The administrators' blueprint: every view in this room is for administrators alone, and says so itself."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from learn.policy import Permission, permits

bp = Blueprint("admin", __name__, url_prefix="/admin")

PAGES = (
    ("Platforms", "admin.platforms"),
    ("People", "admin.people"),
    ("Domains", "admin.domain_rules"),
    ("Requests", "admin.join_requests"),
    ("Courses", "admin.contexts"),
    ("Launches", "admin.launches"),
    ("Deliveries", "admin.deliveries"),
    ("Mail", "admin.mail_page"),
    ("Errors", "admin.errors"),
    ("Keys", "admin.keys"),
    ("Audit", "admin.trail_page"),
)
"The pages of this room in their order: label and endpoint."


COUNTS: dict[str, Callable[[], int]] = {}
"By endpoint, how many things on a page need help: shown beside its label, and asked for by the pages of this room alone."


@bp.app_context_processor
def _pages() -> dict[str, Any]:
    return {"admin_pages": PAGES, "page_counts": COUNTS}


administers = permits(Permission.ADMINISTER)
"The permission of this room, in one word."
