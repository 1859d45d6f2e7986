"""``frontline module upload``: every kind of file from a shell, with the same report in words and as JSON."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import func, select

from courses.catalogue import Module, ModuleVersion, Unit, VersionState
from courses.packages.models import Package
from courses.storage import open_storage
from tests.modules import make_theme
from tests.packages import h5p, hostile, media, scorm


@pytest.fixture
def upload(app, session):
    make_theme(session)
    session.commit()
    runner = app.test_cli_runner()

    def call(*arguments, code=0):
        result = runner.invoke(args=["module", "upload", *map(str, arguments)])
        assert result.exit_code == code, result.output
        session.rollback()
        return result.output

    return call


def bank(path):
    path.write_text("::First:: What comes first? {=The person ~The form}\n\n::Odd:: What? {=\n")
    return path


MADE = {
    "scorm12": (scorm.scorm12, "scorm"),
    "scorm2004": (scorm.scorm2004, "scorm"),
    "h5p": (h5p.question, "h5p"),
    "web": (lambda path: hostile.made(path, {"index.html": "<title>A</title><script></script>"}), "web"),
    "markdown": (lambda path: hostile.made(path, {"a.md": "# A\n\nText."}), "page"),
    "pdf": (media.pdf, "pdf"),
    "gift": (bank, "quiz"),
}


@pytest.mark.parametrize("format", MADE)
def test_every_format_becomes_a_module(upload, session, tmp_path, format):
    make, kind = MADE[format]
    told = json.loads(upload(make(tmp_path / "upload.bin"), "--json", "--slug", "mine", "--publish"))
    assert (told["accepted"], told["format"], told["slug"], told["version"]) == (True, format, "mine", 1)
    assert [unit["kind"] for unit in told["units"]] == [kind]
    assert {"title", "questions", "problems", "facts"} <= set(told)
    assert all(set(problem) == {"level", "code", "message", "path"} for problem in told["problems"])
    assert session.scalar(select(Module.current_version_id)) is not None
    assert session.scalar(select(ModuleVersion.format)) == format
    unit = session.execute(select(Unit.package_id, Unit.play)).one()
    assert (unit.package_id is not None) == bool(unit.play) == (kind in ("scorm", "h5p", "web", "pdf"))


def test_a_video_comes_with_its_captions(upload, session, tmp_path):
    film, captions = media.webm(tmp_path / "film.webm"), media.captions(tmp_path / "c.vtt")
    assert "Name its captions with --captions FILE." in upload(film, code=1)
    assert session.scalar(select(func.count()).select_from(Module)) == 0
    told = json.loads(upload(film, "--captions", captions, "--json"))
    assert (told["format"], told["units"][0]["kind"]) == ("video", "video")
    assert "transcript_made" in {problem["code"] for problem in told["problems"]}


def test_parts_of_a_package_are_units_of_one_package(upload, session, tmp_path):
    told = json.loads(upload(scorm.two_scos(tmp_path / "a.zip"), "--json"))
    assert [unit["title"] for unit in told["units"]] == ["Before you ask", "Asking"]
    assert session.scalar(select(func.count()).select_from(Package)) == 1
    assert len(set(session.scalars(select(Unit.package_id)))) == 1


def test_the_same_package_in_two_modules_is_kept_once(upload, session, tmp_path):
    path = scorm.scorm12(tmp_path / "a.zip")
    upload(path, "--slug", "one")
    upload(path, "--slug", "two")
    assert session.scalar(select(func.count()).select_from(Module)) == 2
    assert session.scalar(select(func.count()).select_from(Package)) == 1


def test_the_report_says_everything_in_words(upload, tmp_path):
    said = upload(scorm.scorm12(tmp_path / "a.zip")).splitlines()
    assert said[0] == "Consent course (consent-course), version 1, from a SCORM 1.2 package: 1 unit."
    assert "Format: SCORM 1.2." in said
    assert any(line.startswith("Opens at: ") for line in said)
    assert any(line.startswith("Size: ") and "files" in line for line in said)
    assert any(line.startswith("note: ") for line in said)


def test_a_refused_file_is_named_and_every_problem_is_said_at_once(upload, session, tmp_path):
    path = hostile.made(tmp_path / "a.zip", {"cmi5.xml": "<courseStructure/>", "index.html": "x"})
    said = upload(path, "--theme", "cooking", code=1).splitlines()
    assert said[0] == "The file was refused. It is a cmi5 package."
    assert any(line.startswith("error: ") and "SCORM" in line for line in said)
    assert any(line.startswith("error: There is no theme cooking") for line in said)
    assert session.scalar(select(func.count()).select_from(Package)) == 0


def test_a_file_that_names_what_is_not_here_leaves_nothing_of_its_pictures(upload, session, app, tmp_path):
    drawn = io.BytesIO()
    Image.new("RGB", (9, 7), "navy").save(drawn, "PNG")
    pages = {"a.md": "# A\n\n![A flag](a.png)\n\nSome words.", "a.png": drawn.getvalue()}
    for line in ('theme = "cooking"', 'requires = ["cooking"]'):
        path = hostile.made(tmp_path / "a.zip", {"module.toml": f"{line}\n", **pages})
        told = json.loads(upload(path, "--json", code=1))
        assert "cooking" in " ".join(problem["message"] for problem in told["problems"])
    assert open_storage(app.config["FRONTLINE"].storage).names() == []
    assert session.scalar(select(func.count()).select_from(Module)) == 0


def test_a_module_toml_with_the_wrong_kind_of_things_is_refused_in_words(upload, tmp_path):
    path = hostile.made(tmp_path / "a.zip", {"module.toml": "title = 5\nrequires = 3\n", "a.md": "# A\n\nWords."})
    told = json.loads(upload(path, "--json", code=1))
    assert [problem["message"] for problem in told["problems"] if problem["level"] == "error"] == [
        "In module.toml, title is a text in quotes.",
        "In module.toml, requires is a list of modules' slugs in square brackets.",
    ]


def test_publish_publishes_the_content_of_the_file_and_no_newer_draft(upload, session, tmp_path):
    first = hostile.made(tmp_path / "a.zip", {"a.md": "# A\n\nWords."})
    second = hostile.made(tmp_path / "b.zip", {"a.md": "# A\n\nOther words."})
    upload(first, "--slug", "a")
    upload(second, "--slug", "a")
    upload(first, "--slug", "a", "--publish")
    states = session.execute(select(ModuleVersion.state).order_by(ModuleVersion.n)).scalars().all()
    assert states == [VersionState.PUBLISHED, VersionState.DRAFT]
