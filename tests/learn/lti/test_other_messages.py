"""Submission review and data privacy launches."""

import pytest
from sqlalchemy import select

from learn.accounts.models import LoginSession
from learn.lti.roles import CONTEXT
from tests.learn.lti.platform import GONE, LTI, TOOL

STAFF = {"roles": [f"{CONTEXT}#Instructor"], "sub": "t", "name": "Tess Teacher"}
REVIEW = {"message_type": "LtiSubmissionReviewRequest", LTI + "for_user": {"user_id": "5"}}


@pytest.fixture
def target(module):
    return f"{TOOL}/modules/{module.slug}"


@pytest.fixture
def lee(platform, new_client, target):
    platform.launch(new_client(), target=target)


def test_d13_staff_open_one_learners_work(platform, client, lee, target, module):
    answer = platform.launch(client, target=target, **STAFF, **REVIEW)
    page = client.get(answer.headers["Location"])
    assert page.h1 == "Lee Learner"
    assert "0 of 4 units, 0%" in page.words
    assert "is for themselves and is not shown" in page.words


@pytest.mark.parametrize("for_user", [GONE, None, {}, {"user_id": 5}, {"user_id": ""}, "5"])
def test_d13_whom_it_is_about_has_to_be_said(platform, client, lee, target, refused, for_user):
    answer = platform.launch(client, 400, target=target, **STAFF, **{**REVIEW, LTI + "for_user": for_user})
    refused(answer, "claim", "for_user")


def test_d13_the_line_item_has_to_be_said(platform, client, lee, target, refused):
    refused(platform.launch(client, 400, target=target, **STAFF, **REVIEW, ags=GONE), "claim", "lineitem")


def test_d13_a_learner_does_not_open_anybodys_work(platform, client, lee, target, refused, session):
    before = len(session.scalars(select(LoginSession.id)).all())
    session.rollback()
    refused(platform.launch(client, 403, target=target, sub="6", **REVIEW), "review_not_staff")
    session.rollback()
    assert len(session.scalars(select(LoginSession.id)).all()) == before


def test_d13_somebody_who_never_came_has_no_work_yet(platform, client, target, refused):
    refused(platform.launch(client, 404, target=target, **STAFF, **REVIEW), "review_nobody")


def test_d13_another_teacher_does_not_see_the_work(platform, client, new_client, lee, target):
    path = platform.launch(client, target=target, **STAFF, **REVIEW).headers["Location"]
    other = new_client()
    elsewhere = {"context": {"id": "99", "title": "Elsewhere"}, "resource_link": {"id": "99"}}
    platform.launch(other, target=target, **{**STAFF, "sub": "t2"}, **elsewhere)
    other.get(path, 404)
    client.get(path.rpartition("/")[0] + "/999", 404)


def test_h5_a_data_privacy_launch_opens_what_is_kept_and_why(platform, client):
    answer = platform.launch(
        client, message_type="DataPrivacyLaunchRequest", context=GONE, resource_link=GONE,
        **{LTI + "for_user": {"user_id": "5"}},
    )  # fmt: skip
    assert answer.headers["Location"] == "/privacy"
    client.get("/privacy")


def test_h5_whom_it_is_about_has_to_be_said(platform, client, refused):
    answer = platform.launch(client, 400, message_type="DataPrivacyLaunchRequest", context=GONE, resource_link=GONE)
    refused(answer, "claim", "for_user")
