"""Moodle XML: every kind that there is here, what stays behind and is named, pictures, and XML that means harm."""

import pytest

from courses.packages.report import Report
from courses.questions import banks, moodle_xml
from courses.questions.marking import mark, share_of
from courses.storage import Storage
from tests.packages import banks as written
from tests.packages.banks import answer, category, file, moodle, pair, pictured, question


def read(content, **more):
    report = Report()
    return moodle_xml.read(content, report, **more), report


def one(text, **more):
    found, report = read(moodle(text), **more)
    assert report.problems == []
    return found[0].questions[0]


def test_a_bank_of_every_kind_comes_in():
    found, report = read(moodle(*written.ALL))
    kinds = [row["kind"].value for row in found[0].questions]
    assert kinds == [
        "single", "multiple", "truefalse", "shortanswer", "numerical", "matching", "essay", "description", "cloze", "cloze", "cloze",
    ]  # fmt: skip
    assert report.questions == 11
    assert [problem.code for problem in report.problems] == ["units"]


def test_a_single_choice_keeps_its_feedback_and_explanation():
    row = one(written.SINGLE)
    assert row["prompt_html"] == "<p>Who signs the consent form first?</p>"
    assert row["explanation_html"] == "<p>The person signs, then whoever took consent.</p>"
    assert row["options"][1] == {
        "text": "The nurse", "html": "The nurse", "feedback_html": "Second.", "is_correct": False,
    }  # fmt: skip


def test_three_thirds_are_all_and_a_wrong_choice_takes_its_share():
    row = one(written.MULTIPLE)
    given = [[0, 1, 2], [0, 1], [0, 1, 2, 3], [3]]
    assert [int(share_of(row["kind"], row["options"], each)) for each in given] == [100, 66, 66, 0]


def test_true_and_false_whatever_their_order():
    row = one(question("truefalse", "n", "Is it?", answer("false", 100) + answer("true", 0, "No.")))
    assert [(option["text"], option["is_correct"]) for option in row["options"]] == [("True", False), ("False", True)]


@pytest.mark.parametrize(
    "usecase, text, share", [("0", "GCP", 100), ("0", "gcp", 100), ("1", "gcp", 0), ("1", "GCP", 100)]
)
def test_a_short_answer_may_be_case_sensitive(usecase, text, share):
    row = one(question("shortanswer", "n", "What?", f"<usecase>{usecase}</usecase>" + answer("GCP", 100)))
    assert share_of(row["kind"], row["options"], text) == share


def test_stars_in_short_answers_and_a_share_for_some():
    row = one(written.SHORT)
    given = ["Good clinical practice", "good clinical practitice", "the clinical one", "other"]
    assert [share_of(row["kind"], row["options"], each) for each in given] == [100, 100, 25, 0]
    star = one(question("shortanswer", "n", "Which sign?", answer(r"\*", 100)))
    assert [share_of(star["kind"], star["options"], each) for each in ("*", "x")] == [100, 0]


def test_a_number_has_a_tolerance_and_its_unit_is_left_out_and_said():
    found, report = read(moodle(written.NUMERICAL))
    (row,) = found[0].questions
    assert [share_of(row["kind"], row["options"], each) for each in ("2.6", "2,4", "2.61", "9")] == [100, 100, 0, 0]
    assert row["options"][1]["feedback_html"] == "Look at the label."
    assert "Units of numerical questions were left out" in report.problems[0].message


def test_matching_keeps_the_choice_that_belongs_to_nothing():
    row = one(written.MATCHING)
    assert [(option["text"], option["match"]) for option in row["options"]] == [
        ("Protocol", "How"), ("Consent form", "Signature"), ("", "Payment"),
    ]  # fmt: skip


def test_what_a_teacher_wrote_for_teachers_stays_behind():
    assert "Only for teachers" not in str(one(written.ESSAY))


def test_a_cloze_has_gaps_of_three_kinds_with_weights():
    row = one(written.CLOZE)
    assert "good [[1]] practice" in row["prompt_html"] and "are [[2]]." in row["prompt_html"]
    assert [(gap["kind"], gap["weight"]) for gap in row["options"]] == [
        ("shortanswer", 1), ("numerical", 2), ("single", 1),
    ]  # fmt: skip
    asked = type("Asked", (), {"id": 1, "kind": row["kind"], "options": row["options"]})
    (marked,) = mark([asked], {"1": ["clinic", "5.05", 0]}).marks
    assert marked.parts == (50, 100, 100)
    assert marked.share == 87.5


