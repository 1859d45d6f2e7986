"""The application: create_app() puts the house together, floor by floor."""

import os
from collections.abc import Mapping

from flask import Flask, g
from flask_login import current_user
from jinja2 import StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from learn import assets, cli, components, config, doctor, errors, headers, health, logs, policy, web
from learn.accounts import own, sessions, tickets
from learn.accounts import views as accounts
from learn.accounts.by_email import codes, limits
from learn.accounts.by_email import personal as by_email
from learn.accounts.decisions import notes
from learn.admin import deliveries, place_views, platform_views  # noqa: F401 they add their pages to the room
from learn.admin import mail as troubled_mail  # noqa: F401 as does this
from learn.admin import room as admin
from learn.admin.coming_in import domain_views, request_views  # noqa: F401 and so do these
from learn.admin.people import data_views as others_data  # noqa: F401 and these
from learn.admin.people import entry_views, find_views, merge_views, person_views, role_views  # noqa: F401
from learn.authoring import home as authoring_home  # noqa: F401 and its own room
from learn.authoring import personal as brought
from learn.authoring import room as authoring
from learn.authoring import usage_views  # noqa: F401 and this
from learn.authoring.drafts import outline_views, page_views, settings_views  # noqa: F401 more pages of the room
from learn.authoring.pathways import course_views  # noqa: F401 and these
from learn.authoring.quizzes import question_views, text_views  # noqa: F401 and these
from learn.authoring.uploading import checking, starting, state_views, sweeping, upload_views  # noqa: F401
from learn.authoring.versions import act_views, module_views, preview_views, version_views  # noqa: F401
from learn.community import commands as community_commands
from learn.config import Settings
from learn.content import opening as content
from learn.content.origin import ContentOrigin
from learn.discussion import item as discussed
from learn.discussion import personal as said
from learn.discussion import room as discussion
from learn.discussion import telling, topics
from learn.discussion.acts import drafts as post_drafts
from learn.discussion.pages import edit_views, post_views, rules_views, writing_views  # noqa: F401 they add their pages to the room
from learn.extensions import compress, csrf, db, settle_sqlite
from learn.forum import room as forum
from learn.forum import starting_views  # noqa: F401 more pages of the room
from learn.forum import views as forum_views  # noqa: F401 and these
from learn.hub import views as hub
from learn.lti import commands as platform_commands
from learn.lti import key_commands, keys, registration, storage_views
from learn.lti import personal as platforms
from learn.lti import views as lti
from learn.lti.connect import views as connect
from learn.lti.deep_linking import request as deep_linking_request
from learn.lti.deep_linking import views as deep_linking
from learn.lti.launching import login
from learn.lti.services import tokens
from learn.moderation import flags
from learn.moderation import personal as moderated
from learn.moderation import room as moderation
from learn.moderation.desk import decision_views, queue_views, showing  # noqa: F401 more pages of the room
from learn.moderation.reporting import letters as report_letters
from learn.moderation.reporting import outcome_views, report_views  # noqa: F401 and these
from learn.moderation.scanning import scan_views, scanning  # noqa: F401 and this
from learn.notifications import by_mail, mail, sending
from learn.notifications import personal as notifications
from learn.outbox import commands as worker_commands
from learn.outbox import worker
from learn.passback import columns, followed, reconcile, send
from learn.passback import commands as passback_commands
from learn.passback import personal as results
from learn.paths import PACKAGE, resource_dir
from learn.people import addresses, due, letters, profile_views, session_views  # noqa: F401 some are pages of the room
from learn.people import commands as user_commands
from learn.people import personal as peoples
from learn.people import room as people
from learn.people.coming_in import join_views, joining, signing_in  # noqa: F401 some are pages of the room
from learn.people.linking import offered
from learn.people.linking import views as linking  # noqa: F401 more pages of the room
from learn.people.notices import choosing, reading, stopping  # noqa: F401 and so are these
from learn.people.own_data import exporting
from learn.people.own_data import requests as own_data
from learn.people.own_data import views as data_views  # noqa: F401 some are pages of the room
from learn.player import commands as module_commands
from learn.player import files, linkable, opening, previewing
from learn.player import personal as learned
from learn.player import views as player
from learn.player.playing import views as playing  # noqa: F401 more pages of the player
from learn.player.switching import views as switching  # noqa: F401 and so are these
from learn.progress import link_views, teaching_views  # noqa: F401 the first adds its pages to the second
from learn.progress import views as progress
from learn.roster import nightly, notices, read
from learn.roster import personal as rosters
from learn.search import commands as search_commands
from learn.search import modules as found_modules
from learn.search import room as search
from learn.search import views as search_views  # noqa: F401 its page
from learn.stories import personal as told
from learn.stories import room as stories
from learn.stories.adopting import item as adoption
from learn.stories.adopting import views as adopting  # noqa: F401 more pages of the room
from learn.stories.reading import list_views, starters, story_views  # noqa: F401 and these
from learn.stories.reading import listing as story_lists
from learn.stories.reading import story as story_pages
from learn.stories.review import due as stories_due
from learn.stories.review import item as story
from learn.stories.review import (
    searched,
    status_views,  # noqa: F401 more pages of the room
)
from learn.stories.writing import draft_views as story_drafts  # noqa: F401 more pages of the room
from learn.stories.writing import files as story_files  # noqa: F401 and these
from learn.stories.writing import write_views as story_writing  # noqa: F401 and these

