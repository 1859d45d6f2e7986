"""Writing a story: begun, saved part by part, come back to, rows added and removed, two windows, deleted, taken along."""

import pytest
from sqlalchemy import func, select

from learn.stories.models import Story, StoryRevision, StoryState
from tests.learn.stories.writing.conftest import FULL, form_of
from tests.people import make_user, sign_in


def test_a_story_is_begun_with_what_the_profile_says(member, draft, learner):
    page = member.get(draft.path)
    assert page.h1 == "Share your story"
    assert page.select_one("#authors-0-name")["value"] == learner.name
    assert "Nothing is saved yet" in page.words
    assert "Stories people use" in page.words


def test_starting_again_opens_the_one_that_nothing_was_typed_into(member, draft, session):
    member.get("/stories/new")
    assert member.post("/stories/new").headers["Location"] == draft.path
    assert session.scalar(select(func.count()).select_from(Story)) == 1


def test_what_was_typed_is_there_the_next_day(member, draft, kept):
    draft.send("save:start", **FULL)
    page = member.get(draft.path)
    sent = form_of(page)
    for name, value in FULL.items():
        assert sent[name] == (value if isinstance(value, list) else [value]), name
    assert "Draft saved at" in page.words
    assert kept().fields["started"] == "2025-03"
    assert kept().story.title == FULL["title"]
    assert kept().story.setting == "acute"


def test_saving_goes_back_to_the_section_that_was_saved(draft):
    answer = draft.send("save:lessons", title="A title")
    assert answer.headers["Location"].endswith("/write#part-lessons")


def test_a_part_of_the_form_leaves_the_rest_as_it_is(member, draft, kept):
    draft.send(**FULL)
    saves = kept().saves
    member.get(draft.path)
    member.post(draft.path, {"section": "problem", "problem": "Another one.", "saves": saves, "act": "save"})
    assert kept().fields["problem"] == "Another one."
    assert kept().fields["title"] == FULL["title"]
    assert kept().fields["involved"] == FULL["involved"]
    assert kept().fields["declared"]["kinds"] == ["organisation", "anonymous", "licence"]


def test_saving_what_did_not_change_writes_nothing(draft, kept):
    draft.send(**FULL)
    before = kept().saves
    draft.send()
    assert kept().saves == before


def test_rows_are_added_and_removed_by_buttons(member, draft, kept):
    answer = draft.send("add:tags", **{"tags.0": "respiratory"})
    page = member.get(answer.headers["Location"].split("#")[0])
    assert len(page.select("#tags-rows input")) == 2
    draft.send(**{"tags.1": "oncology"})
    draft.send("drop:tags.0")
    assert kept().fields["tags"] == ["oncology"]
    draft.send(**{"measures.0.measure": "Days", "measures.0.before": "94", "measures.0.after": "31"})
    assert kept().fields["measures"][0]["after"] == "31"
    draft.send("drop:measures.0")
    assert kept().fields["measures"] == []


def test_no_more_rows_than_a_list_may_have(member, draft):
    draft.send(**{f"tags.{n}": f"tag {n}" for n in range(8)})
    page = member.get(draft.path)
    assert len(page.select("#tags-rows input")) == 8
    assert not page.select_one('button[value="add:tags"]')


def test_months_are_understood_by_name_and_come_back_as_typed_when_they_are_none(member, draft, kept):
    draft.send(**{"started.month": "Nov", "started.year": "2024", "ended.month": "13", "ended.year": "2024"})
    assert kept().fields["started"] == "2024-11"
    page = member.get(draft.path)
    assert (page.select_one("#ended-month")["value"], page.select_one("#ended-year")["value"]) == ("13", "2024")


def test_a_second_window_does_not_undo_the_first_and_keeps_its_text(member, draft, kept):
    other = form_of(member.get(draft.path))
    draft.send(title="The first window", problem="Written in the first window.")
    page = member.post(draft.path, {**other, "title": "The second window", "act": "save"}, 409)
    assert "was saved in another window" in page.words
    assert "It differs in: Title, The problem and why it mattered" in page.words
    assert page.select_one("#title")["value"] == "The second window"
    assert kept().fields["title"] == "The first window"
    member.post(draft.path, {**form_of(page), "act": "save"})
    assert kept().fields["title"] == "The second window"


def test_a_second_window_that_changed_nothing_is_not_stopped(member, draft):
    draft.send(title="Here")
    again = form_of(member.get(draft.path))
    draft.send(summary="There")
    member.post(draft.path, {**again, "summary": "There", "act": "save"})


def test_it_saves_by_itself_and_says_when(member, draft, kept):
    filled = form_of(member.get(draft.path))
    typed = {"title": "By itself", "problem": "One two three."}
    told = member.post(f"{draft.url}/save", {**filled, **typed}, 200).json
    assert told["words"].startswith("Draft saved at ")
    assert told["saves"] == kept().saves == 2
    assert told["guides"]["problem"] == "3 words, aim for 80 to 150"
    assert told["boxes"] == {}
    assert kept().fields["title"] == "By itself"
    told = member.post(f"{draft.url}/save", {**filled, "title": "Elsewhere"}, 409).json
    assert "another window" in told["words"]
    assert "Title" in told["words"]


