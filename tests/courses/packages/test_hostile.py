"""Zips that mean harm: refused with words, fast, in little memory, and nothing of them is kept."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from courses.packages import reading
from courses.storage import Storage
from tests.packages import hostile

ROOT = Path(__file__).parents[3]
SECONDS = 5
MEMORY = 150
"MB that the process may ever have had, its own code included."

MADE = {
    "bomb": (hostile.bomb, "suspicious"),
    "many_bombs": (hostile.many_bombs, "suspicious"),
    "overlapping": (hostile.overlapping, "suspicious"),
    "overlapping_a_little": (lambda path: hostile.overlapping(path, 50), "overlapping"),
    "quoted": (lambda path: hostile.quoted(path, 60), "overlapping"),
    "lying": (hostile.lying, "damaged"),
    "crowded": (hostile.crowded, "too_many_files"),
    "endless_directory": (hostile.endless_directory, "too_many_files"),
    "locked": (hostile.locked, "encrypted"),
    "cut": (hostile.cut, "not_a_zip"),
    "cut_late": (lambda path: hostile.cut(path, 0.98), "not_a_zip"),
    "damaged": (hostile.damaged, "damaged"),
    "russian_doll": (hostile.russian_doll, "not_readable"),
    "deep": (hostile.deep, "unsafe_name"),
    "traversal": (lambda path: hostile.with_names(path, "../../etc/cron.d/a"), "unsafe_name"),
    "absolute": (lambda path: hostile.with_names(path, "/etc/passwd"), "unsafe_name"),
    "drive": (lambda path: hostile.with_names(path, "C:\\autoexec.bat"), "unsafe_name"),
    "zero_byte": (lambda path: hostile.with_zero_byte(path), "unsafe_name"),
    "link": (lambda path: hostile.with_mode(path, "a", 0o120777), "not_a_file"),
    "device": (lambda path: hostile.with_mode(path, "a", 0o020666), "not_a_file"),
    "fifo": (lambda path: hostile.with_mode(path, "a", 0o010666), "not_a_file"),
    "twice": (lambda path: hostile.with_names(path, "a.md", "a.md"), "same_name"),
    "case": (lambda path: hostile.with_names(path, "a.md", "A.md"), "same_name"),
    "composed": (lambda path: hostile.with_names(path, "caf\u00e9.md", "cafe\u0301.md"), "same_name"),
    "folder_outside": (lambda path: hostile.with_names(path, "a.md", "../outside/"), "unsafe_name"),
    "folder_link": (lambda path: hostile.with_mode(path, "a/", 0o120777), "unsafe_name"),
    "file_and_folder": (lambda path: hostile.with_names(path, "a", "a/b.md"), "same_name"),
    "bzip2": (lambda path: hostile.made(path, {"a.md": "x" * 1000}, zipfile.ZIP_BZIP2), "packing"),
    "lzma": (lambda path: hostile.made(path, {"a.md": "x" * 1000}, zipfile.ZIP_LZMA), "packing"),
    "laughing": (hostile.laughing, "xml_entities"),
    "deep_manifest": (hostile.deep_manifest, "xml_too_deep"),
    "huge_manifest": (hostile.huge_manifest, "xml_too_big"),
    "wide_manifest": (hostile.wide_manifest, "xml_too_deep"),
}


@pytest.mark.parametrize("name", MADE)
def test_a_hostile_file_is_refused_and_leaves_nothing(tmp_path, name):
    make, code = MADE[name]
    path = make(tmp_path / "a.zip")
    report, content = reading.read(path, Storage(tmp_path / "storage"))
    assert content is None
    assert code in {problem.code for problem in report.problems if problem.level == "error"}
    assert len(report.problems) < 100
    assert not (tmp_path / "storage").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


MEASURE = """
import sys, time
from pathlib import Path
from courses.packages import reading
from courses.storage import Storage
for each in sys.argv[1:]:
    began = time.process_time()
    report, content = reading.read(Path(each), Storage(Path(each).parent / "storage"))
    assert content is None, each
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(Path(each).stem, time.process_time() - began, int(peak.split()[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_all_of_them_together_take_little_time_and_memory(tmp_path):
    paths = [make(tmp_path / f"{name}.zip") for name, (make, _) in MADE.items()]
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=110
    )  # fmt: skip
    measured = [line.split() for line in told.stdout.splitlines()]
    assert len(measured) == len(MADE)
    assert max(float(seconds) for _, seconds, _ in measured) < SECONDS, told.stdout
    assert max(int(megabytes) for _, _, megabytes in measured) < MEMORY, told.stdout


def test_thousands_of_problems_of_one_kind_are_not_all_listed(tmp_path):
    path = hostile.with_names(tmp_path / "a.zip", *(f"../{n}" for n in range(2_000)))
    report, _ = reading.read(path, Storage(tmp_path / "storage"))
    assert len(report.problems) == 21
    assert report.problems[-1].message == "1,980 more like this."
