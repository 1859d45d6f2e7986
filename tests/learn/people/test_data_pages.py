"""The pages of one's own data: what is held, a file of it, and all of it erased."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from courses.db import now
from learn.accounts.by_email.models import EmailAddress
from learn.accounts.models import LoginSession, Role, RoleGrant, User
from learn.audit import AuditEntry
from learn.notifications.models import Notification
from learn.people.models import DataExport, ExportState
from learn.people.own_data import requests as own_data
from learn.people.own_data import views as data_views
from learn.web import writing
from tests.people import NURSE, make_user, sign_in


@pytest.fixture
def worked(mails: Callable[[], Any], session: Session) -> Callable[[], None]:
    """Let a worker do all that waits."""

    def work() -> None:
        mails()
        session.rollback()

    return work


def test_a_person_gets_a_file_of_their_data(member, learner, worked, session):
    page = member.get("/me/data")
    assert page.select_one(".rooms a[aria-current]").text == "Your data"
    page = member.follow("/me/data/file")
    assert "Your file is about to be made." in page.words
    assert page.select_one("progress")["value"] == "0"
    assert page.select_one("[data-part=again] a")["href"] == "/me/data"
    assert not page.select("form[action='/me/data/file']")
    worked()
    page = member.get("/me/data")
    assert "Your file is ready. You can download it until" in page.words
    link = page.select_one("a.nhsuk-button")
    assert link.text.startswith("Download (ZIP, ")
    answer = member.get(link["href"])
    assert answer.mimetype == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="frontline-data-') and name.endswith('.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert "Research Nurse" in packed.read("account.csv").decode()
        assert "help@frontline.example" in packed.read("README.txt").decode()
    told = session.execute(select(Notification.user_id, Notification.kind, Notification.path, Notification.facts)).one()
    assert tuple(told[:3]) == (learner.id, "export_ready", "/me/data")
    assert list(told.facts) == ["export"]


def test_the_page_s_script_hears_how_far_it_is(member, worked, session):
    assert member.get("/me/data/state").json["code"] == "none"
    member.get("/me/data")
    member.post("/me/data/file")
    told = member.get("/me/data/state").json
    assert told == {"code": "queued", "words": "Your file is about to be made.", "is_over": False, "done": 0,
                    "parts": told["parts"]}  # fmt: skip
    session.execute(update(DataExport).values(done=1, content=b"gathered"))
    session.commit()
    assert member.get("/me/data/state").json["words"].startswith("Your file is being made: 1 of ")
    session.execute(update(DataExport).values(done=0, content=None))
    session.commit()
    worked()
    told = member.get("/me/data/state").json
    assert (told["code"], told["is_over"], told["done"]) == ("ready", True, told["parts"])


def test_sizes_are_said_in_words_that_people_know():
    assert [data_views._size(count) for count in (1, 3100, 999_400, 1_234_567)] == ["1KB", "3KB", "999KB", "1.2MB"]


def test_a_file_that_nobody_begins_with_is_told_to_be_late(member, session):
    member.get("/me/data")
    member.post("/me/data/file")
    session.execute(update(DataExport).values(asked_at=now() - timedelta(minutes=3)))
    session.commit()
    assert "This takes longer than usual" in member.get("/me/data").words


@pytest.mark.parametrize("code, words", [("too_big", "more than fits"), ("not_gathered", "Something went wrong here")])
def test_a_file_that_could_not_be_made_says_why_and_can_be_asked_for_again(member, session, code, words):
    member.get("/me/data")
    member.post("/me/data/file")
    session.execute(update(DataExport).values(state=ExportState.FAILED, last_error=code))
    session.commit()
    page = member.get("/me/data")
    assert words in page.words
    assert "help@frontline.example" in page.words
    assert "about to be made" in member.follow("/me/data/file").words


def test_a_file_ends_after_a_week(member, worked, session):
    member.get("/me/data")
    member.post("/me/data/file")
    worked()
    path = member.get("/me/data").select_one("a.nhsuk-button")["href"]
    session.execute(update(DataExport).values(expires_at=now()))
    session.commit()
    member.get(path, 404)
    page = member.get("/me/data")
    assert "Your last file was removed on" in page.words
    assert page.select_one("form[action='/me/data/file'] button").text == "Make a file of my data"


def test_nobody_else_gets_the_file(app, member, learner, worked, session, new_client, administrator):
    member.get("/me/data")
    member.post("/me/data/file")
    worked()
    path = member.get("/me/data").select_one("a.nhsuk-button")["href"]
    other = make_user(session, "Somebody Else")
    session.commit()
    stranger = sign_in(new_client(), other.id)
    stranger.get(path, 404)
    administrator.get(path, 404)
    member.get("/me/data/files/999", 404)
    new_client().get(path, 303)
    assert "ready" not in stranger.get("/me/data").words


def test_an_administrator_who_asked_gets_it_and_so_does_the_person(app, member, learner, worked, session, new_client):
    user = make_user(session, "Ada Administrator", roles=(Role.ADMINISTRATOR,))
    session.commit()
    browser = sign_in(new_client(), user.id)
    with writing() as writer:
        number = own_data.ask_export(writer, learner.id, user.id, now())
    worked()
    browser.get(f"/me/data/files/{number}")
    member.get(f"/me/data/files/{number}")
    told = session.execute(select(Notification.user_id, Notification.path).order_by(Notification.id)).all()
    assert [tuple(row) for row in told] == [(learner.id, "/me/data"), (user.id, f"/me/data/files/{number}")]
    session.execute(delete(RoleGrant))
    session.commit()
    browser.get(f"/me/data/files/{number}", 404)
    asked = session.execute(
        select(AuditEntry.actor_id, AuditEntry.details).where(AuditEntry.action == "export.asked")
    ).one()
    assert (asked.actor_id, asked.details) == (user.id, {"user": learner.id, "export": number})


def test_ten_files_a_day_are_enough(member):
    form = {"csrf_token": member.get("/me/data/erase").csrf_token}
    for _ in range(10):
        member.post("/me/data/file", form)
    answer = member.post("/me/data/file", form, 429)
    assert "You asked for 10 files of your data today." in answer.words
    assert int(answer.response.headers["Retry-After"]) > 0


def test_what_is_erased_and_what_stays_is_said_before(member):
    page = member.get(member.get("/me/data").find("a", string="See what would be erased")["href"])
    assert "This cannot be undone." in page.words
    assert "your name and address" in page.words
    assert "keeps your number, which then points to nobody" in page.words
    assert page.find("a", string="get a file of your data")["href"] == "/me/data"


def test_nothing_is_erased_until_the_box_is_ticked(member, learner, session):
    member.get("/me/data/erase")
    page = member.post("/me/data/erase", {}, 422)
    assert "Tick the box to confirm" in page.select_one(".nhsuk-error-summary").text
    assert page.title.text.startswith("Error: ")
    session.rollback()
    assert session.scalar(select(User.erased_at)) is None


def test_whoever_erases_is_signed_out_everywhere_and_told_what_was_kept(member, learner, session, new_client):
    elsewhere = sign_in(new_client(), learner.id)
    member.get("/me/data/erase")
    page = member.follow("/me/data/erase", {"agrees": "y"})
    assert page.h1 == "Your data is erased"
    assert "keeps your number, which then points to nobody" in page.words
    assert "Research Nurse" not in str(page)
    assert "Sign out" not in page.words
    member.get("/me/data", 303)
    page = elsewhere.get(elsewhere.get("/me/data", 303).headers["Location"])
    assert "This account is not there any more" in page.words
    session.rollback()
    assert session.scalar(select(User.erased_at).where(User.id == learner.id)) is not None


def test_the_page_after_it_is_open_to_anyone_and_tells_nothing(client):
    assert "Your data is erased" in client.get("/erased").words


def test_the_only_administrator_is_told_why_not(administrator, session):
    page = administrator.get("/me/data/erase")
    assert "you are the only administrator" in page.words
    assert not page.select("form[action='/me/data/erase']")
    page = administrator.post("/me/data/erase", {"agrees": "y"}, 409)
    assert "Make somebody else an administrator first." in page.words
    session.rollback()
    assert session.scalar(select(LoginSession.ended_at)) is None


def test_a_frame_of_the_platform_still_shows_that_the_account_is_gone(app, learner, new_client):
    browser = sign_in(new_client(), learner.id, is_embedded=True, frame_origins=("https://lms.example",))
    browser.get("/me/data/erase")
    answer = browser.post("/me/data/erase", {"agrees": "y"})
    assert browser.get(answer.headers["Location"]).h1 == "Your data is erased"


def test_whoever_comes_again_by_email_begins_anew(new_client, come, session):
    first = new_client()
    come(first)
    before = session.scalar(select(EmailAddress.user_id))
    first.get("/me/data/erase")
    first.post("/me/data/erase", {"agrees": "y"})
    session.rollback()
    assert session.scalars(select(EmailAddress.address)).all() == []
    come(new_client(), NURSE)
    after = session.execute(select(EmailAddress.user_id, User.learner_id).join(User)).one()
    assert after.user_id != before
    assert after.learner_id != session.scalar(select(User.learner_id).where(User.id == before))


def test_a_launch_without_a_name_has_no_data(app: Flask, new_client):
    browser = sign_in(new_client(), None)
    browser.get("/me/data", 403)
    browser.get("/me/data/erase", 403)
