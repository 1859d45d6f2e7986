"""From files to a module: what becomes of them, what is refused, and that versions never change."""

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import func, select

from courses import publishing
from courses.catalogue import Module, ModuleVersion, Origin, Unit, VersionState
from courses.db import now
from courses.learning import enrolments, learners
from courses.storage import Storage, StorageError, open_storage
from tests.modules import PAGES, QUIZ, WHOLE, bring_in, make_module, make_theme, units_of


def png(mode="RGB", size=(4, 3)):
    stream = io.BytesIO()
    Image.new(mode, size).save(stream, "PNG")
    return stream.getvalue()


def body(session, storage, text, **more):
    """The one page's HTML as it is stored."""
    return make_module(session, storage, {"a.md": text, **more}).units[0].body_html


def codes(report, level=None):
    return {problem.code for problem in report.problems if level in (None, problem.level)}


def test_a_module_of_files_has_their_units_in_order(session, storage):
    report = bring_in(
        session,
        storage,
        {f"{n}-page.md": f"# Page {n}\n\nText." for n in (10, 2, 1)} | {"README.md": "# Begin\n\nHere."},
    )
    assert [unit["title"] for unit in report.units] == ["Begin", "Page 1", "Page 2", "Page 10"]
    assert (report.format, report.version, report.accepted) == ("markdown", 1, True)


def test_the_same_content_twice_makes_one_version(session, storage):
    make_module(session, storage)
    again = bring_in(session, storage, WHOLE)
    assert (again.accepted, again.version) == (True, 1)
    assert "same_content" in codes(again)
    assert session.scalar(select(func.count()).select_from(ModuleVersion)) == 1


def test_a_published_version_stays_as_it_is_when_a_new_one_comes(session, storage):
    first = make_module(session, storage)
    before = units_of(session, first.version_id)
    learner_id = learners.add(session, now())
    enrolments.enrol(session, learner_id, first.id, now())
    second = make_module(session, storage, {**WHOLE, "01-why.md": "# Why people say yes\n\nThey are asked."})
    assert second.id == first.id
    assert units_of(session, first.version_id) == before
    assert enrolments.enrol(session, learner_id, first.id, now()).version_id == first.version_id
    newcomer = learners.add(session, now())
    assert enrolments.enrol(session, newcomer, first.id, now()).version_id == second.version_id
    assert [unit.stable_key for unit in second.units] == [unit.stable_key for unit in first.units]


def test_only_a_draft_can_be_published(session, storage):
    made = make_module(session, storage)
    with pytest.raises(publishing.CannotPublish):
        publishing.publish(session, made.version_id, now())


def test_a_retired_version_is_given_to_nobody_new(session, storage):
    made = make_module(session, storage)
    publishing.retire(session, made.version_id)
    assert session.scalar(select(Module.current_version_id)) is None
    assert session.scalar(select(ModuleVersion.state)) is VersionState.RETIRED


def test_a_draft_is_not_what_learners_get(session, storage):
    assert bring_in(session, storage, PAGES).accepted
    assert session.scalar(select(Module.current_version_id)) is None


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<svg onload=alert(1)></svg>",
        "<iframe src='https://x.example'></iframe>", "<style>*{display:none}</style>", "<p style='position:fixed'>x</p>",
        "<form action='https://x.example'><input name=a></form>", "<a href='//x.example/'>x</a>", "<math><mi xlink:href='javascript:1'></mi></math>",
        "<img src='https://x.example/track.png' alt=x>", "<base href='https://x.example'>", "<meta http-equiv=refresh content='0;url=https://x'>",
    ],
)  # fmt: skip
def test_nothing_that_runs_or_calls_elsewhere_comes_through(session, storage, harm):
    made = body(session, storage, f"# A\n\nBefore.\n\n{harm}\n\nAfter.")
    assert "Before." in made
    for sign in (
        "script",
        "onerror",
        "onload",
        "javascript:",
        "<iframe",
        "style",
        "<form",
        "<input",
        "x.example",
        "<base",
        "<meta",
    ):
        assert sign not in made


def test_headings_begin_at_two_and_skip_none(session, storage):
    made = body(session, storage, "# Title\n\n### First\n\n##### Deep\n\n### Second\n")
    assert "<h1" not in made
    assert made.index("<h2>First</h2>") < made.index("<h3>Deep</h3>") < made.index("<h2>Second</h2>")


