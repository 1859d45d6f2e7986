"""Addresses: those that others rely on stay, and none goes without being noticed."""

PATHS = [
    "/",
    "/accessibility",
    "/admin/",
    "/admin/audit",
    "/admin/contexts",
    "/admin/contexts/<int:number>",
    "/admin/deliveries",
    "/admin/deliveries/resend",
    "/admin/errors",
    "/admin/keys",
    "/admin/keys/rotate",
    "/admin/launches",
    "/admin/platforms",
    "/admin/platforms/<int:number>",
    "/admin/platforms/<int:number>/<any(approve, pause, resume):act>",
    "/admin/platforms/<int:number>/change",
    "/admin/platforms/<int:number>/rules",
    "/admin/platforms/<int:number>/rules/<int:rule>/remove",
    "/admin/platforms/<int:number>/test",
    "/admin/platforms/invite",
    "/admin/platforms/new",
    "/community-rules",
    "/courses/<slug>",
    "/healthz",
    "/help",
    "/learn",
    "/lti/choose/<key>",
    "/lti/jwks.json",
    "/lti/launch",
    "/lti/launch/proved",
    "/lti/login",
    "/lti/notices",
    "/lti/register",
    "/me",
    "/metrics",
    "/modules/<slug>",
    "/modules/<slug>/files/<sha256>.<ending>",
    "/modules/<slug>/start",
    "/modules/<slug>/units/<int:position>",
    "/modules/<slug>/units/<int:position>/watched",
    "/privacy",
    "/progress",
    "/progress/contexts/<int:number>",
    "/progress/contexts/<int:number>.csv",
    "/progress/contexts/<int:number>/learners/<int:person>",
    "/progress/contexts/<int:number>/links/<int:link>",
    "/progress/contexts/<int:number>/members",
    "/progress/contexts/<int:number>/resend",
    "/progress/contexts/<int:number>/resend-all",
    "/readyz",
    "/resources",
    "/sign-in",
    "/sign-in/once/<key>",
    "/sign-out",
    "/stay",
    "/themes/<slug>",
    "/window",
    "/window/open",
]


def test_the_addresses_are_those_that_are_written_down(app):
    """A new address is added here; one that goes is a decision about everybody who kept a link."""
    assert sorted({rule.rule for rule in app.url_map.iter_rules()}) == sorted(PATHS)


def test_what_comes_later_answers_404_and_nothing_links_to_it(member):
    for path in ("/stories", "/forum", "/search", "/authoring", "/moderation"):
        member.get(path, 404)
