"""The page of a story: who may read it, what it shows, what its link says when it is gone."""

import json

import pytest
from sqlalchemy import insert, select, update

from courses.db import now
from learn.accounts.models import Role
from learn.discussion.models import Thanks
from learn.stories.around import Featured
from learn.stories.models import FileKind, Story, StoryEvent, StoryState
from tests.people import make_user, sign_in
from tests.stories import make_story, revise, statements, told


def test_the_page_shows_the_story_in_the_order_of_the_template(session, member):
    made = make_story(session)
    session.commit()
    page = member.get(made.path)
    assert page.h1 == "We took the study to the village hall"
    headings = [each.get_text() for each in page.select(".story-main h2")]
    assert headings[:7] == [
        "The problem", "What we did", "Who was involved", "What changed", "What did not work", "Do it yourself", "Studies and sources",
    ]  # fmt: skip
    glance = page.select_one(".glance").get_text(" ", strip=True)
    assert "Example Hospital, Diabetes clinic" in glance
    assert "January 2026 to June 2026" in glance
    assert page.select_one(".by").get_text(" ", strip=True).startswith("AY Amina Yusuf Research nurse")
    assert page.select_one("a[href='https://www.isrctn.com/ISRCTN12345674']")
    assert page.select_one("a[href='https://orcid.org/0000-0002-1825-0097']")


def test_a_story_for_members_asks_who_is_not_signed_in_to_sign_in(session, client):
    made = make_story(session)
    session.commit()
    answer = client.get(made.path, 303)
    assert "/sign-in" in answer.headers["Location"]


def test_anyone_reads_a_public_story_and_no_comment_of_it(session, client):
    made = make_story(session, is_public=True, comment_count=2)
    session.commit()
    page = client.get(made.path)
    assert "there are 2 comments" in page.words
    assert not page.select("form[method=post]")


def test_another_spelling_of_the_reference_leads_to_the_one_link(session, member):
    made = make_story(session)
    session.commit()
    for told_as in (made.reference.lower(), f"{made.reference}-some-old-words"):
        answer = member.get(f"/s/{told_as}", 301)
        assert answer.headers["Location"].endswith(made.path)
    answer = member.get(f"/s/{made.reference.lower()}/v1", 301)
    assert answer.headers["Location"].endswith(f"{made.path}/v1")


@pytest.mark.parametrize("told_as", ["FRL-2026-9999", "nothing", "FRL-2026-1", "FRL-2026-0001x", "FRL-20260-0001"])
def test_what_no_story_has_is_not_found(session, member, told_as):
    assert "There is no such story" in member.get(f"/s/{told_as}", 404).words


@pytest.mark.parametrize(
    ("state", "says"), [("withdrawn", "was withdrawn"), ("retracted", "was retracted"), ("archived", "is archived")]
)
def test_the_link_of_a_story_that_was_taken_back_says_so_without_its_title(session, client, state, says):
    made = make_story(session, is_out=False, is_public=True, state=StoryState(state))
    event = {
        "story_id": made.id,
        "before": StoryState.PUBLISHED,
        "after": state,
        "revision_n": 1,
        "reason": "A figure was wrong.",
        "at": now(),
    }
    session.execute(insert(StoryEvent), event)
    session.commit()
    page = client.get(made.path, 410)
    assert says in page.h1
    assert "village hall" not in page.words
    assert ("A figure was wrong." in page.words) == (state == "retracted")


def test_a_hidden_story_is_seen_by_its_author_and_facilitators_alone(app, session, learner, member, new_client):
    made = make_story(session, author_id=learner.id, is_out=False, is_hidden=True)
    others = [make_user(session, roles=roles) for roles in ((), (Role.FACILITATOR,))]
    session.commit()
    assert "A facilitator has hidden this story" in member.get(made.path).words
    assert "A facilitator is looking at it" in sign_in(new_client(), others[0].id).get(made.path, 404).words
    assert "A facilitator has hidden this story" in sign_in(new_client(), others[1].id).get(made.path).words


def test_the_page_of_a_visitor_is_not_sent_again_while_nothing_changed(session, client):
    made = make_story(session, is_public=True)
    session.commit()
    first = client.get(made.path).response
    known = {"If-None-Match": first.headers["ETag"]}
    again = client.get(made.path, 304, headers=known)
    assert again.data == b""
    assert "Content-Security-Policy" not in again.headers
    session.execute(update(Story).values(thanks_count=1))
    session.commit()
    client.get(made.path, 200, headers=known)


def test_the_page_of_a_member_is_kept_nowhere(session, member):
    made = make_story(session)
    session.commit()
    headers = member.get(made.path).response.headers
    assert headers["Cache-Control"] == "no-store"
    assert "ETag" not in headers


def test_each_version_stays_at_its_link(session, member):
    made = make_story(session)
    revise(session, made.id, told(title="Now it is three villages"), n=2)
    session.execute(update(Story).values(title="Now it is three villages"))
    session.commit()
    old = member.get(f"{made.path}/v1")
    assert old.h1 == "We took the study to the village hall"
    assert "This is version 1" in old.words
    assert "This is version" not in member.get(f"{made.path}/v2").words
    member.get(f"{made.path}/v3", 404)
    page = member.get(f"{made.path}/versions")
    assert [each["href"] for each in page.select("main li a") if "/v" in each["href"]] == [
        f"{made.path}/v2",
        f"{made.path}/v1",
    ]


