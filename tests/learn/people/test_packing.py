"""The file of somebody's data: a zip whose tables a spreadsheet can open without running anything."""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from learn.people.own_data import packing
from learn.people.own_data.packing import TooBig

README = "What this is\nand whom to ask"


def packed(*parts: dict[str, Any]) -> zipfile.ZipFile:
    gathered = b""
    for part in parts:
        gathered = packing.add(gathered, part)
    return zipfile.ZipFile(io.BytesIO(packing.pack(gathered, {"site": "Frontline"}, README)))


def table(file: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read(name).decode("utf-8-sig"), newline="")))


def test_it_holds_a_text_everything_as_json_and_a_table_for_each_that_has_rows():
    file = packed(
        {"profile": [{"region": "North"}], "roles": []}, {"posts": [{"text": "a"}, {"text": "b", "likes": 2}]}
    )
    assert file.namelist() == ["README.txt", "data.json", "profile.csv", "posts.csv"]
    assert json.loads(file.read("data.json")) == {
        "about": {"site": "Frontline"}, "profile": [{"region": "North"}], "roles": [],
        "posts": [{"text": "a"}, {"text": "b", "likes": 2}],
    }  # fmt: skip
    assert table(file, "posts.csv") == [{"text": "a", "likes": ""}, {"text": "b", "likes": "2"}]


def test_excel_reads_every_text_as_it_was_typed():
    file = packed({"profile": [{"name": "Zoë Ñandú – 研究", "text": 'two\nlines, "quoted"'}]})
    assert file.read("profile.csv").startswith(b"\xef\xbb\xbf")
    assert file.read("README.txt") == b"\xef\xbb\xbfWhat this is\r\nand whom to ask"
    assert table(file, "profile.csv") == [{"name": "Zoë Ñandú – 研究", "text": 'two\nlines, "quoted"'}]


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_taken_for_a_formula(begins):
    typed = f"{begins}HYPERLINK(1)"
    file = packed({"profile": [{"name": typed, "many": [typed, "b"], "number": -5}]})
    (row,) = table(file, "profile.csv")
    assert row["name"] == f"'{typed}"
    assert row["many"] == f"'{typed}, b"
    assert row["number"] == "-5"
    assert json.loads(file.read("data.json"))["profile"][0]["name"] == typed


def test_moments_are_in_utc_and_other_values_in_plain_words():
    at = datetime(2026, 11, 24, 10, 12, 30, 999, tzinfo=timezone(timedelta(hours=1)))
    file = packed({"things": [{"at": at, "yes": True, "no": False, "none": None, "more": {"a": [1]}}]})
    assert table(file, "things.csv") == [
        {"at": "2026-11-24T09:12:30Z", "yes": "yes", "no": "no", "none": "", "more": '{"a": [1]}'}
    ]


@pytest.mark.parametrize("name", ["../../etc/passwd", "Profile", "a b", "", "a/b", "a" * 61, "a\n"])
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ValueError):
        packing.add(b"", {name: [{"a": 1}]})


def test_what_is_no_plain_value_is_refused_and_not_quoted():
    with pytest.raises(TypeError) as problem:
        packing.add(b"", {"things": [{"a": b"Amina"}]})
    assert "Amina" not in str(problem.value)


def test_more_than_fits_is_refused_at_each_step(monkeypatch):
    gathered = packing.add(b"", {"things": [{"a": "b" * 1000}]})
    monkeypatch.setattr(packing, "MOST", 50)
    with pytest.raises(TooBig):
        packing.add(gathered, {"more": []})
    with pytest.raises(TooBig):
        packing.pack(gathered, {}, README)
    monkeypatch.setattr(packing, "MOST", 10**6)
    monkeypatch.setattr(packing, "MOST_OF_A_PART", 500)
    with pytest.raises(TooBig):
        packing.add(b"", {"things": [{"a": "b" * 1000}]})
