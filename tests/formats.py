"""What can be uploaded, and the tests that hold it: ``python -m tests.formats`` writes docs/formats.md.

A test's name is the sentence that the page prints; what is refused, and with which words, is asked of the reader itself with
the files of the tests on detection.
"""

import re
import tempfile
from pathlib import Path
from typing import Any

from courses.packages import detect, refusals
from tests.courses.packages.test_detect import MANIFESTS, PACKAGES, SINGLE
from tests.modules import Memory

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/formats.md"
_TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
READ, MARK, PLAY = "courses/packages/test_{}.py", "courses/questions/test_{}.py", "courses/runtime/test_{}.py"
S12, S2004, WHOLE = READ.format("scorm12"), READ.format("scorm2004"), READ.format("reading")
H5P, FACTS, DETECT = READ.format("h5p"), READ.format("facts"), READ.format("detect")
GIFT, AIKEN, MOODLE = MARK.format("gift"), MARK.format("aiken"), MARK.format("moodle_xml")
SCORM, OTHERS, ASKS = PLAY.format("scorm"), PLAY.format("others"), PLAY.format("prerequisites")
TRIES, PLAYS = "courses/learning/test_attempts.py", "courses/learning/test_plays.py"
ZIP, VERSIONS = "courses/test_archive.py", "courses/test_versions.py"
POSTS, SERVED, HEADERS = (f"learn/content/test_{name}.py" for name in ("posts", "serving", "headers"))
APART = "learn/content/test_isolation.py"
QUIZ, PLAYER = "learn/player/test_question_kinds.py", "learn/player/test_playing.py"
BROWSER, MADE, PAINS_FILE = (f"journeys/test_{name}.py" for name in ("isolation", "made_packages", "pains"))
SHELL, SAME = "learn/player/test_uploading.py", "learn/authoring/test_same_report.py"

Tests = dict[str, str]
"Names of tests without ``test_``, separated by spaces, by file."

