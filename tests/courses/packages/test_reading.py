"""From a file to a module's content: web packages, PDFs, videos; what is kept, and what is said."""

import dataclasses
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter

from courses.catalogue import Rule, UnitKind
from courses.packages import reading, stored
from courses.storage import Storage
from tests.packages import banks, h5p, hostile, media, scorm

ROOT = Path(__file__).parents[3]


@pytest.fixture
def storage(tmp_path):
    return Storage(tmp_path / "storage")


def codes(report, level=None):
    return {problem.code for problem in report.problems if level in (None, problem.level)}


@pytest.mark.parametrize(
    "brought",
    [
        "<script>1</script>", "<script src='a.js'></script>", "<link rel='stylesheet' href='a.css'>", "<style>a{}</style>",
        "<form><input></form>", "<button onclick='go()'>x</button>", "<iframe src='b.html'></iframe>", "<video src='a.mp4'></video>",
        "<LINK HREF='a.css' REL=stylesheet>",
    ],
)  # fmt: skip
def test_pages_that_bring_more_than_text_are_played_as_they_are(tmp_path, storage, brought):
    files = {"b.html": "<p>B</p>", "index.html": f"<title>The course</title>{brought}<p>A</p>", "a.js": "", "a.css": ""}
    report, content = reading.read(hostile.made(tmp_path / "a.zip", files), storage)
    unit = content.units[0]
    assert (report.format, len(content.units), content.title) == ("web", 1, "The course")
    assert (unit.kind, unit.rule, unit.play) == (UnitKind.WEB, Rule.VIEWED, {"href": "index.html"})
    assert "played_as_web" in codes(report, "note")
    assert storage.size(unit.package.sha256) == unit.package.size == (tmp_path / "a.zip").stat().st_size


@pytest.mark.parametrize(
    "plain", ["<p>A</p>", "<p title='only one script'>onclick=x</p>", "<img src='a.png' alt=''>", "<svg></svg>"]
)
def test_plain_pages_are_pages_of_the_site(tmp_path, storage, plain):
    files = {"index.html": f"<h1>One</h1>{plain}", "b.html": "<h1>Two</h1><p>B</p>"}
    report, content = reading.read(hostile.made(tmp_path / "a.zip", files), storage)
    assert (report.format, [unit.kind for unit in content.units]) == ("web", [UnitKind.PAGE] * 2)


def test_the_first_page_is_the_index_at_the_top(tmp_path, storage):
    files = {"a.html": "x", "sub/index.html": "x", "Index.htm": "<script></script>", "z.html": "x"}
    _, content = reading.read(hostile.made(tmp_path / "a.zip", files), storage)
    assert content.units[0].play == {"href": "Index.htm"}


def test_a_package_is_kept_whole_and_its_members_are_found(tmp_path, storage):
    path = scorm.scorm12(tmp_path / "a.zip")
    _, content = reading.read(path, storage)
    package = content.units[0].package
    assert storage.path(package.sha256).read_bytes() == path.read_bytes()
    members = stored.Members(package.sha256, package.index)
    page = b"".join(stored.chunks(storage, package.sha256, members.find(content.units[0].play["href"])))
    assert b"<html" in page
    assert package.entry_count == len(members.by_name)


def test_all_parts_of_a_package_share_one_object(tmp_path, storage):
    _, content = reading.read(scorm.two_scos(tmp_path / "a.zip"), storage)
    assert len(content.units) == 2
    assert len({unit.package.sha256 for unit in content.units}) == 1
    assert len(storage.names()) == 1


def test_h5p_can_be_switched_off(tmp_path, storage):
    path = h5p.question(tmp_path / "a.h5p")
    assert reading.read(path, storage)[1] is not None
    report, content = reading.read(path, storage, plays_h5p=False)
    assert content is None
    assert "switched H5P off" in report.problems[0].message


def test_what_was_read_can_be_given_to_another_process(tmp_path, storage):
    read = reading.read(scorm.scorm2004(tmp_path / "a.zip"), storage)
    assert pickle.loads(pickle.dumps(read)) == read


def test_a_name_that_was_chosen_wins_and_a_copy_is_called_after_its_file(tmp_path, storage):
    path = hostile.made(tmp_path / "k3jh5", {"a.md": "# A\n\nText."})
    assert reading.read(path, storage, name="asking-well.zip")[1].title == "Asking well"
    chosen = reading.read(
        scorm.scorm12(tmp_path / "b"), storage, name="x.zip", title="Ours", slug="our-own", theme="t"
    )[1]
    assert (chosen.title, chosen.slug, chosen.theme) == ("Ours", "our-own", "t")


