"""The page editor: Markdown kept and drawn, looked at before it is saved, pictures described, links that lead somewhere."""

import io

import pytest
from PIL import Image
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from courses import publishing
from courses.catalogue import Unit
from courses.db import now
from tests.learn.authoring.drafts.conftest import found
from tests.modules import bring_in, make_module, units_of


def png(size=(6, 4)):
    stream = io.BytesIO()
    Image.new("RGB", size, "navy").save(stream, "PNG")
    return stream.getvalue()


def unit(session, draft, position=1):
    session.rollback()
    here = (Unit.version_id == draft.version_id, Unit.position == position)
    return session.execute(
        select(Unit.id, Unit.title, Unit.source, Unit.body_html, Unit.media, Unit.prompt, Unit.url, Unit.minutes).where(
            *here
        )
    ).one()


def typed(page, **changed):
    """The editor's fields as the browser sends them, with some of them changed."""
    form = page.select_one("form.editor")
    fields = {tag["name"]: tag.get("value", "") for tag in form.select("input:not([type=checkbox]):not([type=file])")}
    fields |= {tag["name"]: tag.get_text().removeprefix("\n") for tag in form.select("textarea")}
    return {"act": "save", **fields, **changed}


def picture(name="My Photo.PNG", content=None, **more):
    return {"picture": (io.BytesIO(png() if content is None else content), name), "act": "picture", **more}


