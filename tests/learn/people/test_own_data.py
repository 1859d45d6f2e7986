"""Everything about a person comes in their file and goes when they ask; nobody else's does."""

import io
import json
import logging
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from courses.db import Base, now, table_of
from learn.accounts.decisions import roles
from learn.accounts.models import LoginSession, Role, RoleGrant, SessionEnd, User
from learn.accounts.people import Gone
from learn.accounts.personal import PersonalData
from learn.audit import AuditEntry
from learn.outbox.models import OutboxItem
from learn.outbox.worker import Pace, Worker
from learn.people.models import DataExport, ExportState
from learn.people.own_data import exporting, packing
from learn.people.own_data import requests as own_data
from learn.people.person import person_of
from learn.web import writing
from tests.guards.test_personal_data import NOBODY
from tests.learn.people.everything import Filled, fill
from tests.pages import PageClient
from tests.people import make_user, sign_in

PEOPLES = set(Base.metadata.tables) - set(NOBODY)
NOT_TOLD = {
    "email_address.key": "the address once more, as addresses are compared",
    "tally.kind": "what is counted; the rows are found by a keyed hash, and cannot be told from others'",
    "login_session.frame_origins": "the platform's, the same for all of its people",
    "data_export.content": "the file itself",
    **dict.fromkeys(
        (f"deep_link_request.{name}" for name in ("accept_targets", "accept_types", "current", "data", "deployment_id",
                                                  "frame_origins", "return_url")),
        "what a platform asks for, for minutes, the same for all of its people",
    ),
    "enrolment.done": "which units are done, as bits: in the file each unit says so itself",
    "post.html": "drawn from the text, which is in the file",
    "post.path": "its place among the answers",
    "play.frame_origins": "the platform's, the same for all of its people",
    "unit_progress.watched": "which parts of a video were watched, as bits: in the file as a share",
    "upload.key": "the name of a file that is here for minutes",
    "upload.last_error": "a sentence for who waits on the upload's page; the state says that it failed",
    "upload.wanted": "names of files that came beside it, for minutes; what became of them is in the module",
    "score.last_error": "a code for those who mend it; the state says that it was not sent",
}  # fmt: skip
"Columns that hold a text and are not in the file, and why."
STAYS_IN = {
    **dict.fromkeys(("adoption.organisation", "adoption.region"), "where something was tried: a place, as the story counts it"),
    **dict.fromkeys(
        ("decision.act", "decision.before", "decision.reason", "flag.kind", "review_item.kind", "story_event.after",
         "story_declaration.kind", "story_declaration.text_version"),
        "codes and numbers of a record that the law asks for",
    ),
    "post.path": "its place among the answers",
    **dict.fromkeys(
        ("story.profession", "story.reference", "story.region", "story.setting", "story.slug", "story.starter_slug",
         "story.summary", "story.title", "story_tag.tag"),
        "a published story stays under its licence, without its people",
    ),
}  # fmt: skip
"Columns that hold a text and stay when a person is erased, and why."
STAYS = {"audit", "enrolment"}
"Tables whose rows stay when a person is erased: codes, numbers and bits, and the number points to nobody."


@pytest.fixture
def alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """A worker that does nothing but files of people's data."""
    monkeypatch.setitem(app.extensions, "frontline_outbox", {own_data.KIND: exporting.Exporting})
    monkeypatch.setitem(app.extensions, "frontline_daily", ())
    return lambda **pace: Worker(app, Pace(idle=0.01, first_backoff=0.0, longest_backoff=0.0, **pace)).run(once=True)


@pytest.fixture
def two(session: Session) -> tuple[Filled, Filled]:
    """Two people of whom every table holds something."""
    people = fill(session, PEOPLES, "zebra"), fill(session, PEOPLES, "okapi")
    session.commit()
    return people


def covered(app: Flask) -> set[str]:
    return set().union(*(part.tables for part in app.extensions["frontline_personal"]))


def asked(user_id: int, by_id: int | None = None) -> int:
    with writing() as session:
        return own_data.ask_export(session, user_id, by_id or user_id, now())


def row_of(session: Session, number: int) -> Any:
    session.rollback()
    return session.execute(select(table_of(DataExport)).where(DataExport.id == number)).one()


def unpacked(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}


def test_the_file_holds_every_text_about_its_person_and_none_about_another(app, session, two, alone):
    zebra, okapi = two
    number = asked(zebra.user_id)
    alone()
    files = unpacked(row_of(session, number).content)
    everything = "\n".join(files.values())
    expected = zebra.columns(covered(app))
    assert {name for mark, name in expected.items() if mark not in everything} == set(NOT_TOLD)
    assert okapi.mark not in everything
    told = json.loads(files["data.json"])
    tables = "\n".join(files[name] for name in files if name.endswith(".csv"))
    assert {name for mark, name in expected.items() if mark not in tables} == set(NOT_TOLD)
    words = {name for part in app.extensions["frontline_personal"] for name in part.words}
    assert set(told) - {"about"} == words, "each file needs words, and no words are of a file that is not there"
    assert [name for name in files if name.endswith(".csv") and name not in files["README.txt"]] == []


