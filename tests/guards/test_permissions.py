"""Deny by default: every view names its permission, and GET writes nothing for others."""

from learn.policy import TABLE, Permission

OPEN = {
    "health.healthz", "health.readyz", "health.metrics",
    "accounts.sign_in", "accounts.once", "accounts.use_once", "accounts.sign_out", "accounts.signed_out", "accounts.open_window",
    "people.code", "people.code_mail", "people.ask_code", "people.check_code", "people.join", "people.ask_to_join",
    "people.stop_page", "people.stop_mail",
    "people.erased",
    "lti.login", "lti.launch", "lti.notices", "lti_storage.proved", "lti.jwks", "connect.show", "connect.connect",
    "moderation.report", "moderation.send_report", "moderation.report_sent",
    "stories.listed", "stories.rss", "stories.story", "stories.version", "stories.versions", "stories.cite",
    "hub.accessibility", "hub.privacy", "hub.community_rules", "hub.help_page",
    "search.found", "stories.story_file",
}  # fmt: skip
"Views that anyone may open; adding one here is a decision."


def test_every_view_names_a_permission(app):
    unnamed = [
        name
        for name, view in app.view_functions.items()
        if not isinstance(getattr(view, "permission", None), Permission)
    ]
    assert unnamed == []


def test_only_the_listed_views_are_open_to_anyone(app):
    found = {name for name, view in app.view_functions.items() if view.permission is Permission.ANYONE}
    assert found == OPEN


def test_every_permission_has_predicates_but_the_open_one():
    assert set(TABLE) == set(Permission)
    assert [permission for permission, predicates in TABLE.items() if not predicates] == [Permission.ANYONE]


def test_a_view_without_a_permission_is_refused(app, client):
    app.add_url_rule("/unnamed", "unnamed", lambda: "secret")
    assert "secret" not in client.get("/unnamed", 403).words


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(app, client):
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and rule.endpoint not in OPEN
    ]
    assert rules
    for rule in rules:
        answer = client.get(rule.rule, 303)
        assert answer.headers["Location"].startswith("/sign-in"), rule
