"""Files come in: in slices by the page's script, or all at once by a plain form; cut, cancelled, too big, or in disorder."""

import io
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from courses.db import now
from learn.authoring.models import Upload, UploadState
from learn.authoring.uploading import receiving, sweeping
from learn.outbox.models import OutboxItem
from tests.learn.authoring.conftest import packed, script, send


@pytest.fixture
def folder(app) -> Path:
    return receiving.folder()


def row(session, number):
    session.rollback()
    return session.execute(
        select(Upload.state, Upload.received, Upload.size, Upload.key, Upload.wanted, Upload.name).where(
            Upload.id == number
        )
    ).one()


def test_only_authors_come_in(member, client):
    member.get("/authoring", 403)
    member.get("/authoring/upload", 403)
    member.post("/authoring/uploads", status=403)
    client.get("/authoring", 303)


def test_an_author_finds_the_room_in_the_navigation(author, new_client, member):
    assert author.get("/authoring").select_one(".nav a[aria-current]").text == "Authoring"
    assert "Authoring" not in member.get("/").select_one(".nav").text


def test_a_file_comes_in_slices_and_is_whole(author, session, folder):
    content = os.urandom(200_000)
    number = send(author, "course.zip", content, part=64_000)
    found = row(session, number)
    assert (found.state, found.received, found.size) == (UploadState.RECEIVING, 200_000, 200_000)
    assert (folder / found.key).read_bytes() == content


def test_a_slice_that_does_not_follow_is_refused_and_the_state_says_where_to_go_on(author, session, folder):
    headers = script(author)
    told = author._open("POST", "/authoring/uploads", 201, json={"name": "a.zip", "size": 10}, headers=headers).json

    def slice_at(offset, data, status):
        return author._open(
            "POST",
            f"{told['content']}?offset={offset}",
            status,
            data=data,
            headers=headers,
            content_type="application/octet-stream",
        ).json

    assert slice_at(0, b"01234", 200) == {"received": 5}
    assert slice_at(0, b"01234", 409)["words"] == "These bytes do not follow on those that are here."
    assert author.get(told["state"]).json["received"] == 5
    assert slice_at(5, b"567890", 413)["words"].startswith("More came than the file has")
    assert slice_at(5, b"56789", 200) == {"received": 10}
    assert (folder / row(session, told["number"]).key).read_bytes() == b"0123456789"


def test_a_slice_without_its_token_is_refused(author, session):
    number = send(author, "a.zip", b"0123456789")
    answer = author._open("POST", f"/authoring/uploads/{number}/content?offset=10", 400, data=b"x")
    assert answer.h1 == "The form could not be accepted"
    headers = {"Accept": "application/json"}
    answer = author._open("POST", f"/authoring/uploads/{number}/content?offset=10", 400, data=b"x", headers=headers)
    assert answer.json["words"].startswith("The form was too old")


def test_nobody_sends_to_or_reads_the_upload_of_another(author, session, new_client):
    from learn.accounts.models import Role
    from tests.people import make_user, sign_in

    number = send(author, "a.zip", b"0123456789")
    user = make_user(session, "Other Author", roles=(Role.AUTHOR,))
    session.commit()
    other = sign_in(new_client(), user.id)
    token = other.get("/authoring/upload").csrf_token
    other.get(f"/authoring/uploads/{number}", 404)
    other.get(f"/authoring/uploads/{number}.json", 404)
    other.post(f"/authoring/uploads/{number}/cancel", {"csrf_token": token}, 404)
    other.get("/authoring/upload")
    assert other.post("/authoring/uploads/check", {"number": str(number)}).headers["Location"] == "/authoring/upload"
    assert row(session, number).state is UploadState.RECEIVING


