"""The headers of every kind of answer of the content origin: the table of docs/content.md, line by line."""

import pytest

from tests.learn.content.conftest import LMS

APP = "http://frontline.localhost:5000"
SANDBOX = "sandbox allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals allow-downloads"
OPAQUE = SANDBOX.replace("allow-same-origin ", "")
SOURCES = (
    "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self'; media-src 'self' data: blob:; "
    "frame-src 'self'; img-src 'self' data: blob:; form-action 'self'; base-uri 'self'; object-src 'none'"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), fullscreen=(self), "
    "autoplay=(self)",
    "X-Robots-Tag": "noindex",
}
ANSWERS = {
    "the player": ("GET", "player", 200, "no-store"),
    "a file": ("GET", "f/sco/index.html", 200, "private, max-age=3600"),
    "a file's head": ("HEAD", "f/sco/index.html", 200, "private, max-age=3600"),
    "no such file": ("GET", "f/nothing.html", 404, "no-store"),
    "a file written to": ("POST", "f/sco/index.html", 405, "no-store"),
    "a message": ("POST", "commit", 400, "no-store"),
    "an address that is none": ("GET", "nothing", 404, "no-store"),
    "a message asked for": ("GET", "commit", 405, "no-store"),
}


def is_never_there(answer):
    return not {"X-Frame-Options", "Set-Cookie", "Service-Worker-Allowed", "Server"} & set(answer.headers.keys())


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_of_a_play_has_its_headers(opened, scorm12, name):
    method, path, status, caching = ANSWERS[name]
    play = opened(scorm12)
    answer = play.ask(path, method)
    assert answer.status_code == status
    assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
    assert answer.headers["Content-Security-Policy"] == (
        f"{SANDBOX}; {SOURCES}; frame-ancestors 'self' {APP} {LMS}; report-uri /c/{play.token}/csp"
    )
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cache-Control"] == caching
    assert is_never_there(answer)


@pytest.mark.parametrize(
    "headers, status", [({"Range": "bytes=0-1"}, 206), ({"Range": "bytes=999999-"}, 416), ({"If-None-Match": "*"}, 304)]
)
def test_parts_of_a_file_have_them_too(opened, scorm12, headers, status):
    play = opened(scorm12)
    if status == 304:
        headers = {"If-None-Match": play.ask("f/sco/index.html").headers["ETag"]}
    answer = play.ask("f/sco/index.html", headers=headers)
    assert answer.status_code == status
    assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
    assert answer.headers["Content-Security-Policy"].startswith(SANDBOX)
    assert is_never_there(answer)


def test_pages_with_scripts_of_their_own_have_an_opaque_origin(opened, web_unit):
    play = opened(web_unit)
    for path in ("player", "f/index.html", "f/nothing.html"):
        answer = play.ask(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith(f"{OPAQUE}; {SOURCES}")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert is_never_there(answer)
    assert f"frame-ancestors 'self' {APP} {LMS}" in play.ask("player").headers["Content-Security-Policy"]
    # An opaque page above it would meet no source, so a file of such a package names none.
    assert "frame-ancestors" not in play.ask("f/index.html").headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path", ["/", "/learn", "/static/css/base.css", "/healthz", "/c/", "/c/short/player", "/_p/nothing.js"]
)
def test_there_is_nothing_else_on_a_content_host(opened, scorm12, path):
    answer = opened(scorm12).ask(path)
    assert answer.status_code == 404
    assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
    assert f"{SANDBOX}; {SOURCES}; frame-ancestors 'self' {APP}" == answer.headers["Content-Security-Policy"]
    assert is_never_there(answer)


def test_a_capability_that_nobody_has_is_told_in_words(opened, scorm12):
    answer = opened(scorm12).ask("/c/AAAAAAAAAAAAAAAAAAAAAA/player")
    assert answer.status_code == 404
    assert "open it again" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith(SANDBOX)


def test_the_players_files_are_kept_for_a_year_and_can_be_read_by_opaque_pages(opened, scorm12):
    play = opened(scorm12)
    for name in (
        "scorm-again-3.4.3/scorm12.min.js",
        "pdfjs-dist-6.5.438/pdf.worker.min.mjs",
        "h5p-standalone-3.8.2/gpl-3.0.txt",
    ):
        answer = play.ask(f"/_p/{name}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
        assert is_never_there(answer)
    assert play.ask("/_p/pdfjs-dist-6.5.438/pdf.min.mjs").headers["Content-Type"].startswith("text/javascript")


def test_the_players_files_have_their_headers_when_they_are_not_sent(opened, scorm12):
    play = opened(scorm12)
    path = "/_p/scorm-again-3.4.3/scorm12.min.js"
    for method, headers, status in (
        ("GET", {"If-None-Match": play.ask(path).headers["ETag"]}, 304), ("POST", {}, 405), ("GET", {"Range": "bytes=0-9"}, 206),
    ):  # fmt: skip
        answer = play.ask(path, method, headers=headers)
        assert answer.status_code == status
        assert {key: answer.headers.get(key) for key in ALWAYS} == ALWAYS
        assert answer.headers["Content-Security-Policy"].startswith(SANDBOX)


@pytest.mark.parametrize("path", ["f/sco/index.html", "player", "/_p/scorm-again-3.4.3/scorm12.min.js", "/"])
def test_a_service_worker_is_refused_whatever_its_script_is(opened, scorm12, path):
    answer = opened(scorm12).ask(path, headers={"Service-Worker": "script"})
    assert answer.status_code == 403
    assert answer.headers["Content-Security-Policy"].startswith(SANDBOX)


def test_every_file_that_the_player_names_is_there(opened, scorm12, scorm2004, h5p_unit, pdf_unit, web_unit):
    from bs4 import BeautifulSoup

    for unit in (scorm12, scorm2004, h5p_unit, pdf_unit, web_unit):
        play = opened(unit)
        page = BeautifulSoup(play.ask("player").text, "html.parser")
        named = [tag["src"] for tag in page.select("script[src]")] + [tag["href"] for tag in page.select("link")]
        assert len(named) >= 2
        for path in named:
            assert play.ask(path).status_code == 200, path
        assert not page.select("[style], [onclick], style, script:not([src]):not([type='application/json'])")


def test_without_h5p_none_of_it_is_served(environment, template):
    from learn.app import create_app

    app = create_app({**environment, "FRONTLINE_H5P": "off"})
    http = app.test_client(use_cookies=False)
    host = "http://abc.content.localhost:5000"
    assert http.get("/_p/h5p-standalone-3.8.2/frame.bundle.js", base_url=host, buffered=True).status_code == 404
    assert http.get("/_p/scorm-again-3.4.3/scorm12.min.js", base_url=host, buffered=True).status_code == 200
