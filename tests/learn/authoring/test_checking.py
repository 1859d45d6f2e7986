"""A check runs in a process of its own: its result is kept once, whatever happens to it is told, and nothing stays behind."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from courses.catalogue import Module, ModuleVersion, Origin, VersionState
from courses.db import now
from learn.accounts.models import User
from learn.authoring.models import Upload, UploadState
from learn.authoring.uploading import checking, child, handed, receiving, starting
from learn.authoring.uploading.checking import Checking
from learn.notifications.models import Notification
from learn.outbox import queue
from learn.outbox.models import OutboxItem
from tests.learn.authoring.conftest import IMPATIENT, bring, packed
from tests.modules import make_module, make_theme
from tests.packages import media


def state(session):
    session.rollback()
    return session.execute(select(Upload.state, Upload.last_error, Upload.version_id, Upload.tries)).one()


def test_an_author_uploads_reads_the_report_and_finds_the_draft(author, session, check, person):
    path = bring(author, "consent-in-practice.zip", packed())
    page = author.get(path)
    assert page.select_one("[role=status]").text == "The file is here. Its check begins in a moment."
    assert page.select_one("[data-part=again] a")["href"] == path
    assert author.get(f"{path}.json").json == {
        "code": "waiting", "words": "The file is here. Its check begins in a moment.", "is_over": False,
        "received": len(packed()), "size": len(packed()),
    }  # fmt: skip
    check()
    page = author.get(path)
    assert page.h1 == "consent-in-practice.zip"
    assert page.select_one(".outcome h2").text == "Consent in practice, version 1"
    assert page.select_one(".outcome a.nhsuk-button").text == "Preview"
    assert "Zip of Markdown pages" in page.select_one(".facts-list").text
    assert page.select_one(".in-it li span").text == "1. Why people say no"
    assert "No theme was named" in page.select_one(".problems.is-note").text
    version = session.execute(
        select(ModuleVersion.state, ModuleVersion.n, Module.origin).join(Module, Module.id == ModuleVersion.module_id)
    ).one()
    assert tuple(version) == (VersionState.DRAFT, 1, Origin.AUTHOR)


def test_its_author_is_told_and_seeing_the_report_is_enough(author, session, check, person):
    path = bring(author, "consent.zip", packed())
    check()
    told = session.execute(select(Notification.kind, Notification.path, Notification.user_id)).one()
    assert tuple(told) == ("upload_checked", path, person.id)
    assert "Consent has a draft that you can preview and publish." in author.get("/me/notifications").words
    author.get(path)
    session.rollback()
    assert session.scalar(select(User.unread).where(User.id == person.id)) == 0


def test_nothing_is_left_behind_once_it_is_checked(author, session, check):
    bring(author, "consent.zip", packed())
    check()
    assert list(receiving.folder().iterdir()) == []
    assert session.scalar(select(func.count()).where(OutboxItem.kind == starting.KIND)) == 0


def test_a_refused_file_has_its_report_and_no_version(author, session, check):
    path = bring(
        author,
        "broken.zip",
        packed({"01-quiz.md": '+++\nkind = "quiz"\n+++\nNothing asked.\n', "02-a.md": "+++\nnot toml\n+++\n"}),
    )
    check()
    page = author.get(path)
    assert page.select_one(".outcome h2").text == "This file was refused"
    errors = page.select(".problems.is-error li")
    assert len(errors) == 2
    assert errors[0].text.startswith("A quiz needs at least one question.")
    assert errors[0].select_one(".mono").text == "01-quiz.md"
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 0
    assert session.scalar(select(func.count()).select_from(Module)) == 0
    assert list(receiving.folder().iterdir()) == []


def test_a_file_that_nobody_knows_is_refused_with_a_sentence(author, check):
    path = bring(author, "letter.doc", b"\xd0\xcf\x11\xe0 not a package")
    check()
    page = author.get(path)
    assert len(page.select(".problems.is-error li")) == 1


def test_the_same_file_twice_makes_one_version(author, session, check):
    bring(author, "consent.zip", packed())
    check()
    path = bring(author, "consent.zip", packed())
    check()
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 1
    assert "This content is here already, as version 1." in author.get(path).words


def test_a_new_version_keeps_the_modules_name_and_theme(author, session, check):
    bring(author, "consent.zip", packed())
    check()
    number = bring(author, "something-else.zip", packed({"01.md": "# Other\n\nOther text."}), module="consent")
    check()
    assert author.get(number).select_one(".outcome h2").text.endswith("version 2")
    assert session.scalars(select(Module.slug)).all() == ["consent"]


def test_a_file_whose_title_meets_another_module_says_that_it_is_its_next_version(author, check):
    bring(author, "consent.zip", packed())
    check()
    path = bring(author, "consent.zip", packed({"01.md": "# Other\n\nOther text."}))
    check()
    assert "A module of this name was here already" in author.get(path).words


def test_a_module_of_the_starter_content_is_never_changed_by_an_upload(author, session, check, app):
    from pathlib import Path

    folder = Path(app.config["FRONTLINE"].storage.removeprefix("file:"))
    made = make_module(session, folder, slug="consent", title="Consent", origin=Origin.STARTER)
    session.commit()
    path = bring(author, "consent.zip", packed({"01.md": "# Other\n\nOther text."}))
    check()
    assert "There is a module of this name in the starter content." in author.get(path).words
    assert session.execute(select(Module.origin)).scalar_one() is Origin.STARTER
    assert session.scalar(select(func.count()).where(ModuleVersion.module_id == made.id)) == 1
    page = author.get("/authoring/upload?module=consent", 409)
    assert page.h1 == "This module belongs to the starter content"


def test_a_new_version_that_could_not_be_checked_is_uploaded_again_for_the_same_module(author, check):
    bring(author, "consent.zip", packed())
    check()
    path = bring(author, "consent.zip", packed({"01.md": "# Other\n\nOther text."}), module="consent")
    check(upload=Checking(seconds=0.05))
    assert author.get(path).select_one("a.nhsuk-button")["href"] == "/authoring/upload?module=consent"


@pytest.mark.parametrize(
    ("seconds", "memory", "words"),
    [(0.05, 2**30, "longer than 2 minutes"), (60, 20 * 2**20, "needed more memory")],
)
def test_a_check_that_takes_too_much_fails_in_words_and_harms_only_its_child(
    author, session, check, seconds, memory, words, app
):
    path = bring(author, "bomb.zip", packed())
    check(upload=Checking(seconds=seconds, memory=memory))
    found = state(session)
    assert found.state is UploadState.FAILED
    assert words in found.last_error
    page = author.get(path)
    assert page.select_one(".outcome h2").text == "This file could not be checked"
    assert page.select_one("a.nhsuk-button").text == "Upload the file again"
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 0
    assert list(receiving.folder().iterdir()) == []


def test_a_child_that_wants_more_memory_than_it_may_have_says_so(tmp_path):
    eater = (
        "from learn.authoring.uploading import child\n"
        "child.answer = lambda job: b'x' * 2**31\n"
        "raise SystemExit(child.main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", eater], input=b'{"memory": 1073741824, "seconds": 20}', capture_output=True, check=False
    )
    assert run.returncode == child.TOO_MUCH_MEMORY
    assert run.stdout == b""


def test_a_child_that_loops_is_stopped_when_its_time_is_used_up_and_that_is_told_as_too_slow():
    looper = (
        "from learn.authoring.uploading import child\n"
        "child.answer = lambda job: any(None for _ in iter(int, 1))\n"
        "raise SystemExit(child.main())"
    )
    run = subprocess.run(
        [sys.executable, "-c", looper], input=b'{"memory": 1073741824, "seconds": 1}', capture_output=True, check=False,
    )  # fmt: skip
    assert run.stdout == b""
    assert checking.SAID[checking._MEANS[run.returncode]].startswith("Checking took longer than 2 minutes")


def test_a_check_that_was_killed_is_done_again_and_its_result_kept_once(author, session, check, app):
    bring(author, "consent.zip", packed())
    handler = Checking()
    at = now()
    taken = queue.claim(session, [starting.KIND], 1, timedelta(seconds=60), at)[0][0]
    handler.prepare(session, taken, at, IMPATIENT)
    session.commit()  # and the worker is killed here
    assert state(session).state is UploadState.CHECKING
    check()
    assert state(session).state is UploadState.CHECKING  # somebody holds it
    session.execute(update(OutboxItem).values(lease_until=now() - timedelta(seconds=1)))
    session.commit()
    check()
    assert (state(session).state, state(session).tries) == (UploadState.DONE, 2)
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 1


def test_a_lease_is_as_long_as_a_check_may_take(author, session, app):
    bring(author, "consent.zip", packed())
    at = now()
    taken = queue.claim(session, [starting.KIND], 1, timedelta(seconds=60), at)[0][0]
    Checking().prepare(session, taken, at, IMPATIENT)
    until = session.scalar(select(OutboxItem.lease_until).where(OutboxItem.kind == starting.KIND))
    assert until - at == timedelta(seconds=180)


def test_a_check_that_never_ends_is_given_up_after_three_tries(author, session, check):
    path = bring(author, "consent.zip", packed())
    session.execute(update(Upload).values(tries=3, state=UploadState.CHECKING))
    session.commit()
    check()
    assert state(session).state is UploadState.FAILED
    assert "Something went wrong here while the file was checked." in author.get(path).words


def test_a_file_that_is_not_there_any_more_is_told(author, session, check):
    path = bring(author, "consent.zip", packed())
    for each in receiving.folder().iterdir():
        each.unlink()
    check()
    assert "The file is not here any more. Upload it again." in author.get(path).words


def test_an_upload_that_is_cancelled_while_it_is_checked_makes_no_version(author, session, check):
    path = bring(author, "consent.zip", packed())

    class Cancelling(Checking):
        def call(self, job):
            author.get(path)
            author.post(f"{path}/cancel")
            return super().call(job)

    check(upload=Cancelling())
    assert state(session).state is UploadState.CANCELLED
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 0
    assert list(receiving.folder().iterdir()) == []


def test_no_more_than_two_checks_run_at_a_time(author, session, app):
    for n in range(3):
        bring(author, f"{n}.zip", packed())
    handler, at = Checking(), now()
    taken, _ = queue.claim(session, [starting.KIND], 3, timedelta(seconds=60), at)
    jobs = [handler.prepare(session, each, at, IMPATIENT) for each in taken]
    assert [isinstance(job, checking.Job) for job in jobs] == [True, True, False]
    assert jobs[2] == at + checking.SOON


def test_the_child_gets_none_of_our_secrets(author, session, app, monkeypatch):
    bring(author, "consent.zip", packed())
    given = {}

    def run(command, **more):
        given.update(more)
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("FRONTLINE_SECRET_KEY", "a secret of some length that nobody else may see")
    handler, at = Checking(), now()
    taken, _ = queue.claim(session, [starting.KIND], 1, timedelta(seconds=60), at)
    job = handler.prepare(session, taken[0], at, IMPATIENT)
    assert handler.call(job) == checking.SLOW
    assert not [name for name in given["env"] if name.startswith("FRONTLINE")]
    assert b"secret" not in given["input"]
    assert os.environ["FRONTLINE_SECRET_KEY"]


def test_what_a_child_hands_over_is_the_same_on_this_side(tmp_path):
    from courses.packages import reading
    from courses.packages.content import PackageContent
    from courses.storage import Storage

    (tmp_path / "a.zip").write_bytes(packed())
    report, content = reading.read(tmp_path / "a.zip", Storage(tmp_path / "storage"))
    content.units[0].package = PackageContent("0" * 64, True, 10, 1, b"\x00\xff")
    again = handed.unpacked(handed.packed(report, content))
    assert again == (report, content)
    assert [type(unit.kind) for unit in again[1].units] == [type(unit.kind) for unit in content.units]


def test_a_video_that_came_alone_is_asked_for_with_its_captions(author, check, tmp_path):
    path = bring(author, "film.webm", media.webm(tmp_path / "film.webm").read_bytes())
    check()
    page = author.get(path)
    assert "choose the file with its captions (WebVTT) at the same time" in page.select_one(".outcome").get_text()
    assert "A video needs captions" in page.words and "--captions" not in page.words
    assert page.select_one("a.nhsuk-button").text == "Upload it with its captions"


def test_a_video_is_checked_together_with_its_captions(author, session, app):
    from tests.learn.authoring.conftest import send

    numbers = [send(author, name, b"x") for name in ("film.mp4", "film.vtt")]
    author.post("/authoring/uploads/check", {"number": [str(number) for number in numbers]})
    at = now()
    taken, _ = queue.claim(session, [starting.KIND], 1, timedelta(seconds=60), at)
    asked = Checking().prepare(session, taken[0], at, IMPATIENT).asked
    assert os.path.isfile(asked["captions"])
    assert asked["path"] != asked["captions"]
    assert asked["name"] == "film.mp4"


def test_a_next_version_that_names_no_theme_leaves_the_module_in_its_own(author, session, check, module):
    make_theme(session, "another", position=0)
    session.commit()
    before = session.scalar(select(Module.theme_id).where(Module.id == module.id))
    path = bring(author, "a-module.zip", packed({"module.toml": 'title = "A module"', "a.md": "# Anew\n\nText."}))
    check()
    assert "version 2" in author.get(path).select_one(".outcome h2").text
    assert session.scalar(select(Module.theme_id).where(Module.id == module.id)) == before