FORMATS: dict[str, tuple[str, Tests, Tests]] = {
    "SCORM 1.2": ("scorm12", {
        S12: "a_package_becomes_one_unit_that_its_status_completes every_launchable_part_becomes_a_unit_in_the_order_of_the_tree "
        "the_second_of_two_parts_waits_for_the_first_and_has_its_mastery_score "
        "launch_data_time_allowed_and_parameters_reach_the_player a_plain_page_is_complete_once_opened "
        "a_quirk_of_the_file_itself_changes_nothing an_address_finds_its_file_however_it_is_written",
        SCORM: "scorm_12_says a_player_of_scorm_12_begins_with",
        ASKS: "an_expression_says_whether_the_item_may_be_opened",
        BROWSER: "scorm_is_resumed_after_its_page_was_left",
    }, {
        S12: "a_prerequisite_that_could_never_be_met_is_reported a_mastery_score_that_is_none_is_left_out_with_a_warning "
        "a_package_that_never_sets_a_status_is_said_to_and_completes_when_opened a_missing_launch_page_is_an_error_that_names_it "
        "a_launch_page_elsewhere_is_refused_in_words files_that_the_manifest_names_and_the_package_lacks_are_listed_once "
        "the_default_table_of_contents_is_read_and_the_others_are_named "
        "the_authoring_tool_is_told_by_its_files_or_its_words a_manifest_that_is_none_is_refused_in_words",
    }),
    "SCORM 2004, 3rd and 4th edition": ("scorm2004", {
        S2004: "a_single_sco_of_either_edition_becomes_one_unit a_completion_threshold_is_read_in_the_form_of_either_edition "
        "objectives_are_seeded_and_the_primary_one_gives_the_mastery_score launch_data_and_time_limits_reach_the_player "
        "several_scos_become_units_of_free_choice",
        SCORM: "scorm_2004_says a_player_of_scorm_2004_begins_with",
        BROWSER: "the_longest_state_survives_a_closed_tab",
    }, {
        S2004: "each_rule_that_is_not_followed_is_said_with_its_part rules_with_conditions_are_put_into_words "
        "a_reference_to_rules_that_are_not_there_is_reported",
    }),
    "H5P": ("h5p", {
        H5P: "an_h5p_that_scores_is_complete_when_it_is_finished an_h5p_that_scores_nothing_is_complete_when_it_is_opened "
        "a_holder_scores_when_a_task_lies_in_it",
        OTHERS: "what_an_h5p_message_means h5p_keeps_the_state_of_each_part_by_its_type",
        BROWSER: "h5p_scores_where_the_browser_gives_frames_no_storage",
    }, {
        H5P: "known_gaps_are_said videos_of_other_sites_are_reported_with_their_hosts a_missing_file_of_its_own_is_named "
        "libraries_that_are_not_in_the_file_are_named kinds_of_files_that_h5p_does_not_allow_are_listed "
        "json_that_is_none_is_refused_in_words",
        WHOLE: "h5p_can_be_switched_off",
    }),
    "Zip of web pages": ("web", {
        WHOLE: "pages_that_bring_more_than_text_are_played_as_they_are plain_pages_are_pages_of_the_site "
        "the_first_page_is_the_index_at_the_top",
        HEADERS: "pages_with_scripts_of_their_own_have_an_opaque_origin",
        POSTS: "pages_with_scripts_are_completed_by_being_opened",
    }, {
        FACTS: "a_file_that_is_named_and_missing_is_a_warning_with_its_page hosts_are_told_by_what_is_done_with_them "
        "an_address_from_the_root_leaves_the_package_and_is_a_warning a_video_without_captions_is_a_warning",
    }),
    "Zip of Markdown pages": ("markdown", {
        WHOLE: "a_name_that_was_chosen_wins_and_a_copy_is_called_after_its_file",
        MARK.format("front_matter"): "a_number_with_a_range_and_shares a_matching_question_with_one_choice_more",
        "learn/authoring/test_checking.py": "an_author_uploads_reads_the_report_and_finds_the_draft",
    }, {
        MARK.format("front_matter"): "a_half_question_is_said",
        "learn/authoring/test_checking.py": "a_refused_file_has_its_report_and_no_version",
    }),
    "PDF": ("pdf", {
        WHOLE: "a_pdf_is_a_unit_with_its_pages",
        OTHERS: "the_share_of_pages_seen",
        SERVED: "a_pdf_is_served_in_ranges",
        BROWSER: "a_pdf_is_turned_by_keyboard_and_completed_by_seeing_it",
    }, {
        WHOLE: "a_pdf_of_pictures_alone_is_a_warning a_pdf_that_is_locked_is_refused_and_one_that_only_says_so_is_not "
        "a_pdf_that_is_broken_is_refused",
    }),
    "Video (MP4, WebM) with captions (WebVTT, SRT)": ("video", {
        WHOLE: "a_video_with_captions_is_a_unit_and_a_transcript_is_made a_transcript_that_is_given_is_taken "
        "captions_of_every_hand_become_webvtt",
        MADE: "a_film_can_be_played_and_sought_in",
    }, {
        WHOLE: "a_video_without_captions_is_refused_in_words_that_say_how captions_that_say_nothing_are_refused "
        "a_video_that_was_cut_off_is_refused a_video_tells_its_length_and_what_browsers_cannot_play",
    }),
    "Questions in GIFT": ("gift", {
        GIFT: "a_bank_of_every_kind_comes_in_with_its_categories escaped_characters_are_text each_format_of_text "
        "shares_general_feedback_and_feedback numbers_with_tolerances_ranges_and_shares "
        "what_is_written_after_the_answers_makes_a_missing_word",
        MARK.format("decoding"): "the_encodings_in_which_banks_come",
        QUIZ: "a_quiz_of_every_kind_is_answered_and_passed",
    }, {
        GIFT: "a_broken_question_is_named_with_why_and_takes_no_other_with_it a_file_without_a_question_is_refused "
        "a_bank_that_is_too_big_for_a_quiz_is_refused_with_what_to_do",
    }),
    "Questions in Aiken": ("aiken", {
        AIKEN: "a_bank_comes_in the_way_it_is_written_in_the_wild",
    }, {
        AIKEN: "a_broken_question_is_named_with_its_line_and_takes_no_other_with_it a_file_that_ends_too_soon_says_so",
    }),
    "Questions in Moodle XML": ("moodle_xml", {
        MOODLE: "a_bank_of_every_kind_comes_in matching_keeps_the_choice_that_belongs_to_nothing "
        "a_cloze_has_gaps_of_three_kinds_with_weights categories_become_banks pictures_are_drawn_anew_and_kept_with_the_unit",
        QUIZ: "a_quiz_of_every_kind_is_answered_and_passed",
    }, {
        MOODLE: "a_kind_that_is_not_here_is_named_and_takes_no_other_with_it "
        "a_broken_question_is_named_with_why_and_takes_no_other_with_it "
        "a_number_has_a_tolerance_and_its_unit_is_left_out_and_said what_is_no_bank_or_means_harm_is_refused_in_words",
    }),
}  # fmt: skip
"By format: its code in a report, what works, what is reported."