def test_nothing_about_the_person_is_left_in_any_table_and_others_keep_theirs(app, session, two):
    zebra, okapi = two
    before = {name: okapi.row(session, name) for name in PEOPLES}
    assert None not in before.values()
    session.rollback()
    with writing() as writer:
        own_data.erase(writer, zebra.user_id, now(), by_id=zebra.user_id)
    marks = zebra.columns(covered(app) - STAYS)
    left = {
        f"{table.name} ({name})"
        for table in Base.metadata.tables.values()
        for row in session.execute(select(table))
        for mark, name in marks.items()
        if mark in repr(row)
    }
    assert left == {f"{name.split('.')[0]} ({name})" for name in STAYS_IN}
    assert {name for name in PEOPLES if okapi.row(session, name) != before[name]} == set()


def test_whoever_is_erased_leaves_a_number_that_the_trail_points_to(app, session, member, learner):
    at = now()
    with writing() as writer:
        kept = own_data.erase(writer, learner.id, at, by_id=None)
    person = session.execute(select(table_of(User)).where(User.id == learner.id)).one()
    assert (person.name, person.given_name, person.email, person.erased_at) == ("", "", None, at)
    row = session.execute(select(LoginSession.ended_by, LoginSession.browser, LoginSession.platform_name)).one()
    assert tuple(row) == (SessionEnd.ACCOUNT_GONE, "", None)
    entry = session.execute(select(AuditEntry.actor_id, AuditEntry.details).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.actor_id is None
    assert entry.details == {"user": learner.id, "platforms": 0}
    assert any("your number" in sentence for sentence in kept)
    assert len(kept) == len(set(kept))


def test_nobody_is_erased_twice_and_nobody_else_is(session, learner):
    with writing() as writer:
        own_data.erase(writer, learner.id, now(), by_id=None)
    for user_id in (learner.id, 999):
        with pytest.raises(Gone), writing() as writer:
            own_data.erase(writer, user_id, now(), by_id=None)
        with pytest.raises(Gone):
            asked(user_id)


def test_the_last_administrator_stays_until_there_is_another(session):
    first = make_user(session, roles=(Role.ADMINISTRATOR,))
    second = make_user(session, roles=(Role.FACILITATOR,))
    session.commit()
    with pytest.raises(roles.LastAdministrator) as refusal, writing() as writer:
        own_data.erase(writer, first.id, now(), by_id=first.id)
    assert refusal.value.status == 409
    assert "the only administrator" in refusal.value.message
    session.execute(
        RoleGrant.__table__.insert(), {"user_id": second.id, "role": Role.ADMINISTRATOR, "granted_at": now()}
    )
    session.execute(update(User).where(User.id == second.id).values(suspended_until=now() + timedelta(days=1)))
    session.commit()
    assert roles.is_last_administrator(session, first.id), "who is suspended cannot run the site"
    session.execute(update(User).where(User.id == second.id).values(suspended_until=None))
    session.commit()
    with writing() as writer:
        own_data.erase(writer, first.id, now(), by_id=second.id)
    assert roles.is_last_administrator(session, second.id)
    assert not roles.is_last_administrator(session, first.id)


def test_an_administrator_erases_by_request_and_the_trail_says_who(session, learner):
    administrator = make_user(session, roles=(Role.ADMINISTRATOR,))
    session.commit()
    with writing() as writer:
        own_data.erase(writer, learner.id, now(), by_id=administrator.id)
    found = session.execute(
        select(AuditEntry.actor_id, AuditEntry.details).where(AuditEntry.action == "user.erased")
    ).one()
    assert found.actor_id == administrator.id
    assert found.details["user"] == learner.id


def test_a_file_is_made_one_part_at_a_time_and_says_how_far_it_is(app, session, learner, monkeypatch):
    number, seen = asked(learner.id), []

    class Watched(exporting.Exporting):
        def call(self, step: exporting.Step) -> Any:
            seen.append((step.done, step.files is None))
            return super().call(step)

    monkeypatch.setitem(app.extensions, "frontline_outbox", {own_data.KIND: Watched})
    monkeypatch.setitem(app.extensions, "frontline_daily", ())
    Worker(app, Pace(idle=0.01)).run(once=True)
    parts = len(app.extensions["frontline_personal"])
    assert seen == [*((n, False) for n in range(parts)), (parts, True)]
    row = row_of(session, number)
    assert (row.state, row.done, row.parts) == (ExportState.READY, parts + 1, parts + 1)
    assert row.expires_at == row.ready_at + own_data.LIVES


def test_one_is_made_at_a_time_for_each_who_asks(session, learner, alone):
    first = asked(learner.id)
    assert asked(learner.id) == first
    assert asked(learner.id, 77) != first
    alone()
    assert asked(learner.id) != first


def test_a_new_file_takes_the_place_of_the_last_when_it_is_ready(session, learner, alone):
    first, other = asked(learner.id), asked(learner.id, 77)
    alone()
    second = asked(learner.id)
    assert row_of(session, first).content is not None
    alone()
    assert row_of(session, first).content is None
    assert row_of(session, second).content is not None
    assert row_of(session, other).content is not None


def _broken(problem: Exception) -> PersonalData:
    def export(session: Session, person: Any) -> Any:
        if isinstance(problem, AssertionError):
            raise problem
        session.execute(text("select name from nowhere"))

    return PersonalData(frozenset(), export, lambda *_: [], lambda *_: None)


@pytest.mark.parametrize("problem", [AssertionError("Amina Nurse"), ValueError("the database refuses")])
def test_a_part_that_cannot_be_gathered_is_tried_again_and_then_said(
    app, session, learner, alone, monkeypatch, problem, capsys
):
    parts = (*app.extensions["frontline_personal"], _broken(problem))
    monkeypatch.setitem(app.extensions, "frontline_personal", parts)
    number = asked(learner.id)
    alone()
    row = row_of(session, number)
    assert (row.state, row.last_error, row.content) == (ExportState.FAILED, "not_gathered", None)
    assert session.scalars(select(OutboxItem.kind)).all() == []
    said = capsys.readouterr()
    assert (said.out + said.err).count("export.part_failed") == exporting.TRIES
    assert "Amina" not in said.out + said.err
    assert asked(learner.id) != number


def test_more_than_fits_is_said_and_can_be_asked_for_again(session, learner, alone, monkeypatch):
    monkeypatch.setattr(packing, "MOST", 100)
    number = asked(learner.id)
    alone()
    row = row_of(session, number)
    assert (row.state, row.last_error, row.content) == (ExportState.FAILED, "too_big", None)


def test_whoever_was_erased_meanwhile_gets_no_file(session, learner, alone):
    asked(learner.id)
    with writing() as writer:
        own_data.erase(writer, learner.id, now(), by_id=None)
    alone()
    assert session.scalars(select(DataExport.id)).all() == []
    assert session.scalars(select(OutboxItem.id)).all() == []


def test_files_that_are_too_old_go_and_later_what_told_of_them(session, learner, alone):
    number = asked(learner.id)
    alone()
    at = row_of(session, number).expires_at
    assert own_data.prune(session, at - timedelta(seconds=1)) == _removed(0, 0)
    assert own_data.prune(session, at) == _removed(1, 0)
    assert own_data.prune(session, at + own_data.KEPT) == _removed(0, 0)
    assert own_data.prune(session, at + own_data.KEPT + timedelta(seconds=1)) == _removed(0, 1)


def _removed(files: int, rows: int) -> dict[str, int]:
    return {"files_of_own_data": files, "old_requests_for_own_data": rows}


def test_nothing_personal_is_said_in_logs_errands_or_the_trail(app, session, alone, capsys):
    user = make_user(session, "Amina Nurse", email="amina.nurse@example.nhs.uk", organisation="Example Trust")
    session.commit()
    logging.getLogger().setLevel(logging.DEBUG)
    number = asked(user.id)
    errands = [tuple(row) for row in session.execute(select(table_of(OutboxItem)))]
    alone()
    assert "Amina" in unpacked(row_of(session, number).content)["account.csv"]
    with writing() as writer:
        own_data.erase(writer, user.id, now(), by_id=user.id)
    trail = [tuple(row) for row in session.execute(select(table_of(AuditEntry)))]
    said = capsys.readouterr()
    for each in (repr(errands), repr(trail), said.out, said.err):
        assert not any(word in each.lower() for word in ("amina", "nurse", "example trust"))


def test_what_two_accounts_say_of_a_person_is_put_together(app, session):
    """The account's own part of a merge: gaps are filled, roles come along, sessions end."""
    at = now()
    old = make_user(session, "Lee Learner", roles=(Role.AUTHOR, Role.FACILITATOR), region="North", profession="Nurse",
                    teaches=True, created_at=at - timedelta(days=9))  # fmt: skip
    new = make_user(session, "", roles=(Role.AUTHOR,), profession="Research nurse")
    session.commit()
    sign_in(PageClient(app), old.id)
    with writing() as writer:
        for part in app.extensions["frontline_personal"]:
            part.move(writer, person_of(writer, old.id), person_of(writer, new.id), at)
    user = session.execute(select(table_of(User)).where(User.id == new.id)).one()
    assert (user.name, user.region, user.profession, user.teaches) == ("Lee Learner", "North", "Research nurse", True)
    assert user.created_at == at - timedelta(days=9)
    before = session.execute(select(table_of(User)).where(User.id == old.id)).one()
    assert (before.name, before.region, before.teaches) == ("", "", False)
    roles = session.execute(select(RoleGrant.user_id, RoleGrant.role).order_by(RoleGrant.role)).all()
    assert [tuple(row) for row in roles] == [(new.id, Role.AUTHOR), (new.id, Role.FACILITATOR)]
    assert session.execute(select(LoginSession.user_id, LoginSession.ended_by)).one() == (
        new.id,
        SessionEnd.ACCOUNT_GONE,
    )


def test_the_tables_that_are_filled_are_those_that_are_answered_for(app):
    assert covered(app) == PEOPLES
