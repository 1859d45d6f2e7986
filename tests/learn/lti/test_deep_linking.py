"""Deep Linking 2.0: staff choose what a link opens, and the platform gets a message that it can believe."""

import jwt
import pytest
from sqlalchemy import select, update

from courses.db import now
from learn.accounts.models import LoginSession
from learn.lti import keys
from learn.lti.deep_linking.models import DeepLinkRequest
from learn.lti.launching.messages import DL
from learn.lti.roles import CONTEXT, INSTITUTION
from tests.learn.lti.platform import GONE, LTI

RETURN = "https://lms.example/mod/lti/contentitem_return.php?course=2&id=1&sesskey=zfhVMFcKb0"
SETTINGS = {
    "accept_types": ["ltiResourceLink"], "accept_presentation_document_targets": ["frame", "iframe", "window"],
    "accept_multiple": True, "deep_link_return_url": RETURN, "title": "Frontline", "text": "",
}  # fmt: skip
STAFF = [f"{CONTEXT}#Instructor"]


@pytest.fixture(autouse=True)
def signing(session):
    keys.ensure_tool_key(session)
    session.commit()


@pytest.fixture
def ask(platform, client):
    def begin(status=303, *, browser=client, roles=STAFF, drop=None, **changes):
        settings = {name: value for name, value in {**SETTINGS, **changes}.items() if name != drop}
        return platform.launch(
            browser, status, **{LTI + "message_type": "LtiDeepLinkingRequest", LTI + "resource_link": GONE,
                                LTI + "roles": roles, DL + "deep_linking_settings": settings},
        )  # fmt: skip

    return begin


@pytest.fixture
def picker(ask, client, module):
    """The picker's path, opened."""

    def open_it(**changes):
        path = ask(**changes).headers["Location"]
        client.get(path)
        return path

    return open_it


@pytest.fixture
def told(client, session):
    """Send a choice; gives the message's header and claims, checked against our own key set as a platform does."""

    def send(path, status=200, **form):
        page = client.post(path, {"act": "add", **form}, status)
        assert page.select_one("form[data-module=send]")["action"] == RETURN
        token = page.select_one("input[name=JWT]")["value"]
        key_set = client.get("/lti/jwks.json").json
        header = jwt.get_unverified_header(token)
        (jwk,) = [each for each in key_set["keys"] if each["kid"] == header["kid"]]
        claims = jwt.decode(
            token, jwt.PyJWK(jwk), algorithms=["RS256"], audience="https://lms.example", issuer="client-1"
        )
        return header, claims, page

    return send


def path_of(module):
    return f"/modules/{module.slug}"


def test_c1_a_request_opens_the_picker_for_staff(picker, client, module):
    page = client.get(picker())
    assert page.h1 == "Choose what to add"
    assert page.select_one(f"input[name=item][value='{path_of(module)}']")["type"] == "checkbox"


@pytest.mark.parametrize("name", ["deep_link_return_url", "accept_types", "accept_presentation_document_targets"])
def test_c1_a_setting_that_is_missing_is_named(ask, refused, name):
    refused(ask(400, drop=name), "deep_linking", name)


def test_c1_settings_that_are_missing_altogether_are_named(platform, client, refused):
    answer = platform.launch(client, 400, message_type="LtiDeepLinkingRequest", roles=STAFF, resource_link=GONE)
    refused(answer, "deep_linking", "deep_linking_settings")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accept_types", "ltiResourceLink"),
        ("accept_types", [1]),
        ("deep_link_return_url", "javascript:alert(1)"),
        ("data", {"a": 1}),
        ("data", "x" * 20_001),
    ],
)
def test_c1_a_setting_of_another_type_is_refused(ask, refused, name, value):
    refused(ask(400, **{name: value}), "deep_linking", name)


@pytest.mark.parametrize("several", [False, "false", None])
def test_c2_only_one_thing_where_only_one_is_taken(picker, client, module, community, several):
    path = picker(accept_multiple=several)
    page = client.get(path)
    assert {each["type"] for each in page.select("input[name=item]")} == {"radio"}
    page = client.post(path, {"act": "add", "item": [path_of(module), "/"]}, 422)
    assert "Choose one thing only" in page.select_one(".nhsuk-error-summary").get_text()


def test_c2_several_are_taken_where_the_platform_says_so_in_words(picker, told, module):
    _, claims, _ = told(picker(accept_multiple="true"), item=[path_of(module), "/"])
    assert [each["url"].rpartition(":5000")[2] for each in claims[DL + "content_items"]] == [path_of(module), "/"]