def test_names_that_are_withheld_are_nowhere_on_the_page(session, client):
    made = make_story(session, fields={"name_withheld": True}, is_public=True)
    session.commit()
    answer = client.get(made.path).response.text
    assert "Name withheld" in answer
    for name in ("Amina", "Yusuf", "0000-0002-1825-0097"):
        assert name not in answer
    for style in ("bibtex", "ris", "csl-json", "vancouver", "harvard"):
        assert "Yusuf" not in client.get(f"{made.path}/cite/{style}").text


def test_search_engines_are_told_what_it_is(session, client):
    made = make_story(session, fields={"title": "</script><script>alert(1)</script> & \u2028"}, is_public=True)
    session.commit()
    page = client.get(made.path)
    script = page.select_one("script[type='application/ld+json']")
    article = json.loads(script.string)
    assert article["headline"] == "</script><script>alert(1)</script> &"
    assert article["author"][0] == {
        "@type": "Person", "name": "Amina Yusuf", "jobTitle": "Research nurse", "sameAs": "https://orcid.org/0000-0002-1825-0097",
    }  # fmt: skip
    assert article["identifier"] == made.reference
    assert article["isAccessibleForFree"] is True
    assert "alert(1)</script>" not in page.response.text


def test_thanks_are_counted_once_and_can_be_taken_back(session, learner, member):
    made = make_story(session)
    session.commit()

    def thank(wants):
        page = member.follow(f"{made.path}/thank", {"wants": wants})
        session.rollback()
        return page, session.scalar(select(Story.thanks_count)), len(session.execute(select(Thanks.user_id)).all())

    assert "Thank Amina" in member.get(made.path).words
    page, *counts = thank("yes")
    assert "Take back your thanks" in page.words
    assert counts == [1, 1]
    assert thank("yes")[1:] == (1, 1)
    assert thank("no")[1:] == (0, 0)
    assert thank("no")[1:] == (0, 0)


def test_nobody_thanks_for_their_own_story(session, learner, member):
    made = make_story(session, author_id=learner.id)
    session.commit()
    assert "Thank Amina" not in member.get(made.path).words
    member.post(f"{made.path}/thank", {"wants": "yes"}, 403)


def test_a_facilitator_of_the_theme_puts_a_story_first(app, session, new_client, member):
    made = make_story(session)
    facilitator = make_user(session, roles=(Role.FACILITATOR,))
    session.commit()
    browser = sign_in(new_client(), facilitator.id)
    assert "Put it first" in browser.get(made.path).words
    browser.follow(f"{made.path}/first", {"position": "2", "until": "2090-01-31", "act": "put"})
    session.rollback()
    row = session.execute(select(Featured.position, Featured.until, Featured.by_id)).one()
    assert (row.position, row.until.year, row.by_id) == (2, 2090, facilitator.id)
    page = browser.follow(f"{made.path}/first", {"position": "x", "act": "put"})
    assert "at place 1" in page.words
    session.rollback()
    browser.follow(f"{made.path}/first", {"act": "stop"})
    session.rollback()
    assert session.execute(select(Featured.story_id)).all() == []
    assert "Put it first" not in member.get(made.path).words
    member.post(f"{made.path}/first", {"act": "put"}, 403)


def test_more_like_it_are_stories_of_its_tag_then_of_its_theme(session, member):
    made = make_story(session)
    make_story(session, fields={"title": "Same theme", "tags": ["other"]})
    make_story(session, fields={"title": "Same tag", "theme": "patient-benefit"})
    make_story(session, fields={"title": "Nothing of it", "theme": "clinical-care", "tags": []})
    session.commit()
    page = member.get(made.path)
    section = page.select_one("section[aria-labelledby=near-title]")
    assert [each.get_text() for each in section.select("a")] == ["Same tag", "Same theme"]


def test_pictures_and_files_stand_with_their_words(session, member):
    files = [
        {"alt": 'A "hall"', "caption": "Our <hall>"},
        {"alt": "A chair", "position": 2, "caption": ""},
        {
            "kind": FileKind.FILE,
            "name": "Check list.pdf",
            "caption": "Our check list",
            "size": 240_000,
            "licence": "cc-by-4.0",
            "position": 3,
        },
    ]
    made = make_story(session, files=files)
    session.commit()
    page = member.get(made.path)
    first, second = page.select(".story-main img")
    assert first["alt"] == 'A "hall"'
    assert second["alt"] == "A chair"
    file = page.select_one(".story-files").get_text(" ", strip=True)
    assert file == "Our check list Check list.pdf, 240 kB, CC BY 4.0"


def test_a_page_asks_the_database_at_most_8_times(session, member, learner):
    made = make_story(session, adoption_count=3)
    for _ in range(5):
        make_story(session)
    session.commit()
    assert len(statements(member, made.path)) <= 8