FORM_LIMIT = 2 * 1024 * 1024
"Bytes that a posted form may have; uploads have their own road."


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """Build the application from the environment; SettingsError when that does not make a working site."""
    settings = config.read(os.environ if environ is None else environ)
    app = Flask("learn", template_folder=str(resource_dir("templates")), static_folder=None)
    app.config.update(_flask_settings(settings))
    app.jinja_env.undefined = StrictUndefined
    _serve(app, settings)
    _frame(app)
    _rooms(app)
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    return {
        "FRONTLINE": settings,
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,  # an exception's text must hold nothing that somebody typed
            **({} if settings.database.startswith("sqlite") else {"pool_pre_ping": True, "pool_size": 10}),
        },
        "MAX_CONTENT_LENGTH": FORM_LIMIT,
        "SESSION_COOKIE_NAME": "__Host-frontline",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "None",
        "SESSION_COOKIE_PARTITIONED": True,
        # The token lives as long as the session, which ends by its own rules.
        "WTF_CSRF_TIME_LIMIT": None,
        # Frames and old browsers send no full Referer; the token is what proves the form.
        "WTF_CSRF_SSL_STRICT": False,
        "COMPRESS_MIMETYPES": ["text/html", "application/json"],
        "COMPRESS_ALGORITHM": ["zstd", "gzip"],
        "COMPRESS_ZSTD_LEVEL": 3,
        "COMPRESS_LEVEL": 1,
    }


def _serve(app: Flask, settings: Settings) -> None:
    """What stands between the server and the application: static files, uploads, proxies, the database's folder."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    logs.set_up()
    assets.drop_stale()
    served = WhiteNoise(app.wsgi_app, root=str(PACKAGE / "static"), prefix="static/", max_age=components.STATIC_SECONDS)
    app.wsgi_app = ContentOrigin(app, served, settings)  # type: ignore[method-assign]
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _frame(app: Flask) -> None:
    """The lower floors. The order of the hooks matters: host, person, permission, then the form's token."""
    db.init_app(app)
    with app.app_context():
        settle_sqlite(db.engine)
    errors.init_app(app)
    web.init_app(app)
    sessions.init_app(app)
    policy.init_app(app)
    csrf.init_app(app)
    compress.init_app(app)
    components.init_app(app)
    headers.init_app(app, _frame_origins)
    health.count_requests(app)


def _frame_origins() -> list[str]:
    """Who may frame this answer: the platform of the session, or of any registration where there is no session."""
    if "frame_origins" in g:
        return list(g.frame_origins)
    try:
        if current_user.is_authenticated:
            return list(current_user.frame_origins)
        return registration.frame_origins(db.session())
    except SQLAlchemyError:
        return []