def test_an_imported_page_is_edited_in_the_markdown_that_it_came_with(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    assert page.select_one("textarea").get_text().strip() == "They are not asked."
    form = typed(page, title="Why not", source="They are *rarely* asked.\r\n\r\n## Ask\r\n\r\n- kindly")
    author.post(f"{draft.url}/units/1", form)
    row = unit(session, draft)
    assert (row.title, row.source) == ("Why not", "They are *rarely* asked.\n\n## Ask\n\n- kindly")
    assert row.body_html == "<p>They are <em>rarely</em> asked.</p>\n<h2>Ask</h2>\n<ul>\n<li>kindly</li>\n</ul>"


def test_a_preview_shows_the_page_and_saves_nothing(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    page = author.post(f"{draft.url}/units/1", typed(page, source="**Bold**", act="preview"), status=200)
    assert page.select_one(".preview strong").get_text() == "Bold"
    assert page.select_one("textarea").get_text().strip() == "**Bold**"
    assert unit(session, draft).source == "They are not asked."


def test_what_could_run_is_left_out_and_said(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    source = 'Text <script>alert(1)</script><img src=x onerror=alert(1) alt="x"> <a href="javascript:alert(1)">no</a>'
    page = author.post(f"{draft.url}/units/1", typed(page, source=source, act="preview"), status=200)
    preview = page.select_one(".preview .prose")
    assert not preview.select("script, img, [href], [onerror]")
    assert "Scripts, forms and embedded players were left out" in page.words
    assert "A link has an address that cannot be followed." in page.words


def test_a_picture_is_redrawn_and_put_where_the_cursor_stood(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    form = typed(page, source="First line\r\n\r\nLast line", at="3", description="A nurse [smiling]", **picture())
    page = author.post(f"{draft.url}/units/1", form, status=200)
    source = page.select_one("textarea").get_text().strip()
    assert source == "First line\n\n![A nurse \\[smiling\\]](my-photo.png)\n\nLast line"
    assert unit(session, draft).source == "They are not asked.", "what was typed is not saved yet"
    assert page.select_one("input[name=description]").get("value", "") == ""
    author.post(f"{draft.url}/units/1", typed(page))
    row = unit(session, draft)
    [kept] = row.media["images"]
    assert (
        f'<img src="/modules/a-module/files/{kept["sha256"]}.png" alt="A nurse [smiling]" width="6" height="4"'
        in row.body_html
    )


def test_two_pictures_of_one_name_stay_two(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    page = author.post(f"{draft.url}/units/1", typed(page, description="One", **picture()), status=200)
    second = picture(content=png((9, 9)))
    page = author.post(f"{draft.url}/units/1", typed(page, description="Two", **second), status=200)
    author.post(f"{draft.url}/units/1", typed(page))
    assert [kept["address"] for kept in unit(session, draft).media["images"]] == ["my-photo.png", "my-photo-2.png"]


def send(author, path, form, status):
    """A form of some megabytes, put together in memory: the test client would leave a file open."""
    stream, name = form["picture"]
    boundary, body = encode_multipart({**form, "picture": FileStorage(stream, name)})
    return author._open("POST", path, status, data=body, content_type=f"multipart/form-data; boundary={boundary}")


@pytest.mark.parametrize(
    "more, words",
    [
        (picture(), "Describe what the picture shows, or say that it is decorative"),
        ({"act": "picture", "description": "x"}, "Choose the file of the picture"),
        ({**picture(), "description": "x", "is_decorative": "y"}, "A decorative picture has no description"),
        ({**picture(content=b"<svg onload=alert(1)>"), "description": "x"}, "Choose a picture that is a PNG, JPEG, GIF or WebP"),
    ],
)  # fmt: skip
def test_a_picture_without_description_or_that_is_none_is_refused_and_the_text_stays(
    author, draft, session, more, words
):
    page = author.get(f"{draft.url}/units/1")
    page = author.post(f"{draft.url}/units/1", typed(page, source="Typed", **more), status=422)
    assert words in page.words
    assert page.title.get_text().startswith("Error: ")
    assert page.select_one("textarea").get_text().strip() == "Typed"
    assert "images" not in unit(session, draft).media


def test_a_picture_may_be_bigger_than_other_forms_but_not_without_end(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    noise = io.BytesIO()
    Image.effect_noise((1800, 1800), 90).save(noise, "PNG")
    assert noise.tell() > 2 * 1024**2
    big = picture(content=noise.getvalue())
    page = send(author, f"{draft.url}/units/1", typed(page, description="Noise", **big), 200)
    assert "is in the text" in page.words
    endless = picture(content=b"\0" * (13 * 1024**2))
    send(author, f"{draft.url}/units/1", typed(page, description="Much", **endless), 413)


def test_a_decorative_picture_says_so_in_the_text(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    page = author.post(f"{draft.url}/units/1", typed(page, is_decorative="y", **picture()), status=200)
    assert '![](my-photo.png "decorative")' in page.select_one("textarea").get_text()
    author.post(f"{draft.url}/units/1", typed(page))
    assert 'alt=""' in unit(session, draft).body_html


@pytest.mark.parametrize(
    "source, words",
    [
        ("![](my-photo.png)", "The picture my-photo.png has no description."),
        ('<img src="my-photo.png">', "A picture has no description."),
        ("![x](gone.png)", "A picture is not in the package: gone.png."),
        ("![x](https://elsewhere.example/a.png)", "A picture lies on another site and is not shown."),
        ("[x](gone.md)", "A link leads to a file that is not a page of this module: gone.md."),
        ("[x](/modules/gone)", "A link leads to /modules/gone, which is not here."),
        ("[x](/modules/a-module/units/9)", "A link leads to /modules/a-module/units/9, which is not here."),
        ("[x](/courses/gone)", "A link leads to /courses/gone, which is not here."),
        ("[x](/admin/people)", "A link has an address that cannot be followed."),
        ("", "Write the text of the page"),
        ("x" * 100_001, "Shorten the text to 100,000 characters"),
    ],
)
def test_a_page_that_is_not_right_comes_back_with_words_and_all_that_was_typed(author, draft, session, source, words):
    page = author.get(f"{draft.url}/units/1")
    page = author.post(f"{draft.url}/units/1", typed(page, description="Mine", **picture()), status=200)
    page = author.post(f"{draft.url}/units/1", typed(page, title="Typed title", source=source), status=422)
    assert words in page.words
    assert page.select_one("input[name=title]")["value"] == "Typed title"
    assert page.select_one("textarea").get_text().strip() == source
    assert unit(session, draft).source == "They are not asked."


def test_a_link_to_another_unit_follows_it_when_it_moves(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    assert "[How to ask](how.md)" in page.words
    author.post(f"{draft.url}/units/1", typed(page, source="[On](how.md) and [on](02-how.md)"))
    assert unit(session, draft).body_html.count('href="/modules/a-module/units/2"') == 2
    author.get(f"{draft.url}/outline")
    author.post(f"{draft.url}/outline/move", {"unit": unit(session, draft, 2).id, "to": "down"})
    assert unit(session, draft).body_html.count('href="/modules/a-module/units/3"') == 2
    page = author.get(f"{draft.url}/units/1")
    author.post(f"{draft.url}/units/1", typed(page))
    assert unit(session, draft).body_html.count('href="/modules/a-module/units/3"') == 2


def test_pictures_that_came_with_a_package_stay_when_the_page_is_edited(author, session, folder):
    files = {"a.md": "# A\n\n![A ward](pictures/My%20ward.png)\n\nText.", "pictures/My ward.png": png()}
    bring_in(session, folder, files, slug="wards")
    session.commit()
    draft = found(session, "wards")
    before = unit(session, draft)
    page = author.get(f"{draft.url}/units/1")
    author.post(f"{draft.url}/units/1", typed(page, source=before.source + "\n\nMore."))
    after = unit(session, draft)
    assert after.media == before.media, "not drawn a second time"
    assert after.body_html == before.body_html + "\n<p>More.</p>"


def test_a_picture_that_is_not_used_any_more_is_let_go(author, session, folder):
    bring_in(session, folder, {"a.md": "# A\n\n![A ward](w.png)", "w.png": png()}, slug="wards")
    session.commit()
    draft = found(session, "wards")
    page = author.get(f"{draft.url}/units/1")
    author.post(f"{draft.url}/units/1", typed(page, source="Nothing."))
    assert unit(session, draft).media == {}


def test_a_page_that_came_as_html_says_so_and_is_kept_until_it_is_written_anew(author, session, folder):
    bring_in(session, folder, {"a.html": "<h1>A</h1><p>Old.</p>"}, slug="html")
    session.commit()
    draft = found(session, "html")
    page = author.get(f"{draft.url}/units/1")
    assert "This came as HTML" in page.words and "Old." in page.words
    page = author.post(f"{draft.url}/units/1", typed(page), status=422)
    assert "Write the text of the page" in page.words
    assert unit(session, draft).body_html == "<p>Old.</p>"
    author.post(f"{draft.url}/units/1", typed(page, source="New."))
    assert (unit(session, draft).body_html, unit(session, draft).source) == ("<p>New.</p>", "New.")


def test_reflection_and_link_have_fields_of_their_own(author, draft, session):
    page = author.get(f"{draft.url}/units/4")
    page = author.post(f"{draft.url}/units/4", typed(page, prompt=""), status=422)
    assert "Enter what learners are asked" in page.words
    author.post(f"{draft.url}/units/4", typed(page, prompt="What next?"))
    assert unit(session, draft, 4).prompt == "What next?"
    author.get(f"{draft.url}/outline")
    page = author.follow(f"{draft.url}/outline/add", {"kind": "link", "title": "Elsewhere"})
    for wrong in ("", "www.nihr.ac.uk", "javascript:alert(1)", "https://localhost", "https://a b.uk"):
        page = author.post(f"{draft.url}/units/5", typed(page, url=wrong), status=422)
        assert "Enter an address that begins with https:// or http://" in page.words
    author.post(f"{draft.url}/units/5", typed(page, url="https://www.nihr.ac.uk/"))
    assert unit(session, draft, 5).url == "https://www.nihr.ac.uk/"


def test_nobody_overwrites_what_another_wrote_meanwhile(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    late = typed(page, source="Late")
    author.post(f"{draft.url}/units/1", typed(page, source="In time"))
    page = author.post(f"{draft.url}/units/1", late, status=409)
    assert "Somebody changed this unit after you opened it" in page.words
    assert page.select_one("textarea").get_text().strip() == "Late"
    assert unit(session, draft).source == "In time"


def test_a_drafts_files_are_for_authors_alone_until_it_is_published(author, member, session, folder):
    bring_in(session, folder, {"a.md": "# A\n\n![A ward](w.png)", "w.png": png()}, slug="wards")
    session.commit()
    draft = found(session, "wards")
    [kept] = unit(session, draft).media["images"]
    address = f"/modules/wards/files/{kept['sha256']}.png"
    author.get(address)
    member.get(address, 404)
    publishing.publish(session, draft.version_id, now())
    session.commit()
    member.get(address)


def test_minutes_follow_the_text_until_an_author_says_otherwise(author, draft, session):
    page = author.get(f"{draft.url}/units/1")
    author.post(f"{draft.url}/units/1", typed(page, source="word " * 1000))
    assert unit(session, draft).minutes == 5
    session.execute(update(Unit).where(Unit.id == unit(session, draft).id).values(minutes=9))
    session.commit()
    page = author.get(f"{draft.url}/units/1")
    author.post(f"{draft.url}/units/1", typed(page, source="word"))
    assert unit(session, draft).minutes == 9


def test_the_editor_asks_the_database_a_fixed_number_of_times(author, session, folder, statements):
    counts = []
    for many in (2, 12):
        files = {f"{n:02}.md": f"# Page {n}\n\nText." for n in range(many)}
        slug = f"many-{many}"
        bring_in(session, folder, files, slug=slug)
        session.commit()
        draft = found(session, slug)
        counts.append(len(statements(lambda url=f"{draft.url}/outline": author.get(url))))
    assert counts[0] == counts[1] <= 12


def test_a_published_page_keeps_its_markdown_for_the_next_draft(session, folder):
    made = make_module(session, folder, {"a.md": "# Title\n\nSome *text*."}, slug="kept")
    assert units_of(session, made.version_id)
    assert session.scalar(select(Unit.source).where(Unit.version_id == made.version_id)) == "Some *text*."
