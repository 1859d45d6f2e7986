"""The message itself: rows B7 to B22 of the checklist."""

import pytest
from sqlalchemy import select

from learn.accounts.models import LoginSession, User
from learn.lti.launching.claims import read
from learn.lti.members import Membership
from learn.lti.models import Context, Deployment, LineItem, PlatformUser, Registration, ResourceLink
from tests.learn.lti.platform import GONE, INSTRUCTOR, LEARNER, LTI, TOOL, Platform, connect

WRONG = [GONE, None, "", 5, ["1"], {"id": "1"}, "x" * 256, "é", "a\nb", "\x00", "\ud800"]
"""What no identifier may be."""


@pytest.mark.parametrize("version", [GONE, None, "", "1.1", "1.3", "1.3.1", "LTI-1p0", 1.3, ["1.3.0"]])
def test_b7_another_version_is_refused(platform, client, refused, version):
    refused(platform.launch(client, 400, version=version), "version")


@pytest.mark.parametrize(
    "kind", [GONE, None, "", "LtiStartProctoring", "basic-lti-launch-request", 5, ["LtiResourceLinkRequest"]]
)
def test_b8_another_kind_of_message_is_refused(platform, client, refused, kind):
    refused(platform.launch(client, 400, message_type=kind), "message_type")


@pytest.mark.parametrize("deployment", WRONG)
def test_b9_a_deployment_of_the_wrong_kind_is_refused(platform, client, refused, deployment):
    refused(platform.launch(client, 400, deployment_id=deployment), "claim", "deployment_id")


def test_b9_an_unknown_deployment_is_refused_in_words(platform, client, refused):
    page = platform.launch(client, 403, deployment_id="2")
    refused(page, "deployment_unknown")
    assert "not connected to this site yet" in page.words


def test_b9_the_first_launch_names_the_deployment_where_none_was_given(session, client, refused, platform):
    other = Platform(issuer="https://new.example", deployment_id="42")
    number = connect(session, other, deployments=())
    other.served = platform.served
    other.launch(client)
    other.launch(client)
    refused(other.launch(client, 403, deployment_id="43"), "deployment_unknown")
    assert session.scalars(select(Deployment.deployment_id).where(Deployment.registration_id == number)).all() == ["42"]
    row = session.execute(
        select(Registration.takes_new_deployments, Registration.version).where(Registration.id == number)
    ).one()
    assert (row.takes_new_deployments, row.version) == (False, 2)


def test_b10_the_target_has_to_be_there_and_ours(platform, client, refused):
    for wrong in (GONE, None, "", 5, [f"{TOOL}/"]):
        refused(platform.launch(client, 400, target_link_uri=wrong), "claim", "target_link_uri")
    for foreign in ("https://evil.example/", "/", "http://["):
        refused(platform.launch(client, 400, target_link_uri=foreign), "target_foreign")


def test_b10_the_target_has_to_be_the_one_of_the_login(platform, client, refused, open_logins):
    refused(platform.launch(client, 400, target_link_uri=f"{TOOL}/lti/launch"), "target_differs")
    assert open_logins() == 1


def test_b10_a_target_that_is_not_here_is_a_page_in_words(platform, client, refused):
    for target in (f"{TOOL}/nowhere", f"{TOOL}/lti/login", f"{TOOL}/modules/", f"{TOOL}/modules/Not_A_Slug"):
        refused(platform.launch(client, 404, target=target), "target_unknown")


def test_b10_a_module_that_is_not_here_is_a_page_in_words_and_leaves_nothing(platform, client, refused, session):
    page = platform.launch(client, 404, target=f"{TOOL}/modules/not-yet-written")
    refused(page, "target_unknown")
    assert session.scalars(select(LoginSession.id)).all() == []
    assert page.select_one('a[href^="https://lms.example/mod/lti/return.php"]')


@pytest.mark.parametrize("link", [GONE, None, "1", 5, [], {}, *({"id": wrong} for wrong in WRONG if wrong is not GONE)])
def test_b11_a_resource_link_of_the_wrong_kind_is_refused(platform, client, refused, link):
    refused(platform.launch(client, 400, resource_link=link), "claim", "resource_link")


@pytest.mark.parametrize("roles", [GONE, None, "", LEARNER, 5, {LEARNER: 1}, [5], [LEARNER, None], [LEARNER] * 300])
def test_b12_roles_of_the_wrong_kind_are_refused(platform, client, refused, roles):
    refused(platform.launch(client, 400, roles=roles), "claim", "roles")