def _rooms(app: Flask) -> None:
    """The features, and the few callables that lead from a lower floor up to them."""
    for blueprint in (
        health.bp, accounts.bp, people.bp,
        lti.bp, storage_views.bp, connect.bp, deep_linking.bp, hub.bp, player.bp, files.bp, progress.bp, teaching_views.bp,
        admin.bp, authoring.bp, stories.bp, forum.bp, discussion.bp, moderation.bp, search.bp,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    app.extensions["frontline_let_in"] = lti.FromPage
    app.extensions["frontline_open_target"] = opening.open_target
    app.extensions["frontline_play"] = content.open_play
    app.extensions["frontline_linkable"] = linkable.SOURCE
    app.extensions["frontline_letters"] = {**letters.LETTERS, **by_mail.LETTERS, **report_letters.LETTERS}
    app.extensions["frontline_kept"] = (*sweeping.KEPT_WORDS, *post_drafts.KEPT_WORDS, *flags.KEPT_WORDS)
    app.extensions["frontline_findable"] = {
        found_modules.KIND: found_modules.again, searched.KIND: searched.again, "topic": topics.index_again,
    }  # fmt: skip
    app.extensions["frontline_items"] = {"story": story.ITEM, "adoption": adoption.ITEM, **discussed.ITEMS}
    app.extensions["frontline_titles"] = {"topic": topics.titles, "story": story_pages.titles}
    app.extensions["frontline_readable"] = telling.READABLE
    app.extensions["frontline_counted"] = {"story": story_pages.count_comments}
    app.extensions["frontline_subjects"] = {"story": story_pages.path_of}
    app.extensions["frontline_latest_stories"] = story_lists.latest
    app.extensions["frontline_starter_stories"] = starters.load
    app.extensions["frontline_waiting"] = {"moderation.queue": showing.count}
    app.extensions["frontline_unit_preview"] = previewing.show
    # What points to others comes before them, progress before its results, and the account itself last.
    app.extensions["frontline_personal"] = (
        told.PERSONAL, said.PERSONAL, moderated.PERSONAL, brought.PERSONAL, learned.PERSONAL, results.PERSONAL, rosters.PERSONAL,
        platforms.PERSONAL, by_email.PERSONAL, notifications.PERSONAL,
        peoples.PERSONAL, notes.PERSONAL, own.PERSONAL,
    )  # fmt: skip
    app.extensions["frontline_linked_by_trust"] = offered.tell_linked
    worker.init_app(
        app,
        {
            send.KIND: send.ScoreHandler,
            followed.RETOLD: followed.Retelling,
            columns.KIND: columns.ColumnHandler,
            reconcile.KIND: reconcile.ReconcileHandler,
            reconcile.NIGHTLY: reconcile.Nightly,
            notices.KIND: notices.NoticeHandler,
            notices.HOURLY: notices.Hourly,
            read.KIND: read.RosterHandler,
            nightly.KIND: nightly.Nightly,
            mail.KIND: sending.MailHandler,
            due.KIND: due.Nightly,
            stories_due.KIND: stories_due.Nightly,
            own_data.KIND: exporting.Exporting,
            starting.KIND: checking.Checking,
            sweeping.KIND: sweeping.Sweeping,
            telling.KIND: telling.Telling,
            scanning.KIND: scanning.Scanning,
        },
        prune=[
            tickets.prune,
            sessions.prune,
            login.prune,
            deep_linking_request.prune,
            tokens.prune,
            keys.prune,
            codes.prune,
            limits.prune,
            joining.prune,
            notifications.prune,
            own_data.prune,
            sweeping.prune,
            learned.prune,
            post_drafts.prune,
            flags.prune,
        ],
        daily=(nightly.KIND, reconcile.NIGHTLY, notices.HOURLY, due.KIND, stories_due.KIND, sweeping.KIND),
    )
    for commands in (
        cli, doctor, user_commands, platform_commands, key_commands, module_commands, community_commands, worker_commands,
        passback_commands, search_commands,
    ):  # fmt: skip
        commands.init_app(app)