@pytest.mark.parametrize(
    ("size", "status", "words"),
    [
        (0, 409, "This file is empty"),
        ("many", 409, "This file is empty"),
        (2 * 1024**3 + 1, 413, "A file may have 2GB at most"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_a_byte_of_it_came(author, session, folder, size, status, words):
    headers = script(author)
    told = author._open(
        "POST", "/authoring/uploads", status, json={"name": "a.zip", "size": size}, headers=headers
    ).json
    assert words in told["words"]
    assert session.scalar(select(func.count()).select_from(Upload)) == 0
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_said_in_words(author, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 10, 10))
    headers = script(author)
    told = author._open("POST", "/authoring/uploads", 507, json={"name": "a.zip", "size": 1000}, headers=headers).json
    assert told["words"].startswith("There is no room for this file")


def test_a_disk_that_fills_while_bytes_come_is_said_in_words(author, monkeypatch, session):
    import errno

    headers = script(author)
    told = author._open("POST", "/authoring/uploads", 201, json={"name": "a.zip", "size": 10}, headers=headers).json

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda self, mode="r": Full())
    answer = author._open("POST", f"{told['content']}?offset=0", 507, data=b"0123456789", headers=headers)
    assert answer.json["words"].startswith("There is no room for this file")
    assert row(session, told["number"]).received == 0


def test_a_file_is_written_in_small_pieces_whatever_it_is_sent_in(folder):
    class Stream:
        asked: list[int] = []
        left = 1_000_000

        def read(self, size):
            self.asked.append(size)
            piece = b"x" * min(size, self.left)
            self.left -= len(piece)
            return piece

    (folder / "key").touch()
    stream = Stream()
    receiving.write(stream, "key", 0, 1_000_000)
    assert max(stream.asked) == 64 * 1024
    assert (folder / "key").stat().st_size == 1_000_000


def test_a_connection_that_breaks_leaves_the_upload_where_it_was(author, session, folder):
    number = send(author, "a.zip", b"0123456789")
    found = row(session, number)
    with pytest.raises(receiving.NotNow):
        receiving.write(io.BytesIO(b"ab"), found.key, 0, 10)


def test_no_more_than_twenty_files_are_on_their_way_at_once(author):
    for n in range(20):
        send(author, f"{n}.zip", b"x")
    headers = script(author)
    told = author._open("POST", "/authoring/uploads", 409, json={"name": "a.zip", "size": 1}, headers=headers).json
    assert told["words"].startswith("You have 20 files on their way already")


def test_a_name_is_only_something_to_show(author, session, folder):
    number = send(author, "../../etc/passwd\n.zip", b"x")
    found = row(session, number)
    assert found.name == "passwd.zip"
    assert [path.name for path in folder.iterdir()] == [found.key]


def test_cancelling_takes_the_file_away_at_once(author, session, folder):
    number = send(author, "a.zip", b"0123456789")
    page = author.follow(f"/authoring/uploads/{number}/cancel")
    assert "The upload is cancelled, and the file is removed." in page.words
    assert row(session, number).state is UploadState.CANCELLED
    assert list(folder.iterdir()) == []
    assert author.get(f"/authoring/uploads/{number}.json").json["is_over"] is True


def test_an_upload_cut_in_the_middle_leaves_no_trace_after_its_hour(author, session, folder):
    number = send(author, "a.zip", b"0123456789")
    fresh = send(author, "b.zip", b"0123456789")
    stray = folder / ("f" * 32)
    stray.write_bytes(b"of a process that died")
    at = now()
    session.execute(update(Upload).where(Upload.id == number).values(changed_at=at - timedelta(minutes=61)))
    session.commit()
    assert sweeping.sweep(session, at) == 1
    os.utime(stray, (at.timestamp() - 3700, at.timestamp() - 3700))
    sweeping.sweep(session, at)
    session.commit()
    assert session.scalars(select(Upload.id)).all() == [fresh]
    assert [path.name for path in folder.iterdir()] == [row(session, fresh).key]


def test_the_worker_sweeps_by_itself_and_comes_again(author, session, check, folder):
    from learn.outbox import queue

    number = send(author, "a.zip", b"0123456789")
    session.execute(update(Upload).where(Upload.id == number).values(changed_at=now() - timedelta(hours=2)))
    queue.seed(session, sweeping.KIND, "daily", now())
    session.commit()
    check()
    assert session.scalar(select(func.count()).select_from(Upload)) == 0
    again = session.scalar(select(OutboxItem.not_before).where(OutboxItem.kind == sweeping.KIND))
    assert timedelta(minutes=8) < again - now() <= timedelta(minutes=10)


def test_rows_of_finished_uploads_go_after_ninety_days(author, session):
    number = send(author, "a.zip", b"0123456789")
    old = {"state": UploadState.REFUSED, "changed_at": now() - timedelta(days=91)}
    session.execute(update(Upload).where(Upload.id == number).values(**old))
    assert sweeping.prune(session, now()) == {"uploads": 1}
    assert sweeping.prune(session, now()) == {"uploads": 0}


def test_without_a_script_a_plain_form_brings_several_files_straight_to_disk(author, session, folder):
    author.get("/authoring/upload")
    files = [(io.BytesIO(packed()), "one.zip"), (io.BytesIO(b"x" * 300_000), "two.zip")]
    answer = author.post("/authoring/upload", {"files": files, "theme": "research-culture"})
    assert answer.headers["Location"] == "/authoring#uploads"
    rows = session.execute(select(Upload.name, Upload.state, Upload.key, Upload.wanted).order_by(Upload.id)).all()
    assert [(each.name, each.state) for each in rows] == [("one.zip", "waiting"), ("two.zip", "waiting")]
    assert (folder / rows[1].key).stat().st_size == 300_000
    assert rows[0].wanted == {"theme": "research-culture"}
    assert len(list(folder.iterdir())) == 2


def test_a_plain_form_without_a_file_comes_back_with_what_was_chosen(author, folder):
    author.get("/authoring/upload")
    page = author.post("/authoring/upload", {"theme": "research-culture", "files": (io.BytesIO(b""), "")}, 422)
    assert page.select_one(".nhsuk-error-summary a").text.strip() == "Choose at least one file"
    assert page.select_one("option[selected]")["value"] == "research-culture"
    assert list(folder.iterdir()) == []


def test_a_plain_form_without_its_token_leaves_nothing(author, folder):
    author.get("/authoring/upload")
    author.post("/authoring/upload", {"csrf_token": "wrong", "files": (io.BytesIO(b"x" * 10), "a.zip")}, 400)
    assert list(folder.iterdir()) == []


def test_an_empty_file_in_a_plain_form_is_refused_and_leaves_nothing(author, folder):
    author.get("/authoring/upload")
    page = author.post("/authoring/upload", {"files": (io.BytesIO(b""), "a.zip")}, 409)
    assert "This file is empty. Choose another." in page.words
    assert list(folder.iterdir()) == []


def test_a_video_takes_captions_and_transcript_of_its_name_along(author, session, folder):
    numbers = [send(author, name, b"x") for name in ("Film.mp4", "film.en.vtt", "film-transcript.txt")]
    answer = author.post("/authoring/uploads/check", {"number": [str(number) for number in numbers]})
    assert answer.headers["Location"] == f"/authoring/uploads/{numbers[0]}"
    assert session.scalars(select(Upload.id)).all() == [numbers[0]]
    wanted = row(session, numbers[0]).wanted
    assert (wanted["captions_name"], wanted["transcript_name"]) == ("film.en.vtt", "film-transcript.txt")
    assert {path.name for path in folder.iterdir()} == {
        row(session, numbers[0]).key,
        wanted["captions"],
        wanted["transcript"],
    }


def test_where_names_do_not_tell_the_author_chooses_which_captions_belong_to_which_video(author, session):
    names = ("first.mp4", "second.mp4", "a.vtt", "b.vtt")
    numbers = [send(author, name, b"x") for name in names]
    first, second, a, b = numbers
    page = author.follow("/authoring/uploads/check", {"number": [str(number) for number in numbers]})
    assert page.h1 == "Choose what belongs together"
    assert [each.text for each in page.select("legend")] == ["first.mp4", "second.mp4"]
    answer = author.post(page.response.request.full_path, {f"captions_{first}": str(b), f"captions_{second}": str(a)})
    assert answer.headers["Location"] == "/authoring#uploads"
    assert row(session, first).wanted["captions_name"] == "b.vtt"
    assert row(session, second).wanted["captions_name"] == "a.vtt"
    assert sorted(session.scalars(select(Upload.id))) == [first, second]


def test_a_text_file_without_a_video_is_a_file_of_its_own(author, session):
    number = send(author, "questions.txt", b"x")
    answer = author.post("/authoring/uploads/check", {"number": str(number)})
    assert answer.headers["Location"] == f"/authoring/uploads/{number}"
    assert row(session, number).state is UploadState.WAITING


def test_a_file_that_waits_for_its_author_says_so_and_can_be_checked_or_cancelled(author):
    number = send(author, "course.zip", packed())
    page = author.get(f"/authoring/uploads/{number}")
    assert "The file is here, and waits for you to go on." in page.words
    assert [button.text for button in page.select("main .acts button")] == ["Check this file", "Cancel this upload"]
    assert "Check again" not in page.words


def test_what_is_not_wholly_here_is_not_handed_on(author, session):
    headers = script(author)
    told = author._open("POST", "/authoring/uploads", 201, json={"name": "a.zip", "size": 10}, headers=headers).json
    page = author.follow("/authoring/uploads/check", {"number": str(told["number"])})
    assert "No file is here." in page.words
    assert row(session, told["number"]).state is UploadState.RECEIVING
