"""The blueprint of a person's own pages: coming in by email, profile, sessions, linked platforms, own data."""

from typing import Any

from flask import Blueprint

import learn.accounts.by_email.models
import learn.notifications.models
import learn.people.models  # noqa: F401 tables that others have to know

bp = Blueprint("people", __name__)

PAGES = (
    ("Profile", "people.my_profile"),
    ("Email addresses", "people.my_addresses"),
    ("Linked platforms", "people.my_links"),
    ("Notices", "people.my_notices"),
    ("Sessions", "people.my_sessions"),
    ("Your data", "people.my_data"),
)
"The pages of one's own account in their order: label and endpoint."


@bp.app_context_processor
def _pages() -> dict[str, Any]:
    return {"account_pages": PAGES}