def test_a_pdf_is_a_unit_with_its_pages(tmp_path, storage):
    path = media.pdf(tmp_path / "Asking for consent.pdf", 3, title="Consent")
    report, content = reading.read(path, storage)
    unit = content.units[0]
    assert (report.format, unit.kind, unit.title, unit.rule, unit.threshold) == (
        "pdf",
        UnitKind.PDF,
        "Consent",
        Rule.SEEN,
        80,
    )
    assert unit.play == {"href": "Asking-for-consent.pdf", "pages": 3}
    assert (unit.package.is_zip, unit.package.entry_count) == (False, 1)
    members = stored.Members(unit.package.sha256, unit.package.index)
    whole = b"".join(stored.chunks(storage, unit.package.sha256, members.find("Asking-for-consent.pdf")))
    assert whole == path.read_bytes()
    assert codes(report) == {"pdf_pages", "not_tagged"}


def written(path, *, password=None, pages=1):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(path)
    return path


def test_a_pdf_of_pictures_alone_is_a_warning(tmp_path, storage):
    report, content = reading.read(written(tmp_path / "a.pdf"), storage)
    assert content.title == "A"
    assert codes(report, "warning") == {"no_text", "not_tagged"}
    assert "no_title" in codes(report, "note")


def test_a_pdf_that_is_locked_is_refused_and_one_that_only_says_so_is_not(tmp_path, storage):
    report, content = reading.read(written(tmp_path / "a.pdf", password="secret"), storage)
    assert content is None
    assert codes(report, "error") == {"encrypted"}
    assert reading.read(written(tmp_path / "b.pdf", password=""), storage)[1] is not None


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj <<", b"%PDF-1.4\nxref\n0 99999999\ntrailer <</Root 1 0 R>>\n%%EOF"]
)
def test_a_pdf_that_is_broken_is_refused(tmp_path, storage, content):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    report, read = reading.read(path, storage)
    assert read is None
    assert codes(report, "error") <= {"pdf_damaged", "pdf_pages"}
    assert storage.names() == []


def test_a_pdf_without_end_is_refused(tmp_path, storage, monkeypatch):
    monkeypatch.setattr("courses.packages.pdf.LONGEST", 3)
    assert codes(reading.read(written(tmp_path / "a.pdf", pages=4), storage)[0], "error") == {"pdf_pages"}


def film(tmp_path, storage, captions="WEBVTT\n\n00:00.000 --> 00:01.500\nAsk <i>first</i> & listen.\n", **more):
    path, vtt = media.webm(tmp_path / "asking first.webm"), tmp_path / "captions.vtt"
    vtt.write_bytes(captions if isinstance(captions, bytes) else captions.encode())
    return reading.read(path, storage, captions=vtt, **more)


def test_a_video_with_captions_is_a_unit_and_a_transcript_is_made(tmp_path, storage):
    report, content = film(tmp_path, storage)
    unit = content.units[0]
    assert (report.format, unit.kind, unit.rule, unit.title) == ("video", UnitKind.VIDEO, Rule.WATCHED, "Asking first")
    assert unit.media["video"]["media_type"] == "video/webm"
    assert unit.media["transcript_html"] == "<p>Ask first &amp; listen.</p>"
    assert storage.size(unit.media["video"]["sha256"]) == unit.media["video"]["bytes"]
    assert storage.path(unit.media["captions"]["sha256"]).read_bytes().startswith(b"WEBVTT")
    assert "transcript_made" in codes(report, "note")


def test_a_transcript_that_is_given_is_taken(tmp_path, storage):
    (tmp_path / "t.md").write_text("**Amina:** Ask first, then listen.\n\n<script>x</script>")
    report, content = film(tmp_path, storage, transcript=tmp_path / "t.md")
    assert "<strong>Amina:</strong> Ask first" in content.units[0].media["transcript_html"]
    assert "script" not in content.units[0].media["transcript_html"]
    assert "transcript_made" not in codes(report)


def test_a_video_without_captions_is_refused_in_words_that_say_how(tmp_path, storage):
    report, content = reading.read(media.webm(tmp_path / "a.webm"), storage)
    assert content is None
    assert "WebVTT" in report.problems[0].message
    assert report.lacks_captions
    assert storage.names() == []


@pytest.mark.parametrize(
    "captions, code",
    [("hello", "captions"), ("WEBVTT\n", "captions"), (b"\0\1\2", "captions"), ("x" * 3_000_000, "captions")],
    ids=["text", "empty", "bytes", "long"],
)
def test_captions_that_say_nothing_are_refused(tmp_path, storage, captions, code):
    report, content = film(tmp_path, storage, captions)
    assert content is None
    assert code in codes(report, "error")
    assert storage.names() == []


