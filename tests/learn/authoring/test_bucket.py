"""A site whose uploads lie in a bucket: checked without its keys, kept in it, shown out of it."""

import io
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy import select

from courses.catalogue import Module, ModuleVersion, Unit
from courses.storage import open_storage
from tests import buckets
from tests.courses.test_bucket import ADDRESS, bucket
from tests.learn.authoring.conftest import bring, packed

__all__ = ["bucket"]


@pytest.fixture
def in_bucket(app, bucket, monkeypatch):
    monkeypatch.setitem(app.config, "FRONTLINE", replace(app.config["FRONTLINE"], storage_url=ADDRESS))
    return bucket


def picture():
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "PNG")
    return made.getvalue()


def test_an_upload_goes_into_the_bucket_and_its_picture_comes_out_of_it_in_ranges(in_bucket, author, session, check):
    page = "# One\n\n![A navy flag](flag.png)\n\nSome words of a page.\n"
    bring(author, "consent.zip", packed({"01-one.md": page, "flag.png": picture()}))
    check()
    slug, media = session.execute(
        select(Module.slug, Unit.media)
        .join(ModuleVersion, ModuleVersion.module_id == Module.id)
        .join(Unit, Unit.version_id == ModuleVersion.id)
    ).one()
    kept = media["images"][0]["sha256"]
    assert open_storage(ADDRESS).names() == [kept]
    whole = in_bucket.objects[f"some/folder/{kept[:2]}/{kept}"]
    path = f"/modules/{slug}/files/{kept}.png"
    assert author.get(path).data == whole
    part = author._open("GET", path, 206, headers={"Range": "bytes=5-19"})
    assert (part.data, part.headers["Content-Range"]) == (whole[5:20], f"bytes 5-19/{len(whole)}")
    assert author._open("GET", path, 304, headers={"If-None-Match": f'"{kept}"'}).data == b""


def test_readiness_says_that_the_bucket_lets_nobody_in(in_bucket, app):
    assert app.test_client().get("/readyz").json["storage"] == "ok"
    in_bucket.is_away = True
    assert "does not answer" in app.test_client().get("/readyz").json["storage"]
    assert buckets.NAME not in app.test_client().get("/readyz").text
