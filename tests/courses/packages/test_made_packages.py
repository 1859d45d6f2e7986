"""The packages that tests make are what they say: every switch is known, and no file in them is anybody else's."""

import pypdf
import pytest
import webvtt

from courses.packages import detect
from courses.packages.archive import open_archive
from courses.packages.report import Report
from tests.packages import h5p, media, scorm, web

MAKERS = [scorm.scorm12, scorm.scorm2004, scorm.two_scos, h5p.question, h5p.text, web.pages]

SLIPS = [{}, {"without_utf8_flag": True, "files": {"café/é.txt": "x"}}, {"backslashes": True, "mac": True}]


def opened(path):
    report = Report()
    files = open_archive(path, report)
    assert files is not None, report.problems
    return files


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: f"{make.__module__}.{make.__name__}")
@pytest.mark.parametrize("quirk", SLIPS, ids=str)
def test_a_made_package_passes_the_rules_of_archives(tmp_path, make, quirk):
    with opened(make(tmp_path / "a.zip", **quirk)).file as file:
        assert file.testzip() is None
    assert detect.of_files(opened(tmp_path / "a.zip")).format in ("scorm12", "scorm2004", "h5p", "web")
    if "files" in quirk:
        assert "café/é.txt" in opened(tmp_path / "a.zip").names()


def test_a_switch_that_nobody_knows_is_refused(tmp_path):
    with pytest.raises(TypeError):
        scorm.scorm12(tmp_path / "a.zip", never_finshes=True)


@pytest.mark.parametrize("quirk", sorted(set(scorm.BEHAVIOURS) - {"probes", "popup", "absolute_links"}))
def test_each_behaviour_is_asked_for_by_the_script(tmp_path, quirk):
    files = opened(scorm.scorm12(tmp_path / "a.zip", **{quirk: True}))
    assert f"quirks.{quirk}" in files.read("sco/sco.js").decode()
    assert f'"{quirk}": true' in files.read("sco/index.html").decode()


def test_the_popup_and_the_probes_bring_their_files(tmp_path):
    places = {"app": "http://a.localhost"}
    names = opened(scorm.scorm12(tmp_path / "a.zip", popup=True, probes=places)).names()
    assert {"sco/window.html", "sco/probes.js", "sco/sw.js", "sco/data.xyz"} <= set(names)


@pytest.mark.parametrize("pages", [1, 12])
def test_a_pdf_has_its_pages_and_their_words(tmp_path, pages):
    found = pypdf.PdfReader(media.pdf(tmp_path / "a.pdf", pages, title="Consent (short)"), strict=True)
    assert len(found.pages) == pages
    assert f"Page {pages}. Ask first." in found.pages[-1].extract_text()
    assert found.metadata.title == "Consent (short)"


def test_films_and_captions_are_told_for_what_they_are(tmp_path):
    assert detect.of_single_file(media.webm(tmp_path / "a.webm")).format == "video"
    assert detect.of_single_file(media.mp4_head(tmp_path / "a.mp4")).format == "video"
    assert len(webvtt.read(media.captions(tmp_path / "a.vtt")).captions) == 3
