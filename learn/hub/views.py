"""Home, the resources, and the four pages that every footer links to."""

from flask import Blueprint, current_app, render_template
from flask_login import current_user

from learn.accounts import profile
from learn.community.starter import resources as resource_groups
from learn.discussion import rules
from learn.extensions import db
from learn.hub import home as reading
from learn.people.own_data import requests as own_data
from learn.people.own_data import retention
from learn.policy import Permission, allows, permits

bp = Blueprint("hub", __name__)


@bp.get("/")
@permits(Permission.READ)
def home() -> str:
    """Show the next thing to do first, then the themes, then what others did."""
    learner_id = current_user.learner_id
    stats = reading.stats(db.session(), learner_id)
    return render_template(
        "hub/home.html",
        greeting=reading.greeting(current_user, stats),
        card=reading.card(db.session(), learner_id, stats),
        stats=stats,
        themes=reading.themes(db.session(), learner_id),
        stories=current_app.extensions["frontline_latest_stories"](db.session(), current_user),
        share_url="/stories/new" if allows(current_user, Permission.WRITE) else None,
        asks_profile=profile.needs_asking(current_user),
    )


@bp.get("/resources")
@permits(Permission.READ)
def resources() -> str:
    """List the evidence and the policy documents."""
    return render_template("hub/resources.html", groups=resource_groups())


@bp.get("/accessibility")
@permits(Permission.ANYONE)
def accessibility() -> str:
    """The accessibility statement (Public Sector Bodies Accessibility Regulations 2018, regulation 8)."""
    return render_template("hub/accessibility.html")


@bp.get("/privacy")
@permits(Permission.ANYONE)
def privacy() -> str:
    """What is kept about people, why, and their rights (UK GDPR article 13)."""
    return render_template("hub/privacy.html", kept=retention.rules(), left=own_data.keeps())


@bp.get("/community-rules")
@permits(Permission.ANYONE)
def community_rules() -> str:
    """How people treat each other and patients' information here."""
    return render_template("hub/community_rules.html", version=rules.since())


@bp.get("/help")
@permits(Permission.ANYONE)
def help_page() -> str:
    """How things work and whom to ask."""
    return render_template("hub/help.html")
