"""``frontline identifiers``: kinds and places in words or JSON, an exit code with a meaning, and never the text."""

import json

import pytest

HELD = "Seen today: NHS 999 000 0018, write to jane@example.com about 21/LO/0123."
ROWS = [
    {"kind": "nhs_number", "response": "hold", "offset": 16, "length": 12},
    {"kind": "email", "response": "nudge", "offset": 39, "length": 16},
    {"kind": "rec", "response": "silent", "offset": 62, "length": 10},
]


@pytest.fixture
def run(app):
    return lambda *arguments, said=None: app.test_cli_runner().invoke(args=["identifiers", *arguments], input=said)


def test_it_reads_standard_input_and_prints_no_text(run):
    result = run(said=HELD)
    assert result.exit_code == 1
    assert [line.split() for line in result.output.splitlines()] == [
        [row["response"], row["kind"], "offset", str(row["offset"]), "length", str(row["length"])] for row in ROWS
    ]
    assert "0018" not in result.output and "jane" not in result.output


def test_json_of_a_file(run, tmp_path):
    (tmp_path / "story.txt").write_text(HELD)
    result = run(str(tmp_path / "story.txt"), "--json")
    assert (result.exit_code, json.loads(result.output)) == (1, {"findings": ROWS})


@pytest.mark.parametrize("said", ["", "Nothing here.", "write to jane@example.com", "21/LO/0123"])
def test_it_ends_well_when_nothing_would_hold_a_post(run, said):
    assert run(said=said).exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_offsets_are_characters_in_every_encoding_and_line_ending(run, tmp_path, encoding):
    (tmp_path / "story.txt").write_bytes("é\r\n９９９ ０００ ００１８".encode(encoding))
    result = run(str(tmp_path / "story.txt"), "--json")
    assert [(f["offset"], f["length"]) for f in json.loads(result.output)["findings"]] == [(3, 12)]


def test_bytes_that_are_no_text_hide_nothing(run, tmp_path):
    (tmp_path / "story.txt").write_bytes(b"\xff\xe9 NHS 999\xa0000\xa00018 9990000018")
    assert run(str(tmp_path / "story.txt")).exit_code == 1


def test_lines_of_json_keep_their_ids(run):
    lines = [{"id": 7, "text": HELD}, {"id": "b", "text": "Nothing"}]
    result = run("--jsonl", said="\n".join(map(json.dumps, lines)) + "\n\n")
    assert result.exit_code == 1
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"id": 7, "findings": ROWS},
        {"id": "b", "findings": []},
    ]


@pytest.mark.parametrize("line", ['{"id": 1', "[]", '{"id": 1}', '{"id": 1, "text": 9990000018}', "9990000018"])
def test_a_line_that_cannot_be_read_ends_with_two_and_is_not_repeated(run, line):
    result = run("--jsonl", said=f'{{"id": 0, "text": ""}}\n{line}\n')
    assert result.exit_code == 2
    assert "Line 2" in result.output
    assert "9990000018" not in result.output


def test_a_missing_file_ends_with_two(run):
    assert run("no-such-file").exit_code == 2
