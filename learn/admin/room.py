"""The administrators' blueprint: every view in this room is for administrators alone, and says so itself."""

from typing import Any

from flask import Blueprint

from learn.policy import Permission, permits

bp = Blueprint("admin", __name__, url_prefix="/admin")

PAGES = (
    ("Platforms", "admin.platforms"),
    ("Courses", "admin.contexts"),
    ("Launches", "admin.launches"),
    ("Deliveries", "admin.deliveries"),
    ("Errors", "admin.errors"),
    ("Keys", "admin.keys"),
    ("Audit", "admin.trail_page"),
)
"The pages of this room in their order: label and endpoint."


@bp.app_context_processor
def _pages() -> dict[str, Any]:
    return {"admin_pages": PAGES}


administers = permits(Permission.ADMINISTER)
"The permission of this room, in one word."