PAINS: dict[str, Tests] = {
    "Completion is lost when the window is closed": {
        BROWSER: "scorm_is_resumed_after_its_page_was_left a_tab_that_is_gone_without_a_word_has_lost_a_second_or_two",
        POSTS: "a_beacon_is_a_commit",
    },
    "`unload` is forbidden by a policy, and scores are lost with it": {
        HEADERS: "every_answer_of_a_play_has_its_headers",
        PAINS_FILE: "a_package_that_finishes_in_unload_alone_is_finished",
    },
    "A course does not go on where it was left": {
        TRIES: "what_was_told_is_there_when_the_unit_is_opened_again "
        "content_that_forgets_to_say_suspend_is_resumed_all_the_same",
        BROWSER: "scorm_is_resumed_after_its_page_was_left",
    },
    "Suspend data is cut off": {
        TRIES: "64000_characters_of_suspend_data_are_kept_also_after_completion "
        "more_than_a_megabyte_is_refused_in_words_and_what_was_kept_stays",
        BROWSER: "the_longest_state_survives_a_closed_tab",
    },
    "Suspend data is wiped on completion: no looking back, no second try": {
        TRIES: "64000_characters_of_suspend_data_are_kept_also_after_completion a_completed_try_that_its_package_ended_is_looked_at "
        "starting_again_opens_another_try_and_takes_nothing_away",
    },
    "A package never says that it is complete, and nobody is told": {
        S12: "a_package_that_never_sets_a_status_is_said_to_and_completes_when_opened",
        PLAYER: "a_unit_that_is_done_by_opening_it_can_be_marked_by_hand",
    },
    "The grade stays at 0 though passed; odd data such as `cmi.interactions.NaN`": {
        SCORM: "an_interaction_with_the_number_nan_is_left_out_and_the_rest_is_kept what_is_put_right_is_said",
        BROWSER: "what_real_packages_get_wrong_is_kept_all_the_same",
    },
    "The package does not find its API across origins": {
        BROWSER: "scorm_is_resumed_after_its_page_was_left",
        PAINS_FILE: "a_course_in_a_window_of_its_own_finds_the_player_and_is_kept",
    },
    "The package is there before its API": {
        MADE: "a_sco_reads_its_state_at_once_and_goes_on_where_it_was",
        BROWSER: "the_longest_state_survives_a_closed_tab",
    },
    "Zips with backslashes, with a leading `/`, with the manifest in a folder": {
        ZIP: "backslashes_become_folders a_name_that_leads_elsewhere_is_refused a_folder_around_everything_is_taken_off",
        S12: "a_manifest_in_a_folder_resolves_from_there a_quirk_of_the_file_itself_changes_nothing",
    },
    "The wrong version is told, the launch page is missing, it is no SCORM at all": {
        DETECT: "a_manifest_is_told_by_its_namespaces_and_then_by_its_version "
        "a_package_is_told_by_its_files_and_refused_with_a_way_out",
        S12: "a_missing_launch_page_is_an_error_that_names_it",
    },
    "Of several SCOs only the first is shown; a sequenced course cannot be resumed": {
        S12: "every_launchable_part_becomes_a_unit_in_the_order_of_the_tree",
        S2004: "several_scos_become_units_of_free_choice each_rule_that_is_not_followed_is_said_with_its_part",
        SHELL: "parts_of_a_package_are_units_of_one_package",
    },
    "`X-Frame-Options` or `frame-ancestors` shut the package out": {
        HEADERS: "every_answer_of_a_play_has_its_headers",
        BROWSER: "only_the_site_and_the_platform_of_the_play_may_frame_it",
        PLAYER: "the_play_belongs_to_the_readers_session_and_may_be_framed_by_their_platform",
    },
    "Commits are a load and freeze the page; a beacon as text/plain is refused": {
        POSTS: "a_commit_is_kept_whatever_its_type a_commit_takes_a_small_number_of_statements "
        "a_package_that_commits_in_a_loop_is_told_to_wait",
        TRIES: "a_commit_that_changes_no_outcome_reads_one_row_and_writes_one",
    },
    "Several windows overwrite each other, late messages too; H5P forgets its state": {
        BROWSER: "a_second_window_fences_the_first",
        TRIES: "an_older_message_that_arrives_late_is_accepted_and_changes_nothing",
        PLAYS: "opening_the_unit_again_fences_the_window_before windows_that_open_and_commit_at_once_leave_one_that_counts",
        POSTS: "h5p_finds_again_what_it_kept h5p_s_own_end_gives_the_score",
        H5P: "known_gaps_are_said",
    },
}
"What people complain of in public about players of such packages, and the tests that hold it off."