def test_c2_a_plain_link_where_no_resource_link_is_taken(picker, told, module):
    _, claims, _ = told(picker(accept_types=["link", "html"]), item=path_of(module), scores="yes")
    (item,) = claims[DL + "content_items"]
    assert (item["type"], set(item) & {"custom", "lineItem"}) == ("link", set())


def test_c2_where_nothing_of_ours_is_taken_the_page_says_so_and_the_platform_is_told(picker, client, told):
    path = picker(accept_types=["html", "file"])
    assert "asks for something else than links" in client.get(path).words
    _, claims, _ = told(path, act="add")
    assert claims[DL + "content_items"] == []
    assert DL + "errormsg" in claims


def test_c3_the_answer_says_who_to_whom_and_for_which_deployment(picker, told, module):
    _, claims, _ = told(picker(), item=path_of(module))
    assert (claims["iss"], claims["aud"]) == ("client-1", ["https://lms.example"])
    assert claims[LTI + "deployment_id"] == "1"
    assert claims[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert claims[LTI + "version"] == "1.3.0"
    assert 0 < claims["exp"] - claims["iat"] <= 600
    assert claims["nonce"]


def test_c4_data_is_echoed_when_it_was_sent(picker, told, module):
    _, claims, _ = told(picker(data="op=321&v=44 é"), item=path_of(module))
    assert claims[DL + "data"] == "op=321&v=44 é"


def test_c4_data_is_left_out_when_none_was_sent(picker, told, module):
    _, claims, _ = told(picker(), item=path_of(module))
    assert DL + "data" not in claims


def test_c5_the_answer_is_signed_with_a_key_of_our_key_set_and_posted_as_jwt(picker, told, module):
    header, _, page = told(picker(), item=path_of(module))
    assert header["alg"] == "RS256"
    assert page.select_one("form[data-module=send]")["method"] == "post"
    policy = page.response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://lms.example;" in policy


def test_c6_a_module_has_address_custom_parameters_and_a_column(picker, told, module):
    _, claims, _ = told(picker(), item=path_of(module), scores="yes", opens="window")
    (item,) = claims[DL + "content_items"]
    assert item["type"] == "ltiResourceLink"
    assert item["url"].endswith(path_of(module))
    assert item["custom"]["frontline_target"] == path_of(module)
    assert all(isinstance(value, str) for value in item["custom"].values())
    column = {"label": item["title"], "scoreMaximum": 100, "resourceId": f"module:{module.slug}", "tag": "frontline"}
    assert item["lineItem"] == column
    assert item["window"] == {"targetName": "_blank"}


def test_c6_no_column_where_it_is_not_wanted_or_there_is_no_result(picker, told, module):
    _, claims, _ = told(picker(), item=path_of(module))
    assert "lineItem" not in claims[DL + "content_items"][0]
    _, claims, _ = told(picker(), item="/", scores="yes")
    assert "lineItem" not in claims[DL + "content_items"][0]


def test_c6_no_column_where_the_platform_takes_none(picker, client, told, module):
    path = picker(accept_lineitem=False)
    assert client.get(path).select_one("#scores") is None
    _, claims, _ = told(path, item=path_of(module), scores="yes")
    assert "lineItem" not in claims[DL + "content_items"][0]


def test_c6_a_way_of_opening_that_the_platform_does_not_take_is_not_asked_for(picker, client, told, module):
    path = picker(accept_presentation_document_targets=["iframe"])
    assert client.get(path).select_one("[name=opens]") is None
    _, claims, _ = told(path, item=path_of(module), opens="window")
    assert "window" not in claims[DL + "content_items"][0]


def test_c7_cancel_returns_nothing_with_a_message(picker, told):
    _, claims, _ = told(picker(), act="cancel")
    assert claims[DL + "content_items"] == []
    assert claims[DL + "msg"] == "Nothing was chosen."


@pytest.mark.parametrize("held", [[f"{CONTEXT}#Learner"], [], [f"{INSTITUTION}#Instructor"], [f"{CONTEXT}#Mentor"]])
def test_c8_who_is_no_staff_does_not_reach_the_picker(ask, refused, session, held):
    refused(ask(403, roles=held), "not_staff")
    session.rollback()
    assert session.execute(select(DeepLinkRequest.key_hash)).all() == []
    assert session.execute(select(LoginSession.id)).all() == []


def test_c8_an_administrator_of_the_platform_without_a_role_in_the_course_does(ask):
    ask(roles=[f"{INSTITUTION}#Administrator"])


def test_c8_nobody_unknown_chooses(platform, client, refused):
    answer = platform.launch(
        client, 400, sub=GONE, message_type="LtiDeepLinkingRequest", roles=STAFF, resource_link=GONE,
        **{DL + "deep_linking_settings": SETTINGS},
    )  # fmt: skip
    refused(answer, "claim", "sub")


def test_c9_a_link_that_was_chosen_opens_the_module(platform, picker, told, module, new_client):
    _, claims, _ = told(picker(), item=path_of(module))
    (item,) = claims[DL + "content_items"]
    answer = platform.launch(
        new_client(), target=item["url"], custom=item["custom"], resource_link={"id": "77", "title": item["title"]}
    )
    assert answer.headers["Location"].startswith(path_of(module))


def test_c10_another_persons_browser_cannot_use_the_picker(picker, new_client, app, session, learner, member):
    path = picker()
    new_client().get(path, 303)
    member.get("/")
    assert "choice is over" in member.get(path, 410).words
    member.post(path, {"act": "cancel"}, 410)


def test_c10_a_form_without_its_token_is_refused(picker, client, module):
    path = picker()
    client.post(path, {"act": "add", "item": path_of(module), "csrf_token": "forged"}, 400)


def test_a_choice_is_sent_once(picker, told, client, module):
    path = picker()
    told(path, item=path_of(module))
    client.get("/")
    assert "choice is over" in client.post(path, {"act": "add", "item": path_of(module)}, 410).words
    client.get(path, 410)


def test_a_choice_that_took_too_long_is_over(picker, client, session):
    path = picker()
    session.execute(update(DeepLinkRequest).values(expires_at=now()))
    session.commit()
    client.get(path, 410)


def test_nothing_chosen_is_said_where_the_choice_is(picker, client):
    page = client.post(picker(), {"act": "add"}, 422)
    assert page.select_one(".nhsuk-error-summary a").get_text().strip() == "Choose what to add"
    assert page.select_one("title").get_text().startswith("Error: ")


def test_before_anything_is_published_a_link_can_open_the_home_page(ask, client, told, session):
    from courses.drafting import pathways

    pathways.create(session, "A course without a module", "")
    session.commit()
    path = ask().headers["Location"]
    page = client.get(path)
    assert [each["value"] for each in page.select("input[name=item]")] == ["/", "/stories", "/forum"]
    assert "No module is published here yet." in page.words
    page = client.follow(path, {"act": "filter", "kind": "module"})
    assert "There is nothing of this kind and theme yet." in page.words
    client.post(path, {"act": "add", "item": "/courses/a-course-without-a-module"}, 422)
    _, claims, _ = told(path, item="/")
    assert [each["title"] for each in claims[DL + "content_items"]] == ["Frontline home"]


def test_what_is_not_there_cannot_be_chosen(picker, client):
    client.post(picker(), {"act": "add", "item": "/modules/not-here"}, 422)
    client.post(picker(), {"act": "add", "item": "https://evil.example/"}, 422)


def test_what_was_picked_stays_picked_while_the_list_is_narrowed(picker, client, module, community):
    path = picker()
    page = client.follow(path, {"act": "filter", "q": "zzz nothing", "item": path_of(module)})
    assert "Nothing was found." in page.words
    assert page.select_one(f"input[value='{path_of(module)}']").has_attr("checked")
    page = client.follow(path, {"act": "filter", "kind": "course", "item": path_of(module)})
    kinds = {each["value"].split("/")[1] for each in page.select("input[name=item]")}
    assert kinds == {"courses", "modules"}
    page = client.follow(path, {"act": "filter", "theme": "clinical-care"})
    assert page.select("input[name=item]")
    assert not page.select("input[value^='/courses']")


def test_words_that_mean_something_to_a_database_are_only_words(picker, client, module):
    page = client.follow(picker(), {"act": "filter", "q": "%_\\' OR 1=1"})
    assert "Nothing was found." in page.words


def test_the_link_that_is_there_is_picked_when_it_is_changed(platform, client, module):
    answer = platform.launch(
        client, message_type="LtiDeepLinkingRequest", roles=STAFF, resource_link=GONE,
        custom={"frontline_target": path_of(module)}, **{DL + "deep_linking_settings": SETTINGS},
    )  # fmt: skip
    page = client.get(answer.headers["Location"])
    assert page.select_one(f"input[value='{path_of(module)}']").has_attr("checked")
