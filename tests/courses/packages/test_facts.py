"""What an author is told of a package beside its format: links, hosts, films, size; all at once, each with its file."""

import time

import pytest

from courses.packages import reading
from courses.packages.facts import gathering, links
from courses.packages.report import Report
from courses.storage import Storage
from tests.modules import Memory
from tests.packages import hostile


def gathered(files):
    report = Report()
    gathering.gather(Memory(files), report)
    return report


def told(report):
    return {(problem.level, problem.code, problem.path) for problem in report.problems}


def messages(report, code):
    return [problem.message for problem in report.problems if problem.code == code]


def test_a_file_that_is_named_and_missing_is_a_warning_with_its_page():
    files = {
        "pages/a.html": '<img src="../pictures/one.png"><script src=lib/gone.js></script><a href="b.html?x=1#y">b</a>',
        "pages/b.html": "x",
        "pictures/one.png": "x",
        "a.css": "a { background: url('pictures/two.png') } @import 'more.css';",
    }
    report = gathered(files)
    assert told(report) == {("warning", "missing_file", "pages/a.html"), ("note", "missing_in_style", "a.css")}
    assert "pages/lib/gone.js" in messages(report, "missing_file")[0]
    assert len(messages(report, "missing_in_style")) == 2


@pytest.mark.parametrize(
    "address",
    [
        "one%20two.html", "One Two.HTML", "./one two.html", "folder/", "folder", "#top", "?page=2", "", "data:image/png;base64,AAAA",
        "javascript:void(0)", "mailto:a@x.example", "tel:1", "blob:x", "{{ next }}", "${next}", "<%= next %>", "' + next + '",
        "about:blank", "folder/../one two.html", ".", "%%",
    ],
)  # fmt: skip
def test_an_address_that_leads_somewhere_or_is_made_by_a_script_is_no_problem(address):
    report = gathered({"index.html": f'<a href="{address}">x</a>', "one two.html": "x", "folder/a.html": "x"})
    assert told(report) == set()


def test_an_address_from_the_root_leaves_the_package_and_is_a_warning():
    report = gathered({"a/index.html": '<script src="/js/a.js"></script><a href="/">home</a>', "js/a.js": "x"})
    assert told(report) == {("warning", "absolute_link", "a/index.html")}
    assert len(messages(report, "absolute_link")) == 2
    assert "/js/a.js" in messages(report, "absolute_link")[0]


def test_hosts_are_told_by_what_is_done_with_them():
    page = (
        '<script src="https://cdn.example/a.js"></script><link rel=stylesheet href="//fonts.example/a.css">'
        '<iframe src="https://www.video.example/embed/1"></iframe><img src="HTTPS://CDN.example:8443/b.png">'
        '<a href="https://nhs.example/">NHS</a><html xmlns="http://www.w3.org/1999/xhtml">'
    )
    report = gathered({"a.html": page, "a.js": 'fetch("https:\\/\\/api.example\\/x"); // http://www.w3.org/2000/svg'})
    assert report.facts["hosts"] == ["cdn.example", "fonts.example", "www.video.example"]
    assert report.facts["hosts_linked"] == ["nhs.example"]
    assert report.facts["hosts_named"] == ["api.example"]
    assert len(messages(report, "outside_host")) == 3
    assert "cdn.example (2 times)" in messages(report, "outside_host")[0]
    assert "nhs.example" in messages(report, "outside_link")[0]
    assert "api.example" in messages(report, "named_host")[0]


@pytest.mark.parametrize(
    "files, has_captions",
    [
        ({"a/film.mp4": "x"}, False),
        ({"a/film.mp4": "x", "a/film.vtt": "x"}, True),
        ({"a/film.mp4": "x", "a/Film.en-GB.vtt": "x"}, True),
        ({"a/film.mp4": "x", "b/film.vtt": "x"}, False),
        ({"a/film.mp4": "x", "a/p.html": '<video src="film.mp4"><track src="c.vtt"></video>', "a/c.vtt": "x"}, True),
        ({"a/film.mp4": "x", "a/p.html": '<video><source src="film.mp4"><track kind=captions src="c.vtt"></video>', "a/c.vtt": "x"}, True),
        ({"a/film.mp4": "x", "a/p.html": '<video src="film.mp4"></video>'}, False),
    ],
)  # fmt: skip
def test_a_video_without_captions_is_a_warning(files, has_captions):
    report = gathered(files)
    assert told(report) == (set() if has_captions else {("warning", "no_captions", "a/film.mp4")})


def test_a_text_file_is_read_to_a_limit_and_so_are_all_together(monkeypatch):
    page = '<script src="https://late.example/a.js"></script>'
    monkeypatch.setattr(gathering, "EACH", 100)
    assert gathered({"a.html": " " * 100 + page}).facts["hosts"] == []
    monkeypatch.setattr(gathering, "ALL", 100)
    report = gathered({"a.html": " " * 100, "b.html": page})
    assert told(report) == {("note", "not_all_seen", "b.html")}


def test_time_is_limited_too(monkeypatch):
    monkeypatch.setattr(gathering, "SECONDS", -1)
    assert told(gathered({"a.html": "x"})) == {("note", "not_all_seen", "a.html")}


@pytest.mark.parametrize(
    "piece", ['<a href="', "<a href='x' ", "<", "url(", "<script src=", '<a b="c" ', "https://a.", "<meta name=", "&#", "@import "]
)  # fmt: skip
def test_text_that_is_made_to_be_slow_is_not(piece):
    text = piece * (400_000 // len(piece))
    began = time.process_time()
    list(links.of_page(text))
    links.hosts_named(text)
    assert time.process_time() - began < 5


def test_the_report_of_a_zip_has_its_size_and_its_pages(tmp_path):
    files = {"index.html": "<title>Consent</title><script src=gone.js></script>" + "<p>word</p>" * 500, "b.html": "x"}
    path = hostile.made(tmp_path / "a.zip", files)
    report, content = reading.read(path, Storage(tmp_path / "storage"))
    facts = report.facts
    assert (facts["size"], facts["files"], facts["launch"]) == (path.stat().st_size, 2, ["index.html"])
    assert facts["unpacked"] == sum(map(len, files.values()))
    assert {problem.code for problem in report.problems} == {"missing_file", "played_as_web"}
    assert content.units[0].minutes == 3