def test_a_text_too_long_to_be_kept_comes_back_whole(member, draft, kept):
    long = "word " * 5000
    page = draft.send(status=422, problem=long, title="Kept here")
    assert page.select_one("#problem").get_text().strip() == long.strip()
    assert page.select_one("#title")["value"] == "Kept here"
    assert "Shorten this" in page.select_one("#problem-error").get_text()
    assert kept().fields["problem"] == ""


def test_a_draft_is_its_authors_alone(app, draft, session, new_client):
    other = make_user(session, "Somebody Else")
    session.commit()
    stranger = sign_in(new_client(), other.id)
    for path in ("write", "preview", "delete", "draft.md"):
        stranger.get(f"{draft.url}/{path}", 404)
    stranger.get("/stories/new")
    stranger.post(draft.path, {"section": "start", "title": "Mine now"}, 404)
    stranger.post(f"{draft.url}/save", {"section": "start", "title": "Mine now"}, 404)
    stranger.post(f"{draft.url}/delete", {}, 404)


@pytest.mark.parametrize(
    "state", [StoryState.SUBMITTED, StoryState.IN_REVIEW, StoryState.PUBLISHED, StoryState.WITHDRAWN]
)
def test_nothing_is_written_while_it_is_not_with_its_author(member, draft, session, state):
    filled = form_of(member.get(draft.path))
    session.execute(Story.__table__.update().values(state=state))
    session.commit()
    member.get(draft.path, 409)
    page = member.post(draft.path, {**filled, "title": "Late"}, 409)
    assert page.h1 == "This story cannot be changed now"
    assert member.post(f"{draft.url}/save", {**filled, "title": "Late"}, 409).json["words"]


def test_a_draft_that_was_never_sent_can_be_deleted(member, draft, session):
    draft.send(title="Not this one")
    page = member.get(f"{draft.url}/delete")
    assert "Not this one" in page.words
    page = member.follow(f"{draft.url}/delete")
    assert "The draft is deleted" in page.words
    assert session.scalar(select(func.count()).select_from(StoryRevision)) == 0
    member.get(draft.path, 404)


def test_what_was_sent_before_is_not_deleted(member, draft, session):
    draft.send(title="Asked to change")
    session.execute(Story.__table__.update().values(state=StoryState.CHANGES_REQUESTED))
    session.commit()
    assert not member.get(f"{draft.url}/delete").select_one("form[action$=delete]")
    member.post(f"{draft.url}/delete", status=409)


def test_drafts_are_found_again(member, draft):
    assert "You have not written a story yet" in member.get("/stories/mine").words
    draft.send("later", title="Half a story")
    for path in ("/stories/mine", "/stories/new"):
        page = member.get(path)
        assert "Half a story" in page.words
        assert "Draft, only you can see it" in page.words
        assert page.select_one(f'a[href="{draft.path}"]')


def test_what_was_written_can_be_taken_along_as_markdown(member, draft):
    draft.send(**FULL, **{"tags.0": "a*b", "measures.0.measure": "Days | open"})
    answer = member.get(f"{draft.url}/draft.md")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.startswith("# From 94 days to 31: how we shortened set-up\n")
    assert "1. We wrote a checklist.\n2. We used it." in answer.text
    assert r"a\*b" in answer.text
    assert r"| Days \| open |" in answer.text
    assert "**Theme:** " in answer.text


ATTACKS = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "</textarea><script>x</script>",
    "' onfocus=alert(1) autofocus='", "javascript:alert(1)", "\u202eevil\x00\x07",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_field_comes_back_as_text(member, draft, attack):
    names = [
        "title",
        "summary",
        "problem",
        "team",
        "quote",
        "steps.0",
        "tags.0",
        "authors.0.name",
        "measures.0.source",
        "declared.approver",
    ]
    draft.send(**dict.fromkeys(names, attack))
    page = member.get(draft.path)
    shown = attack.replace("\u202e", "").replace("\x00", " ").replace("\x07", " ").strip()
    assert page.select_one("#title")["value"] == shown
    assert "49" not in page.select_one("#title")["value"]
    assert not page.select("[onerror], [onfocus], img[src=x]")
    assert all(script.get("nonce") for script in page.select("script"))
    member.get("/stories/mine")


def test_pages_ask_little_of_the_database(member, draft, statements):
    draft.send(**FULL)
    member.get(draft.path)
    seen = statements(lambda: member.get(draft.path))
    assert len([each for each in seen if each.startswith("SELECT")]) <= 8, seen
    seen = statements(lambda: member.get("/stories/mine"))
    assert len([each for each in seen if each.startswith("SELECT")]) <= 4, seen