def test_escapes_and_entities_within_a_gap_are_text():
    row = one(question("cloze", "n", r"<p>It {1:SA:=don&#39;t\}\~\##said \} so} x.</p>"))
    (gap,) = row["options"]
    assert gap["options"][0]["text"] == "don't}~#"
    assert gap["options"][0]["feedback_html"] == "said } so"
    assert row["prompt_html"] == "<p>It [[1]] x.</p>"


def test_words_to_drag_and_words_to_select_become_gaps_with_lists():
    row = one(written.DRAG)
    assert row["prompt_html"] == "<p>First [[1]], then [[2]], said by [[3]].</p>"
    offered = [[(option["text"], option["is_correct"]) for option in gap["options"]] for gap in row["options"]]
    assert offered == [
        [("sign", False), ("read", True)], [("sign", True), ("read", False)], [("you", True), ("them", False)],
    ]  # fmt: skip
    assert len(one(written.SELECT)["options"]) == 1


def test_categories_become_banks():
    found, report = read(moodle(category("$course$/top/Consent"), written.SINGLE, category("top/Data"), written.SHORT))
    assert [(bank.title, len(bank.questions)) for bank in found] == [("Consent", 1), ("Data", 1)]
    assert "Consent (1), Data (1)" in report.problems[0].message


@pytest.mark.parametrize("kind", ["calculated", "ddmarker", "ddimageortext", "randomsamatch", "coderunner", "", "<b>"])
def test_a_kind_that_is_not_here_is_named_and_takes_no_other_with_it(kind):
    kind = kind.replace("<", "&lt;")
    found, report = read(moodle(written.SINGLE, question(kind, "The odd one", "What?"), written.SHORT))
    assert len(found[0].questions) == 2
    (problem,) = report.problems
    assert problem.message.startswith(
        "Question 2, “The odd one” was not imported: Frontline has no questions of the kind "
    )


@pytest.mark.parametrize(
    "text, why",
    [
        (question("multichoice", "n", " ", answer("a", 100) + answer("b")), "it has no text"),
        (question("multichoice", "n", "Q", answer("a", 100)), "it needs at least two answers"),
        (question("multichoice", "n", "Q", answer("a", 50) + answer("b")), "no answer gives full marks"),
        (question("multichoice", "n", "Q", answer("", 100) + answer("b")), "one of its answers is empty"),
        (question("multichoice", "n", "Q", answer("a", "all") + answer("b")), "all is not a share"),
        (question("truefalse", "n", "Q", answer("yes", 100) + answer("no")), "its answers are not true and false"),
        (question("shortanswer", "n", "Q"), "no answer gives full marks"),
        (question("numerical", "n", "Q", answer("five", 100)), "is not a number"),
        (question("matching", "n", "Q", pair("a", "b")), "it needs at least two pairs"),
        (question("cloze", "n", "Q"), "it has no gap"),
        (question("cloze", "n", "{1:SA:=a"), "gap 1 has no }"),
        (question("cloze", "n", "{1:MULTIRESPONSE:=a~b}"), "gap 1 is of the kind MULTIRESPONSE"),
        (question("cloze", "n", "{1:NM:=x}"), "gap 1: “x” is not a number"),
        (question("cloze", "n", '<img src="x" alt="{1:SA:=a}">'), "one of its gaps stands where no text can"),
        (question("ddwtos", "n", "[[4]]", "<dragbox><text>a</text></dragbox>"), "[[4]] has no choice"),
        (question("essay", "n", "Q").replace("<hidden>0", "<hidden>1"), "deleted or replaced in Moodle"),
    ],
)
def test_a_broken_question_is_named_with_why_and_takes_no_other_with_it(text, why):
    found, report = read(moodle(written.SINGLE, text, written.SHORT))
    assert len(found[0].questions) == 2
    message = next(problem.message for problem in report.problems if problem.code == "question")
    assert message.startswith("Question 2, “n” was not imported: ")
    assert why in message


def test_scripts_and_handlers_do_not_come_in():
    text = '<p onclick="x()">A <script>x()</script><a href="javascript:x()">word</a></p><h3>Big</h3>'
    found, report = read(moodle(question("essay", "n", text)))
    html = found[0].questions[0]["prompt_html"]
    assert "script" not in html and "onclick" not in html
    assert "<strong>Big</strong>" in html, "a heading would stand in no order with the page's own"
    assert "Scripts, forms and embedded players were left out" in report.problems[0].message


