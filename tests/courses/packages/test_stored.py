"""Members of a zip that is never unpacked: found by name, read by range, in little memory."""

import random
import tracemalloc
import zipfile
import zlib

import pytest
from sqlalchemy import event, insert

from courses.db import now
from courses.packages import stored
from courses.packages.archive import open_archive
from courses.packages.models import Package
from courses.packages.report import Report
from courses.storage import Storage, StorageError
from tests.packages import hostile

CHANCE = random.Random(5)
NOISE = CHANCE.randbytes(300_000)
TEXT = b"Words that repeat themselves. " * 10_000
FILES = {"noise.bin": NOISE, "pages/text.html": TEXT, "empty.txt": b"", "caf\u00e9.html": b"<p>caf\xc3\xa9</p>"}


def kept(storage, path):
    """A zip in the storage: its members by name, and its hash."""
    files = open_archive(path, Report())
    with files.file, path.open("rb") as stream:
        return stored.Members(storage.put(stream), stored.index_of(files))


@pytest.fixture(params=[zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def here(request, tmp_path):
    storage = Storage(tmp_path / "storage")
    return storage, kept(storage, hostile.made(tmp_path / "a.zip", FILES, request.param))


def content(storage, members, name, *limits):
    return b"".join(stored.chunks(storage, members.sha256, members.find(name), *limits))


def test_each_member_comes_back_as_it_was_put_in(here):
    for name, expected in FILES.items():
        assert content(*here, name) == expected


@pytest.mark.parametrize("name", ["noise.bin", "pages/text.html"])
def test_any_range_is_that_part_of_the_member(here, name):
    whole = FILES[name]
    edges = [0, 1, 65_535, 65_536, 65_537, 131_072, len(whole) - 1, len(whole), len(whole) + 7]
    for start in edges:
        for end in [*edges, None]:
            assert content(*here, name, start, end) == whole[start:end]


def test_pieces_are_small(here):
    storage, members = here
    for name in FILES:
        assert all(0 < len(piece) <= 65_536 for piece in stored.chunks(storage, members.sha256, members.find(name)))


def test_a_late_range_of_a_big_member_needs_little_memory(tmp_path):
    storage = Storage(tmp_path / "storage")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file, file.open("a.bin", "w") as entry:
        for _ in range(100):
            entry.write(NOISE)
    members = kept(storage, path)
    tracemalloc.start()
    try:
        assert content(storage, members, "a.bin", 29_999_990) == NOISE[-10:]
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_names_are_found_whatever_their_case_but_an_exact_one_wins():
    members = stored.Members("0" * 64, stored.packed({"Pages/Index.html": [0, 1, 1, 0], "b.html": [1, 1, 1, 0]}))
    assert members.find("pages/index.HTML") == members.find("Pages/Index.html") == stored.Member(0, 1, 1, 0)
    assert members.find("b.html").offset == 1
    assert members.find("c.html") is None


def test_a_root_folder_and_odd_names_are_gone_from_the_index(tmp_path):
    storage = Storage(tmp_path / "storage")
    members = kept(storage, hostile.with_names(tmp_path / "a.zip", "course\\one.html", "course\\pages\\two.html"))
    assert sorted(members.by_name) == ["one.html", "pages/two.html"]
    assert content(storage, members, "pages/two.html") == b"text"


def test_a_zip_behind_other_bytes_is_read_at_the_right_place(tmp_path):
    path = hostile.made(tmp_path / "a.zip", {"a.html": "text"})
    path.write_bytes(b"PK\3\4 a shell script before the zip" + path.read_bytes())
    storage = Storage(tmp_path / "storage")
    members = kept(storage, path)
    assert content(storage, members, "a.html") == b"text"


def package(session, storage, path):
    members = kept(storage, path)
    index = stored.packed({name: list(place) for name, place in members.by_name.items()})
    row = {"sha256": members.sha256, "is_zip": True, "size": 1, "entry_count": 1, "index": index, "created_at": now()}
    return session.execute(insert(Package).returning(Package.id), row).scalar_one()


def test_an_index_is_read_from_the_database_once_a_process(session, engine, storage, tmp_path):
    number = package(session, Storage(storage), hostile.made(tmp_path / "a.zip", FILES))
    asked = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    first = stored.members(session, number)
    assert stored.members(session, number) is first
    assert len(asked) == 1
    assert first.find("empty.txt").size == 0


def test_what_is_remembered_is_bounded(session, storage, tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "CACHED", 3)
    paths = [hostile.made(tmp_path / f"{n}.zip", {"a.html": f"{n}", "b.html": "x"}) for n in range(3)]
    numbers = [package(session, Storage(storage), path) for path in paths]
    first = stored.members(session, numbers[0])
    for number in numbers[1:]:
        stored.members(session, number)
    assert list(stored._cache) == [numbers[2]]
    assert stored.members(session, numbers[0]) is not first


def test_a_package_that_is_not_there_is_said_to_be_missing(session):
    with pytest.raises(StorageError):
        stored.members(session, 7)


@pytest.mark.parametrize(
    "member",
    [
        stored.Member(0, 10, 10, 0),
        stored.Member(2, 20, 20, 0),
        stored.Member(0, 4, 100, 8),
        stored.Member(0, 0, 5, 8),
        stored.Member(4, 8, 50, 8),
    ],
)
def test_an_object_that_is_not_what_its_index_says_is_an_error_and_no_short_answer(tmp_path, member):
    storage = Storage(tmp_path)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    sha256 = storage.put((packed.compress(b"abc") + packed.flush())[:5])
    with pytest.raises(StorageError):
        list(stored.chunks(storage, sha256, member))
