"""Pictures and files with a story: redrawn, checked by content, described, put in order, refused in words, served to whom they may."""

import io
import re
import zipfile

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from courses.db import now
from learn.accounts.models import Role
from learn.stories.models import Story, StoryFile, StoryRound, StoryState
from learn.stories.writing import accepting
from tests.learn.stories.writing.conftest import FULL, form_of
from tests.people import make_user, sign_in

HELD = "NHS number 999 000 0018"


def drawn(kind="JPEG", size=(40, 30), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def office(folder="word/", text="Hello", **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr(f"{folder}document.xml", text)
        for name, content in more.items():
            packed.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.fixture
def files(session, draft):
    """The rows of the draft's pictures and files now."""

    def read():
        session.rollback()
        return session.execute(
            select(*StoryFile.__table__.columns).where(StoryFile.story_id == draft.id).order_by(StoryFile.position)
        ).all()

    return read


@pytest.fixture
def add(draft):
    """Choose a picture or a file and press its button."""

    def press(content, name, act="picture", status=303, **typed):
        return draft.send(act, status, **{act: (io.BytesIO(content), name), **typed})

    return press


def test_a_picture_is_redrawn_without_what_else_was_in_it(member, add, files, draft):
    exif = Image.Exif()
    exif[0x010E] = "Bed 4, Mrs Example"
    add(drawn(exif=exif), "Team.JPG", **{"new_picture.alt": "Three nurses at a desk"})
    (one,) = files()
    assert (one.name, one.media_type, one.width, one.height, one.alt) == (
        "Team.jpg",
        "image/jpeg",
        40,
        30,
        "Three nurses at a desk",
    )
    page = member.get(draft.path)
    shown = page.select_one(".attached img")
    assert shown["alt"] == "Three nurses at a desk"
    answer = member.get(shown["src"])
    assert b"Mrs Example" not in answer.data
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
def test_a_wide_picture_is_made_smaller(add, files, kind):
    add(drawn(kind, (2000, 500)), f"wide.{kind.lower()}")
    assert (files()[0].width, files()[0].height) == (1600, 400)


def test_adding_a_picture_saves_what_was_typed(add, kept):
    add(drawn(), "a.jpg", title="Typed before")
    assert kept().fields["title"] == "Typed before"


REFUSED = [
    ("picture", b"%PDF-1.7", "a.jpg", accepting.PICTURE_WORDS),
    ("picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", accepting.PICTURE_WORDS),
    ("picture", b"\x89PNG\r\n\x1a\n damaged", "a.png", accepting.SHRINK),
    ("picture", b"", "", "Choose the picture first"),
    ("file", b"MZ\x90\x00", "setup.exe", accepting.FILE_WORDS),
    ("file", b"<script>1</script>", "page.html", accepting.FILE_WORDS),
    ("file", b"not a pdf", "a.pdf", accepting.OTHER),
    ("file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.doc", accepting.OLD_OFFICE),
    ("file", b"PK\x03\x04 damaged", "a.docx", accepting.OTHER),
    ("file", b"a,b\x00c", "a.csv", accepting.OTHER),
    ("file", HELD.encode(), "list.txt", accepting.HOLDS.format("NHS number")),
    ("file", office(text="<w:p><w:t>NHS number 999 000</w:t><w:t> 0018</w:t></w:p>"), "a.docx", accepting.HOLDS.format("NHS number")),
]  # fmt: skip


@pytest.mark.parametrize(("act", "content", "name", "words"), REFUSED)
def test_what_cannot_be_taken_gets_a_sentence_and_everything_typed_comes_back(
    add, files, kept, act, content, name, words
):
    page = add(content, name, act, 422, title="Still here")
    assert page.select_one(f"#{act}-error").get_text(strip=True) == f"Error:{words}"
    assert page.select_one("#title")["value"] == "Still here"
    assert kept().fields["title"] == "Still here"
    assert files() == []


def test_a_picture_of_40_megabytes_gets_a_sentence(member, draft, files):
    filled = {**form_of(member.get(draft.path)), "title": "Still here", "act": "picture"}
    sent = {**filled, "picture": FileStorage(io.BytesIO(drawn() + b"\0" * (40 * 1024**2)), "photo.jpg")}
    boundary, body = encode_multipart(MultiDict(sent))  # by hand: the test client would leave a file of its own open
    kind = f'multipart/form-data; boundary="{boundary}"'
    page = member._open("POST", draft.path, 422, data=body, content_type=kind)
    assert page.select_one("#picture-error").get_text(strip=True) == f"Error:{accepting.PICTURE_WORDS}"
    assert page.select_one("#title")["value"] == "Still here"
    assert files() == []


def test_a_picture_bomb_gets_a_sentence(add, files):
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    page = add(out.getvalue(), "bomb.png", "picture", 422)
    assert page.select_one("#picture-error").get_text(strip=True) == f"Error:{accepting.SHRINK}"
    assert files() == []


def test_macros_are_refused(add, files):
    content = office(**{"word__vbaProject.bin": b"x"})
    page = add(content, "a.docm", "file", 422)
    assert accepting.MACROS in page.select_one("#file-error").get_text()


FILES = [
    (b"%PDF-1.7\n%", "Poster.pdf", "Poster.pdf", "application/pdf"),
    (office(), "a.docx", "a.docx", accepting.OFFICE["docx"][1]),
    (office("xl/"), "a.xlsx", "a.xlsx", accepting.OFFICE["xlsx"][1]),
    (office("ppt/"), "wrong-ending.pdf", "wrong-ending.pptx", accepting.OFFICE["pptx"][1]),
    (b"week,days\n1,94\n", "days.csv", "days.csv", "text/csv; charset=utf-8"),
    (b"A letter", "../../letter.txt", "letter.txt", "text/plain; charset=utf-8"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "name", "kept_as", "media_type"), FILES, ids=[row[1] for row in FILES])
def test_a_file_is_kept_by_what_it_is_and_served_as_a_download(
    member, add, files, draft, content, name, kept_as, media_type
):
    add(content, name, "file")
    (one,) = files()
    assert (one.name, one.media_type, one.licence) == (kept_as, media_type, "cc-by-4.0")
    answer = member.get(f"/s/files/{one.id}/{one.name}")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_name_loses_what_looks_like_a_patients(add, files):
    add(drawn(), "NHS number 9990000018 bed 4.jpg")
    add(drawn(), "nhs_no_999_000_0018.jpg")
    for one in files():
        assert not re.search(r"999\D*000", one.name), one.name


def test_descriptions_are_saved_with_the_form_but_never_with_a_patient_number(member, add, draft, files):
    add(drawn(), "a.jpg")
    (one,) = files()
    alt = f"files.{one.id}.alt"
    page = draft.send("save", 422, **{alt: HELD, f"files.{one.id}.caption": "The team", "title": "Saved"})
    assert page.select_one(f"#files-{one.id}-alt")["value"] == HELD
    assert "It is not saved" in page.words
    assert (files()[0].alt, files()[0].caption) == ("", "The team")
    member.post(draft.path, {**form_of(page), "act": f"mask:{alt}"})
    assert files()[0].alt == "NHS number [NHS number removed]"


def test_a_picture_without_a_description_keeps_the_story_from_being_sent(add, draft, files):
    add(drawn(), "a.jpg", **FULL)
    page = draft.send("send", 422)
    link = page.select_one(".nhsuk-error-summary a")
    assert link.get_text() == "Describe the picture a.jpg for people who cannot see it"
    assert link["href"] == f"#files-{files()[0].id}-alt"


def test_somebody_who_can_be_recognised_has_to_have_agreed(add, draft):
    add(drawn(), "a.jpg", **FULL, **{"new_picture.alt": "A nurse", "new_picture.people": "y"})
    page = draft.send("send", 422)
    assert [link["href"] for link in page.select(".nhsuk-error-summary a")] == ["#declared-people"]


def test_pictures_are_put_in_order_and_taken_out(add, draft, files):
    for name in ("a", "b", "c"):
        add(drawn(), f"{name}.jpg")
    first, second, third = files()
    draft.send(f"up:{third.id}")
    assert [one.name for one in files()] == ["a.jpg", "c.jpg", "b.jpg"]
    draft.send(f"down:{first.id}")
    assert [one.name for one in files()] == ["c.jpg", "a.jpg", "b.jpg"]
    draft.send(f"take:{second.id}")
    assert [one.name for one in files()] == ["c.jpg", "a.jpg"]


def test_what_readers_see_stays_when_the_next_revision_drops_it(add, draft, files, session):
    add(drawn(), "a.jpg")
    session.execute(StoryFile.__table__.update().values(published_n=1))
    session.commit()
    draft.send(f"take:{files()[0].id}")
    assert [one.is_in_draft for one in files()] == [False]


def test_there_are_so_many_pictures_and_no_more(add, files, monkeypatch):
    from learn.stories.models import FileKind
    from learn.stories.writing import attaching

    monkeypatch.setitem(attaching.MOST, FileKind.PICTURE, 1)
    add(drawn(), "a.jpg")
    page = add(drawn(), "b.jpg", "picture", 422)
    assert "A story has at most 1 picture. Remove it first" in page.select_one("#picture-error").get_text()


def test_a_drafts_files_are_for_its_author_and_once_sent_for_facilitators(
    app, session, add, files, member, client, new_client
):
    add(drawn(), "a.jpg")
    path = f"/s/files/{files()[0].id}/a.jpg"
    stranger, facilitator = make_user(session, "A Stranger"), make_user(session, "Fay", roles=(Role.FACILITATOR,))
    session.commit()
    member.get(path)
    helper = sign_in(new_client(), facilitator.id)
    helper.get(path, 404)
    sent = {"story_id": files()[0].story_id, "n": 1, "revision_n": 1, "fields": {}, "at": now()}
    session.execute(StoryRound.__table__.insert(), sent)
    session.execute(Story.__table__.update().values(state=StoryState.CHANGES_REQUESTED))
    session.commit()
    helper.get(path)
    add(drawn(), "b.jpg")
    helper.get(f"/s/files/{files()[1].id}/b.jpg", 404)
    sign_in(new_client(), stranger.id).get(path, 404)
    assert client.get(path, 303).headers["Location"].startswith("/sign-in")


def test_a_published_storys_files_are_for_whoever_may_read_it(session, add, files, client, new_client):
    add(drawn(), "a.jpg")
    path = f"/s/files/{files()[0].id}/a.jpg"
    stranger = make_user(session, "A Stranger")
    session.execute(StoryFile.__table__.update().values(published_n=1))
    session.execute(Story.__table__.update().values(is_out=True, published_n=1, state=StoryState.PUBLISHED))
    session.commit()
    sign_in(new_client(), stranger.id).get(path)
    client.get(path, 303)
    session.execute(Story.__table__.update().values(is_public=True))
    session.commit()
    kept = client.get(path).headers
    assert kept["Cache-Control"] == "public, no-cache"
    client.get(path, 304, headers={"If-None-Match": kept["ETag"]})
    session.execute(Story.__table__.update().values(is_out=False))
    session.commit()
    client.get(path, 303, headers={"If-None-Match": kept["ETag"]})
    sign_in(new_client(), stranger.id).get(path, 404)
    client.get("/s/files/99999999999999999999/a.jpg", 404)
