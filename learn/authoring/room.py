"""The authors' blueprint: every view in this room is for authors alone, and says so itself."""

from flask import Blueprint, current_app

from learn.policy import Permission, permits

bp = Blueprint("authoring", __name__, url_prefix="/authoring")

writes = permits(Permission.AUTHOR)
"The permission of this room, in one word."

PAGES = (("Modules", "authoring.home"), ("Upload", "authoring.upload"))
"The pages of this room in their order: label and endpoint."
MORE: list[tuple[str, str]] = []
"Those that other files of this room add."


@bp.app_context_processor
def _pages() -> dict[str, object]:
    return {"authoring_pages": (*PAGES, *MORE), "leads": leads}


def leads(path: str) -> bool:
    """Whether there is a page under this path."""
    return current_app.url_map.bind("").test(path, "GET")
