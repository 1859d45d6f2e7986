"""Files of a package, asked for over HTTP: whose they are, what they are called, how much of them, and how often."""

import time
from pathlib import Path

import pytest

from courses.learning.models import Mode
from learn.content import lately
from tests.packages import media, web, zips

PAGE = "<!doctype html><title>A page</title><p>Text.</p>"


@pytest.fixture
def files(bring, tmp_path):
    """A web package of the given files, as its unit."""

    def go(files, **more):
        return bring(zips.zipped(tmp_path / "files.zip", {"index.html": PAGE + "<script>1</script>", **files}), **more)[
            0
        ]

    return go


def test_a_file_is_served_as_it_lies_in_the_zip(opened, web_unit, tmp_path):
    play = opened(web_unit)
    answer = play.ask("f/js/count.js")
    assert answer.status_code == 200
    assert answer.data.decode() == web.COUNT
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Content-Length"] == str(len(web.COUNT))


def test_stored_and_deflated_members_read_the_same(opened, files):
    long = bytes(range(256)) * 2_000
    for stored in (True, False):
        play = opened(files({"film.mp4": long}, slug=f"stored-{stored}".lower()))
        assert play.ask("f/film.mp4").data == long


@pytest.mark.parametrize(
    "asked, start, end",
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-299", 100, 300),
        ("bytes=511000-", 511_000, 512_000),
        ("bytes=-5", 511_995, 512_000),
        ("bytes=0-999999999", 0, 512_000),
    ],
)
def test_a_range_is_answered_with_that_range(opened, files, asked, start, end):
    long = bytes(range(256)) * 2_000
    answer = opened(files({"film.mp4": long})).ask("f/film.mp4", headers={"Range": asked})
    assert answer.data == long[start:end]
    if end - start < len(long):
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/512000"


@pytest.mark.parametrize("asked", ["bytes=512000-", "bytes=999999-1000000"])
def test_a_range_behind_the_end_cannot_be_met(opened, files, asked):
    answer = opened(files({"film.mp4": bytes(512_000)})).ask("f/film.mp4", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */512000"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=0-1", "bytes=5-1", "bytes=-0", "nonsense"])
def test_a_range_that_is_none_gets_the_whole_file(opened, files, asked):
    answer = opened(files({"film.mp4": b"0123456789"})).ask("f/film.mp4", headers={"Range": asked})
    assert (answer.status_code, answer.data) == (200, b"0123456789")


def test_a_range_of_another_file_gets_the_whole_of_this_one(opened, files):
    play = opened(files({"film.mp4": b"0123456789"}))
    answer = play.ask("f/film.mp4", headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert answer.status_code == 200


def test_head_says_the_same_without_the_body(opened, files):
    play = opened(files({"notes.txt": "é".encode()}))
    whole, head = play.ask("f/notes.txt"), play.ask("f/notes.txt", "HEAD")
    assert head.data == b""
    assert dict(head.headers) == dict(whole.headers)


def test_what_the_browser_has_is_not_sent_again(opened, web_unit):
    play = opened(web_unit)
    tag = play.ask("f/style.css").headers["ETag"]
    answer = play.ask("f/style.css", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert play.ask("f/js/count.js").headers["ETag"] != tag


def test_an_empty_file_is_a_file(opened, files):
    answer = opened(files({"empty.css": b""})).ask("f/empty.css")
    assert (answer.status_code, answer.data) == (200, b"")


def test_a_link_in_the_wrong_case_finds_its_file(opened, web_unit):
    assert opened(web_unit).ask("f/JS/Count.JS").status_code == 200


def test_a_folder_opens_its_index(opened, files):
    assert opened(files({"part/index.htm": PAGE})).ask("f/part/").data.decode() == PAGE


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "..\\..\\boot.ini",
        "index.html%00.png", "index.html%0d%0aSet-Cookie:%20a=b", "%ff%fe", "nothing.html", "index.html/", "",
    ],
)  # fmt: skip
def test_a_name_that_is_no_file_of_the_package_is_not_found(opened, web_unit, name):
    answer = opened(web_unit).ask(f"f/{name}" if name else "f")
    assert answer.status_code in (200, 404)
    assert "root:" not in answer.text
    assert "Set-Cookie" not in answer.headers
    if answer.status_code == 200:
        assert "A page with a counter" in answer.text