@pytest.mark.parametrize(
    ("roles", "kept", "is_learner", "is_instructor"),
    [
        ([], [], False, False),
        ([LEARNER], ["Learner"], True, False),
        (["Learner"], ["Learner"], True, False),
        ([LEARNER, INSTRUCTOR], ["Instructor", "Learner"], False, True),
        (["https://example.org/roles#Porter", "nonsense", ""], [], False, False),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"], [], False, False),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor", LEARNER], ["Learner"], True, False),
        (["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"], [], False, False),
    ],
)
def test_b12_b22_every_list_of_roles_is_let_in_and_context_roles_count(
    platform, client, session, roles, kept, is_learner, is_instructor
):
    platform.launch(client, roles=roles)
    row = session.execute(select(Membership.roles, Membership.is_learner, Membership.is_instructor)).one()
    assert tuple(row) == (kept, is_learner, is_instructor)


@pytest.mark.parametrize("sub", [value for value in WRONG if value is not GONE])
def test_b13_a_subject_of_the_wrong_kind_is_refused(platform, client, refused, sub):
    refused(platform.launch(client, 400, sub=sub), "claim", "sub")


def test_b13_subjects_differ_by_case_and_are_255_long_at_most(platform, new_client, session):
    for sub in ("abc", "ABC", "a" * 255):
        platform.launch(new_client(), sub=sub)
    assert set(session.scalars(select(PlatformUser.sub))) == {"abc", "ABC", "a" * 255}
    assert len(set(session.scalars(select(PlatformUser.user_id)))) == 3


def test_b13_an_anonymous_launch_reads_and_leaves_no_account_and_no_score(platform, client, session, monkeypatch, app):
    seen = []
    opening = app.extensions["frontline_open_target"]
    monkeypatch.setitem(
        app.extensions, "frontline_open_target", lambda s, opened: seen.append(opened) or opening(s, opened)
    )
    platform.launch(client, sub=GONE, name=GONE, given_name=GONE, family_name=GONE, email=GONE)
    assert client.get("/learn").h1
    for table in (User, PlatformUser, Membership):
        assert session.execute(select(table)).all() == []
    (opened,) = seen
    assert (opened.user_id, opened.learner_id, opened.platform_user_id, opened.is_learner, opened.is_instructor) == (
        None,
        None,
        None,
        False,
        False,
    )
    assert session.execute(select(LoginSession.user_id, LoginSession.platform_name)).one() == (None, "NIHR Learn")
    assert session.scalars(select(ResourceLink.resource_link_id)).all() == ["1"]


@pytest.mark.parametrize(
    ("changes", "name", "given_name", "email"),
    [
        ({}, "Lee Learner", "Lee", "lee@lms.example"),
        ({"name": GONE, "given_name": GONE, "family_name": GONE, "email": GONE}, "", "", None),
        ({"name": GONE, "email": GONE}, "Lee Learner", "Lee", None),
        ({"name": GONE, "given_name": GONE, "family_name": GONE}, "", "", "lee@lms.example"),
        ({"name": 5, "given_name": ["x"], "family_name": None, "email": {}}, "", "", None),
        ({"name": "a\x00b\ud800", "given_name": "x" * 400, "email": "e" * 300}, "ab?", "x" * 255, "e" * 254),
    ],
)
def test_b14_people_come_in_whatever_is_known_of_them(platform, client, session, changes, name, given_name, email):
    platform.launch(client, **changes)
    assert session.execute(select(User.name, User.given_name, User.email)).one() == (name, given_name, email)


def test_b14_a_launch_needs_nothing_but_its_link(platform, client, session):
    optional = ("context", "custom", "launch_presentation", "ags", "nrps", "name", "given_name", "family_name", "email")
    platform.launch(client, **dict.fromkeys(optional, GONE))
    assert session.scalars(select(Context.id)).all() == []
    assert session.execute(select(ResourceLink.context_pk, ResourceLink.lineitem_id)).one() == (None, None)
    assert session.scalars(select(Membership.roles)).all() == []
    assert session.scalars(select(LoginSession.is_embedded)).one() is False


@pytest.mark.parametrize("context", ["2", 5, [], {}, {"id": 5}, {"id": ""}, {"id": "x" * 256}])
def test_b14_a_context_of_the_wrong_kind_is_refused(platform, client, refused, context):
    refused(platform.launch(client, 400, context=context), "claim", "context")


@pytest.mark.parametrize("wrong", [None, "text", 5, [], [1], {"a": {"b": []}}, True])
def test_b15_what_is_unknown_or_odd_in_what_is_optional_does_no_harm(platform, client, session, wrong):
    odd = dict.fromkeys(
        ("custom", "launch_presentation", "ags", "nrps", "role_scope_mentor", LTI + "lis", "https://x.example/y"), wrong
    )
    platform.launch(client, **odd)
    assert session.scalars(select(LineItem.id)).all() == []