@pytest.mark.parametrize(
    "captions",
    [
        "1\n00:00:00,000 --> 00:00:01,500\nCaf\u00e9 first.\n",
        "WEBVTT\r\n\r\n00:00.000 --> 00:01.500\r\nCaf\u00e9 first.\r\n",
        "\ufeffWEBVTT\n\n00:00.000 --> 00:01.500\nCaf\u00e9 first.\n",
        "WEBVTT\n\n00:00.000 --> 00:01.500\nCaf\u00e9 first.\n".encode("utf-16"),
        "WEBVTT\n\n00:00.000 --> 00:01.500\nCaf\u00e9 first.\n".encode("cp1252"),
    ],
    ids=["srt", "windows", "mark", "utf-16", "cp1252"],
)
def test_captions_of_every_hand_become_webvtt(tmp_path, storage, captions):
    _, content = film(tmp_path, storage, captions)
    kept = storage.path(content.units[0].media["captions"]["sha256"]).read_text("utf-8")
    assert kept.startswith("WEBVTT\n")
    assert "00:01.500\nCaf\u00e9 first." in kept


def test_a_video_that_was_cut_off_is_refused(tmp_path, storage):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isommp41" + b"\1\0\0\0mdat" + b"x" * 100)
    report, content = reading.read(path, storage, captions=media.captions(tmp_path / "c.vtt"))
    assert content is None
    assert "video_damaged" in codes(report, "error")


def box(kind, content):
    return (len(content) + 8).to_bytes(4, "big") + kind + content


def test_a_video_tells_its_length_and_what_browsers_cannot_play(tmp_path, storage):
    head = b"\0\0\0\0" + b"\0" * 8 + (1000).to_bytes(4, "big") + (150_000).to_bytes(4, "big") + b"\0" * 80
    path = tmp_path / "a.mp4"
    path.write_bytes(
        box(b"ftyp", b"isom\0\0\2\0") + box(b"mdat", b"x" * 9) + box(b"moov", box(b"mvhd", head) + b"hvc1")
    )
    report, content = reading.read(path, storage, captions=media.captions(tmp_path / "c.vtt"))
    assert (report.facts["seconds"], content.units[0].minutes) == (150, 2)
    assert "codec" in codes(report, "warning")
    assert "late_index" in codes(report, "note")


def test_a_question_bank_is_a_module_with_one_quiz(tmp_path, storage):
    path = tmp_path / "bank.txt"
    path.write_text(
        "::First:: What comes first? {=The person ~The form}\n\n::Second:: It can be withdrawn. {T}\n\n::Third:: Odd {=\n"
    )
    report, content = reading.read(path, storage)
    assert (report.format, report.questions, content.units[0].kind) == ("gift", 2, UnitKind.QUIZ)
    assert any("Third" in problem.message for problem in report.problems if problem.level == "warning")


def test_pictures_of_a_refused_bank_are_not_kept(tmp_path, storage):
    path = tmp_path / "bank.xml"
    path.write_bytes(banks.moodle(banks.pictured()))
    assert reading.read(path, storage)[1] is not None
    assert len(storage.names()) == 1
    other = Storage(tmp_path / "other")
    assert reading.read(path, other, slug="Not A Slug")[1] is None
    assert other.names() == []


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path, storage):
    for place in (tmp_path / "none.zip", tmp_path):
        report, content = reading.read(place, storage)
        assert content is None
        assert "no such file" in report.problems[0].message


BIG = """
import sys
from pathlib import Path
from courses.packages import reading
from courses.storage import Storage
import pypdf
def peak():
    return next(int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
reading.read(Path(sys.argv[1]), Storage(Path(sys.argv[3])))
before = peak()
report, content = reading.read(Path(sys.argv[2]), Storage(Path(sys.argv[3])))
assert content is not None, report.problems
print((peak() - before) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_big_package_is_never_held_in_memory(tmp_path):
    small = scorm.scorm12(tmp_path / "small.zip")
    big = scorm.scorm12(tmp_path / "big.zip")
    with zipfile.ZipFile(big, "a", zipfile.ZIP_STORED) as file, file.open("film.mp4", "w", force_zip64=True) as entry:
        for _ in range(120):
            entry.write(bytes(1024 * 1024))
    told = subprocess.run(
        [sys.executable, "-c", BIG, small, big, tmp_path / "storage"], cwd=ROOT, capture_output=True, text=True, check=True
    )  # fmt: skip
    assert int(told.stdout) < 60


def test_content_holds_plain_values_only(tmp_path, storage):
    _, content = reading.read(scorm.scorm12(tmp_path / "a.zip"), storage)
    assert dataclasses.asdict(content)["units"][0]["play"]["version"] == "1.2"