EVERY: Tests = {
    DETECT: "names_do_not_matter files_that_a_mac_adds_are_not_looked_at",
    FACTS: "the_report_of_a_zip_has_its_size_and_its_pages a_video_without_captions_is_a_warning "
    "hosts_are_told_by_what_is_done_with_them",
    ZIP: "what_grows_without_measure_is_refused too_many_files_are_refused too_much_is_refused a_lie_about_the_size_is_found "
    "entries_that_overlap_are_refused a_link_is_refused a_locked_zip_is_refused a_zip_that_was_cut_off_is_refused "
    "a_name_without_the_utf8_flag_is_repaired two_names_that_differ_in_case_alone_are_refused",
    READ.format(
        "hostile"
    ): "a_hostile_file_is_refused_and_leaves_nothing all_of_them_together_take_little_time_and_memory",
    SAME: "the_command_and_the_page_say_the_same",
}
"What holds for every format."


def groups() -> list[Tests]:
    """Every group of tests that the page names."""
    return [tests for _, works, told in FORMATS.values() for tests in (works, told)] + [*PAINS.values(), EVERY]


def gone(every: list[Tests]) -> list[str]:
    """Tests that a page names and nobody wrote."""
    named = {(file, f"test_{name}") for tests in every for file, names in tests.items() for name in names.split()}
    there = {file: set(_TEST.findall(_text(file))) for file, _ in named}
    return sorted(f"{file}::{name}" for file, name in named if name not in there[file])


def _text(file: str) -> str:
    path = ROOT / "tests" / file
    return path.read_text() if path.is_file() else ""


def refused() -> dict[str, list[str]]:
    """What is refused: what the reader says, and the files of the tests that it says it of."""
    said: dict[str, list[str]] = {refusals.NO_H5P: ["H5P, where it is switched off"]}
    for name, (manifest, _) in MANIFESTS.items():
        words = detect.of_files(Memory({"imsmanifest.xml": manifest, "index.html": "x"})).refusal
        if words:
            said.setdefault(words, []).append(name)
    for name, (files, _, words) in PACKAGES.items():
        if words:
            said.setdefault(detect.of_files(Memory(files)).refusal, []).append(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        for name, (content, _, words) in SINGLE.items():
            if words:
                path.write_bytes(content)
                said.setdefault(detect.of_single_file(path).refusal, []).append(name)
    return said


def linked(tests: Tests) -> str:
    """Tests as links that read as sentences."""
    return "<br>".join(
        f"[{name.replace('_', ' ')}](../tests/{file})" for file, names in tests.items() for name in names.split()
    )


def page() -> str:
    """The page as it should be."""
    lines = [
        "# What can be uploaded, and the tests that hold it", "",
        "Each sentence is the name of a test and leads to its file. `python -m tests.formats` writes this page; a guard keeps it",
        "right. A file is told by what is in it, never by its name.", "",
        "## Formats", "", "| format | `format` in JSON | what works | what is reported |", "| --- | --- | --- | --- |",
        *(f"| {name} | `{code}` | {linked(works)} | {linked(told)} |" for name, (code, works, told) in FORMATS.items()), "",
        "For every format: ", "", linked(EVERY), "",
        "## What is refused", "",
        f"By [a package](../tests/{DETECT}) and by [a single file](../tests/{DETECT}), each with one sentence:", "",
        "| the file | what is said |", "| --- | --- |",
        *(f"| {', '.join(names)} | {words} |" for words, names in refused().items()), "",
        "## Fifteen pains", "", "What people complain of in public about players of such packages, and what holds it off here.", "",
        "| | pain | tests |", "| --- | --- | --- |",
        *(f"| {n} | {pain} | {linked(tests)} |" for n, (pain, tests) in enumerate(PAINS.items(), 1)), "",
    ]  # fmt: skip
    return "\n".join(line.rstrip() for line in lines)


def accepted(report_formats: Any) -> set[str]:
    """Codes of formats for which a file of the tests is not refused (2004 is told by manifests alone)."""
    told = {code for _, code, words in [*PACKAGES.values(), *SINGLE.values()] if not words}
    return (told | {"scorm2004"}) & set(report_formats)


if __name__ == "__main__":
    PAGE.write_text(page())
