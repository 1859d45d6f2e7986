"""Launches at the same time: two frames, threads, people in one browser, new people who bring the same course."""

import threading
from contextvars import Context

import pytest
from sqlalchemy import select

from learn.accounts.models import LoginSession, SessionEnd, User
from learn.lti.models import Context as PlatformContext
from learn.lti.models import Deployment, LineItem, LtiLogin, PlatformUser, ResourceLink
from learn.lti.services import http
from tests.learn.lti.platform import GONE, TOOL, Platform, connect
from tests.pages import PageClient


def at_once(*acts):
    """Run acts in threads that start together; gives what they returned, in their order."""
    gate, done = threading.Barrier(len(acts)), {}

    def run(number, act):
        gate.wait()
        done[number] = Context().run(act)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [done[number] for number in range(len(acts))]


@pytest.mark.parametrize("round_", range(5))
def test_b5_of_one_token_in_two_threads_exactly_one_wins(platform, app, client, session, round_):
    platform.launch(client, sub="1")
    login = platform.log_in(client)
    form = {"state": login.state, "id_token": platform.token(login)}
    cookies = client.http._cookies

    def post():
        http = app.test_client()
        http._cookies = dict(cookies)
        return http.post("/lti/launch", data=form, base_url=TOOL).status_code

    assert sorted(at_once(*[post] * 4)) == [303, 400, 400, 400]
    assert session.scalars(select(LtiLogin.state_hash)).all() == []
    assert len(session.scalars(select(LoginSession.id).where(LoginSession.ended_at.is_(None))).all()) == 1


def test_two_frames_on_one_page_log_in_and_launch_in_any_order(platform, client):
    first, second = platform.log_in(client), platform.log_in(client, f"{TOOL}/forum")
    platform.answer(client, second, platform.token(second, resource_link={"id": "2"}))
    platform.answer(client, first, platform.token(first))
    assert client.get("/").h1


def test_the_first_frames_forms_still_work_after_the_second_frame_launched(platform, client):
    platform.launch(client)
    client.get("/me")
    token = client.page.csrf_token
    platform.launch(client, resource_link={"id": "2"})
    assert client.post("/stay", {"csrf_token": token}, 200).json["idle_seconds"] > 0


def test_the_next_persons_launch_ends_the_session_before_and_its_forms(platform, client, session):
    platform.launch(client)
    client.get("/me")
    token = client.page.csrf_token
    platform.launch(client, sub="6", given_name="Mo", name="Mo Other")
    client.page = None
    client.post("/stay", {"csrf_token": token}, 400)
    rows = session.execute(select(LoginSession.ended_by).order_by(LoginSession.id)).all()
    assert rows == [(SessionEnd.REPLACED,), (None,)]


def test_an_anonymous_launch_ends_the_session_before_too(platform, client, session):
    platform.launch(client)
    platform.launch(client, sub=GONE)
    rows = session.execute(select(LoginSession.user_id, LoginSession.ended_by).order_by(LoginSession.id)).all()
    assert rows[0].ended_by is SessionEnd.REPLACED
    assert rows[1] == (None, None)


def test_new_people_who_bring_the_same_new_course_at_once_all_come_in(app, session, monkeypatch):
    """On PostgreSQL two of them insert the same context; the one that loses begins again."""
    platform = Platform()
    monkeypatch.setattr(http, "get_json", platform.get_json)
    connect(session, platform, deployments=())

    def coming(number):
        def come():
            with app.app_context():
                browser = PageClient(app)
                for _ in range(2):
                    platform.launch(browser, sub=f"person-{number}")

        return come

    at_once(*[coming(number) for number in range(6)])
    assert platform.calls == 1
    assert len(session.scalars(select(PlatformUser.id)).all()) == len(session.scalars(select(User.id)).all()) == 6
    for table in (Deployment, PlatformContext, ResourceLink, LineItem):
        assert len(session.scalars(select(table.id)).all()) == 1


def test_one_new_persons_two_frames_at_once_make_one_account(platform, app, session):
    def come():
        with app.app_context():
            platform.launch(PageClient(app))

    at_once(*[come] * 4)
    assert len(session.scalars(select(PlatformUser.id)).all()) == len(session.scalars(select(User.id)).all()) == 1