@pytest.mark.parametrize(
    "address", [5, "", "javascript:alert(1)", "ftp://lms.example/", "https://", "http://[", "https://a b", "x" * 3000]
)
def test_b15_addresses_that_are_none_are_as_good_as_absent(platform, client, session, address):
    platform.launch(
        client,
        ags={"scope": "x", "lineitem": address, "lineitems": address},
        nrps={"context_memberships_url": address},
        launch_presentation={"return_url": address, "locale": 5, "document_target": []},
    )
    assert session.scalars(select(LineItem.id)).all() == []
    assert session.execute(select(Context.lineitems_url, Context.memberships_url)).one() == (None, None)
    assert session.scalars(select(LoginSession.return_url)).one() is None


@pytest.mark.parametrize(
    ("custom", "target", "path", "kind"),
    [
        ({"frontline_target": "/stories"}, "/", "/stories", "stories"),
        ({"frontline_target": "$Something.unknown"}, "/forum", "/forum", "forum"),
        ({"frontline_target": ""}, "/forum", "/forum", "forum"),
        ({"frontline_target": 5}, "/forum", "/forum", "forum"),
        ({"frontline_target": f"{TOOL}/stories?a=1"}, "/", "/stories", "stories"),
        ({"rlh": "$ResourceLink.id.history"}, "/lti/launch", "/lti/launch", "home"),
    ],
)
def test_b16_the_custom_target_wins_unless_the_platform_did_not_fill_it_in(
    platform, client, session, custom, target, path, kind, app, monkeypatch
):
    seen = []
    monkeypatch.setitem(app.extensions, "frontline_open_target", lambda _s, opened: seen.append(opened.target) or "/")
    platform.launch(client, target=TOOL + target, custom=custom)
    assert (seen[0].kind, seen[0].path) == (kind, path)
    assert session.scalars(select(ResourceLink.target)).one() == path


def test_b17_where_the_link_is_shown_and_leads_back_to_is_kept(platform, client, session):
    platform.launch(client)
    platform.launch(client, launch_presentation={"document_target": "window"})
    rows = session.execute(select(LoginSession.is_embedded, LoginSession.return_url).order_by(LoginSession.id)).all()
    assert rows == [(True, "https://lms.example/mod/lti/return.php?course=2"), (False, None)]


@pytest.mark.parametrize(("word", "is_embedded"), [("iframe", True), ("document", False), (None, True)])
def test_b17_the_browsers_own_word_on_a_frame_counts_more_than_the_platforms(
    platform, client, session, word, is_embedded
):
    login = platform.log_in(client)
    form = {"state": login.state, "id_token": platform.token(login)}
    client.post("/lti/launch", form, 303, headers={"Sec-Fetch-Dest": word} if word else {})
    assert session.scalars(select(LoginSession.is_embedded)).one() is is_embedded


def test_b17_a_refused_launch_leads_back_with_the_reason_once_the_signature_was_good(platform, client):
    page = platform.launch(client, 400, version="1.1")
    (link,) = page.select('a[href^="https://lms.example/"]')
    assert "?course=2&lti_errormsg=Your+learning+platform+speaks" in link["href"]
    assert "lti_errorlog=version+" in link["href"]
    login = platform.log_in(client)
    page = platform.answer(client, login, platform.token(login)[:-8], 400)
    assert not page.select('a[href^="https://lms.example/"]')


def test_b17_the_origin_of_the_return_address_may_frame_us_from_then_on(platform, client, session):
    page = client.get("/sign-in")
    assert "https://school.example" not in page.response.headers["Content-Security-Policy"]
    platform.launch(client, launch_presentation={"return_url": "https://school.example:8443/back?x=1"})
    assert (
        client.get("/")
        .response.headers["Content-Security-Policy"]
        .endswith("frame-ancestors 'self' https://lms.example https://school.example:8443")
    )
    assert session.scalars(select(Registration.version)).one() == 2
    platform.launch(client)
    session.rollback()
    assert session.scalars(select(Registration.version)).one() == 2


def test_b18_a_mentors_people_count_for_a_mentor_only(platform):
    mentor = "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"
    for roles, mentees in (([mentor], ("7", "8")), ([LEARNER], ())):
        body = {
            LTI + "target_link_uri": f"{TOOL}/",
            LTI + "roles": roles,
            LTI + "role_scope_mentor": ["7", "8", 9],
            LTI + "deployment_id": "1",
            "nonce": "n",
            "sub": "5",
            LTI + "resource_link": {"id": "1"},
        }
        assert read(body, None, TOOL).mentees == mentees


@pytest.mark.parametrize(
    ("error", "code"),
    [("login_required", "login_required"), ("invalid_request", "platform_refused"), ("<b>", "platform_refused")],
)
def test_b19_an_error_of_the_platform_is_a_page_in_words(platform, client, refused, error, code):
    login = platform.log_in(client)
    page = client.post("/lti/launch", {"error": error, "error_description": "<b>Lee</b>", "state": login.state}, 400)
    refused(page, code)
