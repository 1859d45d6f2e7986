"""A zip is not trusted: each way to hurt is refused with words, each slip of an honest author is mended."""

import io
import struct
import zipfile

import pytest

from courses.packages import archive
from courses.packages.report import Report
from courses.packages.rules import sizes


def zipped(path, *entries):
    """A zip of (name or ZipInfo, content) pairs."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries:
            file.writestr(name, content)
    return path


def opened(path):
    report = Report()
    return archive.open_archive(path, report), report


def codes(report):
    return {problem.code for problem in report.problems}


def info(name, **more):
    made = zipfile.ZipInfo("x")
    made.filename = name
    for key, value in more.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize(
    "name",
    ["../a.md", "a/../../b.md", "/etc/a.md", "C:/a.md", "c:a.md", "a//b.md", "a\x01b.md", "..\\a.md", "a/\u202eb.md"],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    files, report = opened(zipped(tmp_path / "a.zip", (info(name), b"text")))
    assert files is None
    assert codes(report) >= {"unsafe_name"}


def test_a_link_is_refused(tmp_path):
    files, report = opened(zipped(tmp_path / "a.zip", (info("link.md", external_attr=0o120777 << 16), b"/etc/passwd")))
    assert files is None
    assert codes(report) == {"not_a_file"}


def test_two_names_that_differ_in_case_alone_are_refused(tmp_path):
    files, report = opened(zipped(tmp_path / "a.zip", ("A.md", b"1"), ("a.md", b"2")))
    assert files is None
    assert codes(report) == {"same_name"}


def test_backslashes_become_folders(tmp_path):
    files, report = opened(zipped(tmp_path / "a.zip", (info("pages\\one.md"), b"text"), ("two.md", b"text")))
    assert files.names() == ["pages/one.md", "two.md"]
    assert codes(report) == {"backslashes"}


def test_a_name_without_the_utf8_flag_is_repaired(tmp_path):
    path = zipped(tmp_path / "a.zip", ("caf\u00e9.md", b"text"))
    content = bytearray(path.read_bytes())
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(signature) + at
        (flags,) = struct.unpack_from("<H", content, place)
        struct.pack_into("<H", content, place, flags & ~0x800)
    path.write_bytes(content)
    files, _ = opened(path)
    assert files.names() == ["caf\u00e9.md"]


def test_a_folder_around_everything_is_taken_off(tmp_path):
    files, _ = opened(
        zipped(tmp_path / "a.zip", ("my course/one.md", b"1"), ("my course/pages/two.md", b"2"), ("__MACOSX/x", b"3"))
    )
    assert files.names() == ["one.md", "pages/two.md"]
    assert files.read("one.md") == b"1"


def test_what_grows_without_measure_is_refused(tmp_path):
    files, report = opened(zipped(tmp_path / "a.zip", ("big.md", b"0" * (11 * 1024 * 1024))))
    assert files is None
    assert codes(report) == {"suspicious"}


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sizes, "ENTRIES", 3)
    files, report = opened(zipped(tmp_path / "a.zip", *((f"{n}.md", b"x") for n in range(4))))
    assert files is None
    assert codes(report) == {"too_many_files"}


def test_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sizes, "TOTAL", 10)
    monkeypatch.setattr(sizes, "ENTRY", 5)
    files, report = opened(zipped(tmp_path / "a.zip", ("a.md", b"x" * 6), ("b.md", b"y" * 6)))
    assert files is None
    assert codes(report) == {"too_big", "file_too_big"}


def test_a_lie_about_the_size_is_found(tmp_path):
    path = zipped(tmp_path / "a.zip", ("a.md", b"x" * 1000))
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 10)
    path.write_bytes(content)
    files, report = opened(path)
    assert files is None
    assert codes(report) == {"damaged"}


def test_entries_that_overlap_are_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", ("a.md", b"x" * 1000), ("b.md", b"y" * 1000))
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, second + 42, 4)
    path.write_bytes(content)
    files, report = opened(path)
    assert files is None
    assert "overlapping" in codes(report)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 and then nothing"])
def test_what_is_no_zip_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    files, report = opened(path)
    assert files is None
    assert codes(report) == {"not_a_zip"}


def test_a_zip_that_was_cut_off_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", ("a.md", b"x" * 1000))
    path.write_bytes(path.read_bytes()[:-30])
    assert opened(path)[0] is None


def test_a_locked_zip_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", ("a.md", b"x"))
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, 1)
    path.write_bytes(content)
    files, report = opened(path)
    assert files is None
    assert codes(report) == {"encrypted"}


def test_an_empty_zip_says_so(tmp_path):
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()
    path = tmp_path / "a.zip"
    path.write_bytes(stream.getvalue())
    assert codes(opened(path)[1]) == {"empty"}