def test_links_out_open_in_a_new_tab_and_say_so(session, storage):
    made = body(session, storage, "# A\n\n[The HRA](https://www.hra.nhs.uk)")
    assert 'target="_blank" rel="noopener noreferrer"' in made
    assert "(opens in a new tab)" in made


def test_a_link_between_pages_leads_to_the_unit(session, storage):
    module = make_module(session, storage, {"1.md": "# A\n\n[next](2.md)", "2.md": "# B\n\nText."})
    assert 'href="/modules/a-module/units/2"' in module.units[0].body_html


def test_a_dead_link_is_a_warning(session, storage):
    report = bring_in(session, storage, {"1.md": "# A\n\n[gone](3.md)"})
    assert report.accepted
    assert codes(report, "warning") == {"dead_link"}


def test_a_picture_is_drawn_anew_and_has_its_size(session, storage):
    harmful = png() + b"<script>alert(1)</script>"
    module = make_module(session, storage, {"a.md": "# A\n\n![A ward](pictures/a.png)", "pictures/a.png": harmful})
    kept = module.units[0].media["images"][0]
    assert 'width="4" height="3"' in module.units[0].body_html
    assert f"/modules/a-module/files/{kept['sha256']}.png" in module.units[0].body_html
    assert b"script" not in Storage(storage).path(kept["sha256"]).read_bytes()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1"])
def test_every_kind_of_picture_is_kept(session, storage, mode):
    assert "<img" in body(session, storage, "# A\n\n![x](a.png)", **{"a.png": png(mode)})


def test_a_picture_without_a_description_or_a_file_is_a_warning(session, storage):
    files = {
        "a.html": "<h1>A</h1><img src=a.png><img src=b.png alt=x><img src=c.png alt=x>",
        "a.png": png(),
        "c.png": b"not a picture",
    }
    report = bring_in(session, storage, files)
    assert codes(report, "warning") == {"no_description", "missing_picture", "odd_picture"}


def test_a_zip_of_html_pages_is_a_module(session, storage, tmp_path):
    make_theme(session)
    path = tmp_path / "my-pages.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(
            "site/index.html",
            "<html><head><title>Begin here</title></head><body><p>Hello.</p><svg></svg></body></html>",
        )
        file.writestr("site/2.html", "<h1>Second</h1><h4>Part</h4>")
    report = publishing.import_file(session, Storage(storage), path, origin=Origin.AUTHOR, now=now())
    assert (report.accepted, report.format, report.slug, report.title) == (True, "web", "my-pages", "My pages")
    assert [unit["title"] for unit in report.units] == ["Begin here", "Second"]
    assert codes(report, "note") == {"theme", "left_out"}


@pytest.mark.parametrize(
    "change, code",
    [
        (("correct = true\nfeedback = \"Yes: the person.\"", "feedback = \"x\""), "question"),
        (("kind = \"single\"", "kind = \"riddle\""), "question"),
        (("pass_mark = 75", "pass_mark = 120"), "share"),
        (("prompt = \"What comes first?\"", ""), "question"),
        (("+++\ntitle", "+++\nthis is not toml\ntitle"), "front_matter"),
        (("kind = \"quiz\"", "kind = \"dance\""), "unknown_kind"),
    ],
)  # fmt: skip
def test_a_quiz_that_cannot_work_is_refused_in_words(session, storage, change, code):
    report = bring_in(session, storage, {"quiz.md": QUIZ.replace(*change)})
    assert not report.accepted
    assert code in codes(report, "error")
    assert session.scalar(select(func.count()).select_from(Module)) == 0


def film(**change):
    head = {"title": '"Film"', "kind": '"video"', "video": '"a.webm"', "captions": '"a.vtt"', **change}
    lines = "\n".join(f"{name} = {value}" for name, value in head.items() if value)
    return f"+++\n{lines}\n+++\nHello there everybody in the ward."


FILM = {"a.webm": b"\x1a\x45\xdf\xa3", "a.vtt": "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"}


def test_a_video_with_captions_and_transcript_is_a_unit(session, storage):
    unit = make_module(session, storage, {"film.md": film(), **FILM}).units[0]
    assert unit.media["video"]["media_type"] == "video/webm"
    assert "Hello there everybody" in unit.media["transcript_html"]


