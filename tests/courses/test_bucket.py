"""The storage in a bucket: the same promises as a folder's, over real HTTP."""

import io
import random

import pytest

from courses import bucket as buckets_of_courses
from courses.packages import reading, stored
from courses.storage import StorageAway, StorageError, open_storage
from tests import buckets
from tests.packages import scorm

ADDRESS = f"s3://{buckets.NAME}/some/folder"


@pytest.fixture
def bucket(monkeypatch):
    buckets_of_courses.open_bucket.cache_clear()
    with buckets.serving() as bucket:
        for name, value in bucket.environment.items():
            monkeypatch.setenv(name, value)
        yield bucket
    buckets_of_courses.open_bucket.cache_clear()


def test_a_bucket_keeps_content_once_under_its_prefix_and_gives_it_back(bucket):
    storage = open_storage(ADDRESS)
    name = storage.put(b"hello")
    assert storage.put(io.BytesIO(b"hello")) == name
    assert [method for method, _, _ in bucket.asked].count("PUT") == 1
    assert list(bucket.objects) == [f"some/folder/{name[:2]}/{name}"]
    with storage.open(name) as stream:
        assert stream.read() == b"hello"
    assert (storage.size(name), storage.names(), storage.trouble()) == (5, [name], "")


def test_a_big_object_goes_in_parts_and_a_range_of_it_is_one_request(bucket):
    content = random.Random(5).randbytes(9 * 1024**2)
    storage = open_storage(ADDRESS)
    name = storage.put(io.BytesIO(content))
    assert storage.size(name) == len(content)
    bucket.asked.clear()
    with storage.open(name, 5_100_000) as stream:
        stream.seek(5_000_000)
        assert stream.read() == content[5_000_000:5_100_000]
    assert [asked for _, _, asked in bucket.asked] == ["bytes=5000000-5099999"]


def test_a_package_is_played_from_a_bucket_as_from_a_folder(bucket, tmp_path):
    path, storage = scorm.scorm12(tmp_path / "a.zip"), open_storage(ADDRESS)
    report, content = reading.read(path, storage)
    assert not report.has_errors
    package = content.units[0].package
    members = stored.Members(package.sha256, package.index)
    page = content.units[0].play["href"]
    bucket.asked.clear()
    whole = b"".join(stored.chunks(storage, package.sha256, members.find(page)))
    assert b"<html" in whole
    assert b"".join(stored.chunks(storage, package.sha256, members.find(page), 3, 20)) == whole[3:20]
    assert [method for method, _, _ in bucket.asked] == ["GET", "GET"]


def test_a_refused_file_leaves_nothing_in_the_bucket(bucket, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 no zip")
    report, _ = reading.read(tmp_path / "a.zip", open_storage(ADDRESS))
    assert report.has_errors
    assert bucket.objects == {}


def test_what_is_not_in_the_bucket_and_a_bucket_that_lets_nobody_in_are_two_things(bucket):
    storage = open_storage(ADDRESS)
    with pytest.raises(StorageError) as missing:
        storage.size("a" * 64)
    assert not isinstance(missing.value, StorageAway)
    with pytest.raises(StorageError):
        storage.size("../../etc/passwd")
    bucket.is_away = True
    with pytest.raises(StorageAway):
        storage.put(b"hello")
    assert "does not answer" in storage.trouble()


@pytest.mark.parametrize("url", ["s3://", "s3:///folder", "s3:bucket"])
def test_an_address_without_a_bucket_is_refused_in_one_line(url):
    with pytest.raises(StorageError):
        open_storage(url)