def test_pictures_are_drawn_anew_and_kept_with_the_unit(tmp_path):
    found, report = read(moodle(pictured()), storage=Storage(tmp_path), slug="a-module")
    assert report.problems == []
    unit = banks.unit(found, "Quiz")
    (kept,) = unit.media["images"]
    assert f'src="/modules/a-module/files/{kept["sha256"]}.png"' in unit.questions[0]["prompt_html"]
    assert (kept["width"], kept["height"]) == (40, 30)
    assert Storage(tmp_path).size(kept["sha256"]) == kept["bytes"]


def test_two_questions_with_pictures_of_one_name_keep_both(tmp_path):
    content = moodle(pictured(written.picture("navy")), pictured(written.picture("red")))
    found, _ = read(content, storage=Storage(tmp_path), slug="a-module")
    assert len(banks.unit(found, "Quiz").media["images"]) == 2


def test_a_picture_that_is_an_answer_is_kept_and_called_by_its_description(tmp_path):
    shown = answer('<img src="@@PLUGINFILE@@/a.png" alt="A kit">', 100).replace(
        "<feedback", file("a.png", written.picture()) + "<feedback", 1
    )
    text = question("multichoice", "n", "Which?", shown + answer("None", 0))
    row = one(text, storage=Storage(tmp_path), slug="a-module")
    assert row["options"][0]["text"] == "A kit"
    assert row["options"][0]["html"].startswith('<img src="/modules/a-module/files/')


def test_a_picture_written_into_the_text_is_kept_too(tmp_path):
    data = file("x", written.picture()).split(">")[1].split("<")[0]
    text = question("essay", "n", f'<p>What? <img alt="A box" src="data:image/png;base64,{data}"></p>')
    assert "/modules/a-module/files/" in one(text, storage=Storage(tmp_path), slug="a-module")["prompt_html"]


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"no picture", b""])
def test_an_svg_and_what_is_no_picture_is_left_out_under_the_name_of_its_question(tmp_path, content):
    found, report = read(moodle(pictured(content)), storage=Storage(tmp_path), slug="a-module")
    assert "<img" not in found[0].questions[0]["prompt_html"]
    assert "images" not in banks.unit(found, "Quiz").media
    (problem,) = report.problems
    assert problem.message == "A picture is not a PNG, JPEG, GIF or WebP that can be read: box one.png."
    assert problem.path == "Question 1, “Label”"


def test_without_a_storage_pictures_are_left_out_and_said():
    found, report = read(moodle(pictured()))
    assert "<img" not in found[0].questions[0]["prompt_html"]
    assert "A picture is not in the package" in report.problems[0].message


def test_hints_and_feedback_for_the_whole_question_are_said_once():
    more = "<correctfeedback><text>Well done, you!</text></correctfeedback><hint><text>Think.</text></hint>"
    text = written.SINGLE.replace("</question>", more + "</question>")
    _, report = read(moodle(text, text))
    assert [problem.code for problem in report.problems] == ["combined_feedback", "hints"]
    usual = written.SINGLE.replace(
        "</question>", "<correctfeedback><text>Your answer is correct.</text></correctfeedback></question>"
    )
    assert read(moodle(usual))[1].problems == []


def test_old_files_without_text_elements_are_read():
    text = (
        '<question type="shortanswer"><name>Old</name><questiontext format="html">What?</questiontext>'
        '<answer fraction="100">yes<feedback>Right</feedback></answer></question>'
    )
    row = one(text)
    assert (row["prompt_html"], row["options"][0]["text"]) == ("What?", "yes")


def test_control_characters_of_word_processors_are_mended():
    found, report = read(moodle(question("essay", "n", "<p>What\x0b is it?</p>")))
    assert found[0].questions[0]["prompt_html"] == "<p>What is it?</p>"
    assert [problem.code for problem in report.problems] == ["mended"]


def test_windows_characters_under_a_wrong_encoding_are_read():
    content = moodle(question("essay", "n", "<p>Patient\u2019s choice</p>")).decode().encode("cp1252")
    found, _ = read(content)
    assert found[0].questions[0]["prompt_html"] == "<p>Patient\u2019s choice</p>"


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "xml"),
        (b"<quiz><question>", "xml"),
        (b"<html/>", "not_moodle"),
        (b"<quiz/>", "no_questions"),
        (b'<!DOCTYPE q [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><quiz>&c;</quiz>', "xml_entities"),
        (b'<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/hostname">]><quiz>&a;</quiz>', "xml_entities"),
        (b"<quiz>" + b"<a>" * 300 + b"</a>" * 300 + b"</quiz>", "xml_too_deep"),
    ],
)
def test_what_is_no_bank_or_means_harm_is_refused_in_words(content, code):
    found, report = read(content)
    assert found == []
    assert [problem.code for problem in report.problems if problem.level == "error"] == [code]