@pytest.mark.parametrize(
    "files, code",
    [
        ({"film.md": film(captions=None), **FILM}, "no_captions"),
        ({"film.md": film(), **FILM, "a.vtt": "not captions"}, "captions"),
        ({"film.md": film().split("Hello")[0], **FILM}, "no_transcript"),
        ({"film.md": film(video='"gone.webm"'), **FILM}, "missing_file"),
        ({"film.md": film(video='"a.vtt"'), **FILM}, "video_kind"),
    ],
)
def test_a_video_without_what_everybody_needs_is_refused(session, storage, files, code):
    report = bring_in(session, storage, files)
    assert not report.accepted
    assert code in codes(report, "error")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "ftp://x.example/a", "https://", "nhs.uk"])
def test_a_link_needs_an_address(session, storage, url):
    report = bring_in(
        session, storage, {"a.md": "# A\n\nText.", "l.md": f'+++\ntitle = "L"\nkind = "link"\nurl = "{url}"\n+++\n'}
    )
    assert "no_address" in codes(report, "error")


@pytest.mark.parametrize(
    "name, content, kind",
    [
        ("imsmanifest.xml", "<manifest xmlns:adlcp='http://www.adlnet.org/xsd/adlcp_rootv1p2'/>", "scorm12"),
        ("imsmanifest.xml", "<manifest><schemaversion>2004 3rd Edition</schemaversion></manifest>", "scorm2004"),
        ("imsmanifest.xml", "<manifest xmlns='http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1'/>", "common_cartridge"),
        ("cmi5.xml", "<courseStructure/>", "cmi5"),
        ("tincan.xml", "<tincan/>", "tincan"),
        ("h5p.json", '{"mainLibrary": "H5P.Accordion"}', "h5p"),
        ("mimetype", "application/epub+zip", "epub"),
        ("picture.bin", "0", "unknown"),
    ],
)  # fmt: skip
def test_what_comes_later_is_refused_by_its_name_and_with_a_way_out(session, storage, name, content, kind):
    report = bring_in(session, storage, {f"folder/{name}": content, "folder/index.txt": "x"})
    assert (report.accepted, report.format) == (False, kind)
    assert len(report.problems[0].message) > 40


@pytest.mark.parametrize(
    "content, kind",
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x00\x00\x00\x20ftypisom", "video"),
        (b"<?xml version='1.0'?><quiz></quiz>", "moodle_xml"),
        (b"::Q1:: Who? {=You ~Me}", "gift"),
        (b"Who?\nA. You\nB. Me\nANSWER: A\n", "aiken"),
    ],
)
def test_a_single_file_is_known_by_what_is_in_it(session, storage, tmp_path, content, kind):
    path = tmp_path / "upload.zip"
    path.write_bytes(content)
    report = publishing.import_file(session, Storage(storage), path, origin=Origin.AUTHOR, now=now())
    assert (report.accepted, report.format) == (False, kind)


def test_an_unknown_theme_or_slug_is_refused_with_what_there_is(session, storage):
    report = bring_in(session, storage, PAGES, theme="cooking", slug="Not A Slug")
    assert codes(report, "error") == {"theme", "slug"}
    assert "research-culture" in " ".join(problem.message for problem in report.problems)


def test_a_module_that_requires_nothing_is_refused(session, storage):
    report = bring_in(session, storage, {"a.md": '+++\ntitle = "A"\nrequired = false\n+++\nText.'})
    assert codes(report, "error") == {"nothing_required"}


def test_units_with_one_name_get_keys_of_their_own(session, storage):
    module = make_module(session, storage, {"1-a.md": "# A\n\nx", "2-a.md": "# A\n\ny"})
    assert [unit.stable_key for unit in module.units] == ["a", "a-2"]
    assert session.scalar(select(func.count()).select_from(Unit)) == 2


def test_the_storage_keeps_content_once_and_gives_it_back(tmp_path):
    storage = open_storage(f"file:{tmp_path / 'kept'}")
    name = storage.put(b"hello")
    assert storage.put(io.BytesIO(b"hello")) == name
    assert (storage.path(name).read_bytes(), storage.size(name)) == (b"hello", 5)


@pytest.mark.parametrize("url", ["gs://bucket", "folder", ""])
def test_a_storage_of_another_kind_is_refused_in_one_line(url):
    with pytest.raises(StorageError):
        open_storage(url)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 64, "0" * 64])
def test_the_storage_gives_nothing_that_is_not_in_it(tmp_path, name):
    with pytest.raises(StorageError):
        Storage(tmp_path).path(name)