def test_names_with_spaces_and_letters_of_every_language_are_found(opened, files):
    play = opened(files({"Bild é 中 100%.png": b"x"}))
    assert play.ask("f/Bild%20%C3%A9%20%E4%B8%AD%20100%25.png").data == b"x"


@pytest.mark.parametrize(
    "name, content, media_type",
    [
        ("a.html", "<p>Größe".encode(), "text/html; charset=utf-8"),
        ("a.html", "<p>Größe".encode("cp1252"), "text/html; charset=windows-1252"),
        ("a.html", b'<meta charset="iso-8859-2"><p>', "text/html"),
        ("a.html", "\ufeff<p>".encode("utf-16"), "text/html"),
        ("A.HTM", b"<p>", "text/html; charset=utf-8"),
        ("a.txt", b"plain", "text/plain; charset=utf-8"),
        ("a.js", b"1", "text/javascript"),
        ("a.svg", b"<svg/>", "image/svg+xml"),
        ("a.vtt", b"WEBVTT", "text/vtt; charset=utf-8"),
        ("a.woff2", b"x", "font/woff2"),
        ("a.png", b"<script>alert(1)</script>", "image/png"),
    ],
)
def test_the_type_comes_from_our_table(opened, files, name, content, media_type):
    answer = opened(files({name: content})).ask(f"f/{name}")
    assert answer.headers["Content-Type"] == media_type
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize("name", ["a.exe", "a.php", "a", "a.unknown", "a.swf"])
def test_an_unknown_type_is_a_download(opened, files, name):
    answer = opened(files({name: b"<script>"})).ask(f"f/{name}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment"


def test_a_pdf_is_served_in_ranges(opened, pdf_unit, tmp_path):
    whole = media.pdf(tmp_path / "again.pdf").read_bytes()
    play = opened(pdf_unit)
    assert play.ask(f"f/{pdf_unit.play['href']}").data == whole
    assert play.ask(f"f/{pdf_unit.play['href']}", headers={"Range": "bytes=0-4"}).data == b"%PDF-"


def test_a_file_takes_one_statement_at_most(opened, web_unit, statements):
    play = opened(web_unit)
    assert len(statements(lambda: play.ask("f/index.html"))) == 2  # the play, and once a process the package's index
    assert statements(lambda: play.ask("f/style.css")) == []  # read a moment ago
    lately.forget()
    assert len(statements(lambda: play.ask("f/index.html", headers={"Range": "bytes=0-1"}))) == 1


def test_a_closed_play_serves_its_files_for_two_seconds_at_most(opened, web_unit, monkeypatch):
    play = opened(web_unit)
    play.ask("f/style.css")
    play.post("end", {})
    later = time.monotonic() + lately.SECONDS
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert play.ask("f/style.css").status_code == 404


def test_files_are_only_read(opened, web_unit):
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = opened(web_unit).ask("f/index.html", method)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"


def test_a_file_that_the_storage_lost_is_not_found(app, opened, web_unit):
    play = opened(web_unit)
    for path in Path(app.config["FRONTLINE"].storage.removeprefix("file:")).rglob("*"):
        if path.is_file():
            path.unlink()
    assert play.ask("f/index.html").status_code == 404


@pytest.mark.parametrize("mode", [Mode.LEARN, Mode.PREVIEW])
def test_a_preview_is_served_like_the_real_thing(opened, web_unit, mode):
    assert opened(web_unit, mode=mode).ask("f/index.html").status_code == 200
