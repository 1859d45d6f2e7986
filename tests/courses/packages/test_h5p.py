"""H5P: what is in the file, what is missing, whether it scores, and what its author should know."""

import json

import pytest

from courses.catalogue import Rule, UnitKind
from courses.packages.h5p.libraries import GAPS, HOLDERS, SCORES
from tests.courses.packages.reading import levels, read_zip, said
from tests.packages import h5p


def read(tmp_path, **wanted):
    return read_zip(h5p.package(tmp_path / "a.h5p", **wanted))


def test_an_h5p_that_scores_is_complete_when_it_is_finished(tmp_path):
    (unit,), report = read(tmp_path, library="H5P.MultiChoice")
    assert (unit.kind, unit.title, unit.rule, unit.key) == (UnitKind.H5P, "Consent, a question", Rule.STATUS, "package")
    assert unit.play == {"library": "H5P.MultiChoice 1.0", "scores": True}
    assert (report.format, report.title, report.facts["version"]) == (
        "h5p",
        "Consent, a question",
        "H5P.MultiChoice 1.0",
    )
    assert {problem.level for problem in report.problems} == {"note"}


def test_an_h5p_that_scores_nothing_is_complete_when_it_is_opened(tmp_path):
    (unit,), report = read(tmp_path, library="H5P.Accordion")
    assert (unit.rule, unit.play["scores"]) == (Rule.VIEWED, False)
    assert "Opening it completes the unit" in said(report, "rule")[0]


@pytest.mark.parametrize(("make", "rule"), [(h5p.question, Rule.STATUS), (h5p.text, Rule.VIEWED)])
def test_an_unknown_kind_is_told_by_what_its_scripts_do(tmp_path, make, rule):
    (unit,), report = read_zip(make(tmp_path / "a.h5p"))
    assert unit.rule is rule
    assert levels(report)["unknown_library"] == "note"


@pytest.mark.parametrize(
    ("inside", "rule"), [("H5P.TrueFalse 1.8", Rule.STATUS), ("H5P.AdvancedText 1.1", Rule.VIEWED)]
)
def test_a_holder_scores_when_a_task_lies_in_it(tmp_path, inside, rule):
    given = {"content": [{"content": {"library": inside, "params": {}}}]}
    assert read(tmp_path, library="H5P.Column", given=given)[0][0].rule is rule


@pytest.mark.parametrize("library", ["H5P.InteractiveVideo", "H5P.CoursePresentation", "H5P.InteractiveBook"])
def test_known_gaps_are_said(tmp_path, library):
    assert said(read(tmp_path, library=library)[1], "known_gap") == [GAPS[library]]


def test_videos_of_other_sites_are_reported_with_their_hosts(tmp_path):
    given = {"video": {"files": [{"path": "https://www.youtube.com/watch?v=x", "mime": "video/YouTube"}]}}
    report = read(tmp_path, given=given)[1]
    assert report.facts["hosts"] == ["www.youtube.com"]
    assert "Put the video itself into the H5P" in said(report, "external_hosts")[0]
    assert levels(report)["external_hosts"] == "warning"


@pytest.mark.parametrize("name", ["h5p.json", "content/content.json"])
def test_a_missing_file_of_its_own_is_named(tmp_path, name):
    units, report = read(tmp_path, without=(name,))
    assert units == []
    assert said(report, "missing_file") == [f"The H5P has no {name}. Export it again from where it was made."]


def test_an_h5p_in_a_folder_beside_other_files_is_told_where_it_lies(tmp_path):
    units, report = read(tmp_path, nested="quiz")
    assert units == []
    assert "The H5P lies in a folder: quiz/h5p.json." in said(report, "nested")[0]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, b"\xff\xfe"])
@pytest.mark.parametrize("name", ["h5p.json", "content/content.json"])
def test_json_that_is_none_is_refused_in_words(tmp_path, name, text):
    units, report = read(tmp_path, files={name: text})
    assert units == []
    assert levels(report)["json"] == "error"


def test_a_byte_order_mark_changes_nothing(tmp_path):
    made = h5p.package_files("H5P.MultiChoice", "A", {}, {})
    (unit,), report = read(tmp_path, files={"h5p.json": "\ufeff" + made["h5p.json"]}, library="H5P.MultiChoice")
    assert unit.title == "A"
    assert not report.has_errors


def test_libraries_that_are_not_in_the_file_are_named(tmp_path):
    wanted = [{"machineName": name, "majorVersion": 1, "minorVersion": 3} for name in ("H5P.FrontlineTest", "FontAwesome")]  # fmt: skip
    report = read(tmp_path, about={"preloadedDependencies": wanted})[1]
    assert "FontAwesome 1.3, H5P.FrontlineTest 1.3" in said(report, "missing_library")[0]
    assert levels(report)["missing_library"] == "error"


def test_the_libraries_of_libraries_are_looked_for_too(tmp_path):
    described = {"preloadedDependencies": [{"machineName": "H5P.Question", "majorVersion": 1, "minorVersion": 5}]}
    report = read(tmp_path, files={"H5P.FrontlineTest-1.0/library.json": json.dumps(described)})[1]
    assert "H5P.Question 1.5" in said(report, "missing_library")[0]


def test_libraries_that_need_each_other_do_not_go_round_for_ever(tmp_path):
    described = {"preloadedDependencies": [{"machineName": "H5P.FrontlineTest", "majorVersion": 1, "minorVersion": 0}]}
    assert not read(tmp_path, files={"H5P.FrontlineTest-1.0/library.json": json.dumps(described)})[1].has_errors


@pytest.mark.parametrize("folder", ["H5P.FrontlineTest", "H5P.FrontlineTest-1.0.17"])
def test_a_library_is_found_without_its_version_and_with_its_patch_version(tmp_path, folder):
    made = h5p.package_files("H5P.FrontlineTest", "A", {}, {})
    moved = {
        name.replace("H5P.FrontlineTest-1.0", folder): each for name, each in made.items() if name.startswith("H5P.")
    }
    old = tuple(name for name in made if name.startswith("H5P."))
    units, report = read(tmp_path, files=moved, without=old)
    assert not report.has_errors
    assert len(units) == 1


def test_a_script_that_a_library_names_and_lacks_is_named(tmp_path):
    report = read(tmp_path, without=("H5P.FrontlineTest-1.0/library.js",))[1]
    assert [problem.path for problem in report.problems if problem.level == "error"] == [
        "H5P.FrontlineTest-1.0/library.js"
    ]


def test_kinds_of_files_that_h5p_does_not_allow_are_listed(tmp_path):
    report = read(tmp_path, files={"content/a.exe": "x", "content/b.js": "x", "content/images/c.png": "x"})[1]
    assert said(report, "strange_files") == ["Files of a kind that H5P does not allow: content/a.exe, content/b.js."]


@pytest.mark.parametrize(
    "about", [{"mainLibrary": ""}, {"mainLibrary": 7}, {"preloadedDependencies": []}, {"preloadedDependencies": "x"}]
)
def test_an_h5p_that_does_not_say_what_it_is_is_refused(tmp_path, about):
    assert levels(read(tmp_path, about=about)[1])["no_library"] == "error"


def test_an_h5p_without_a_title_still_has_one(tmp_path):
    assert read(tmp_path, title="  ")[0][0].title == "H5P"


def test_the_table_of_libraries_agrees_with_itself():
    assert set(SCORES) >= HOLDERS
    assert set(GAPS) <= set(SCORES)
    assert len(SCORES) >= 50
